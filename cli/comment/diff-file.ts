import { z } from "zod";
import { type AccessDiff, kinds } from "../../policies/access/diff/diff.ts";
import { ownCommand } from "../../stack-file/commands.ts";
import { CliError } from "../exit.ts";

const counts = { paths: z.number(), apps: z.number() };

const state = z.enum(["allow", "deny", "unknown", "absent"]);

const schema = z.object({
  version: z.literal(1),
  kind: z.literal("access-diff"),
  before: z.string(),
  after: z.string(),
  rows: z.array(
    z.object({
      kind: z.enum(kinds),
      person: z.string(),
      host: z.string(),
      path: z.string(),
      paths: z.array(z.string()),
      method: z.string().exactOptional(),
      from: z.string().exactOptional(),
      before: state,
      after: state,
      rule: z.string(),
      keyPath: z.string(),
      reason: z.string(),
    }),
  ),
  public: z.array(z.string()),
  open: z.object({
    ...counts,
    before: z.object(counts),
    entered: z.number(),
    left: z.number(),
  }),
  unreadable: z.array(z.object({ view: z.string(), at: z.string(), reason: z.string() })),
  notes: z.array(z.string()).default([]),
});

const command = `\`${ownCommand("diff", "--json", "--output", "<file>")}\``;

/**
 * Reads the output of `diff --json`.
 *
 * @throws CliError if the text is something else.
 */
export function parseDiff(text: string): { diff: AccessDiff; notes: readonly string[] } {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new CliError(`--diff: not JSON; write it with ${command}`);
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success)
    throw new CliError(
      `--diff: not an access diff (${z.prettifyError(parsed.error).split("\n").slice(0, 2).join("")}); write it with ${command}`,
    );
  const { notes, version: _, kind: __, ...diff } = parsed.data;
  return { diff, notes };
}

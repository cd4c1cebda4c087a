import type { AccessDiff } from "../../policies/access/diff/diff.ts";
import { diffText } from "../../report/diff-text.ts";
import { code } from "../../report/markdown.ts";
import { type Facts, isComplete } from "./facts.ts";
import { fenced } from "./fenced.ts";
import { section } from "./section.ts";

/** The two comparisons of access: the pull request against its base, and the run against the cluster. */
export function accessText(facts: Facts, rows: number): string[] {
  const { access, preview, after } = facts;
  const { change, run, alike, unknown, takenOver, code: changed } = access;
  const why = [
    ...(changed.length > 0
      ? [
          `Changed code that can decide about access: ${changed.slice(0, 5).map(code).join(", ")}${changed.length > 5 ? ` and ${changed.length - 5} more` : ""}.${
            isComplete(preview)
              ? " Access is read from the planned Ingresses, not from what this code says."
              : ""
          }`,
        ]
      : []),
    ...unknown.slice(0, rows).map(({ label, reason }) => `- ${code(label)}: ${reason}`),
  ];
  const own = "unknown" in change ? `**Not known**: ${change.unknown}.` : diffBlock(change.diff, rows);
  const holds = "diff" in change && change.diff.rows.length > 0 && after ? phaseNote(after) : [];
  return [
    section("Access: this pull request against its base", ...why, own, ...holds),
    ...runText(
      { run, alike, takenOver, isQuiet: "diff" in change && change.diff.rows.length === 0 },
      isComplete(preview),
      rows,
    ),
  ];
}

function runText(
  {
    run,
    alike,
    takenOver,
    isQuiet,
  }: Pick<Facts["access"], "run" | "alike" | "takenOver"> & { isQuiet: boolean },
  complete: boolean,
  rows: number,
): string[] {
  const title = "Access: `pulumi up` against the cluster";
  if ("unknown" in run) return [section(title, `Not known: ${run.unknown}.`)];
  const note =
    takenOver.length === 0
      ? []
      : [
          `Ingresses that the run takes over count as new here (${takenOver.length}). What they let in until now is in what \`pulumi up\` says first.`,
        ];
  if (alike && complete && note.length === 0) return isQuiet ? [] : [section(title, "The same.")];
  if (complete) return [section(title, ...note, diffBlock(run.diff, rows))];
  const seen = diffText(run.diff, { limit: rows })
    .split("\n")
    .filter((line) => !isTotal(line));
  const first = "The preview fails. As far as it came, the run would change this:";
  return [section(title, ...note, first, fenced(seen.join("\n")))];
}

/** Whether a line sums up the whole cluster. A failed preview has seen a part of it only. */
function isTotal(line: string): boolean {
  return /^public +(?:none|unchanged)|^open to anonymous: /.test(line);
}

function diffBlock(diff: AccessDiff, rows: number): string {
  if (diff.rows.length === 0 && diff.unreadable.length === 0) return "Nobody gains or loses access.";
  return fenced(diffText(diff, { limit: rows }));
}

function phaseNote({ phase, pomerium }: NonNullable<Facts["after"]>): string[] {
  if (phase !== "coexist") return [];
  const { ip } = pomerium.reach;
  const address = ip === "" ? "" : ` (${ip})`;
  return [
    `In \`coexist\` this holds on Pomerium’s address${address} only, and for hosts with \`migrated: true\`. Everybody else still comes through ingress-nginx.`,
  ];
}

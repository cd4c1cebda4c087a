import { type AccessDiff, diffAccess } from "../../policies/access/diff/diff.ts";
import { type FailOn, failOn } from "../../policies/access/diff/fail-on.ts";
import { diffText } from "../../report/diff-text.ts";
import { diffJson } from "../../report/json.ts";
import { diffMarkdown } from "../../report/markdown.ts";
import type { Command, Input } from "../command.ts";
import { exit, UsageError } from "../exit.ts";
import { type Io, paint } from "../io.ts";
import { deliver, formatOf, formatOptions, json } from "../output.ts";
import { projectOf, stackIn } from "../project.ts";
import { viewMeaning, viewOf } from "../views.ts";

/** Who gains and who loses access between two views. */
export const diff: Command = {
  name: "diff",
  summary: "who gains and who loses access between two views",
  args: "[stack]",
  most: 1,
  options: {
    from: { value: "<view>", meaning: "the view before; default: HEAD" },
    to: { value: "<view>", meaning: "the view after; default: now" },
    ...formatOptions(["table", "markdown", "json"]),
    "fail-on": {
      value: "<kinds>",
      meaning: `exit with ${exit.changed} on these changes, a comma between them: gain, public, loss`,
    },
  },
  notes: viewMeaning,
  async run(input, io) {
    const format = formatOf(input);
    const kinds = failOnOf(input);
    const project = projectOf(input, io);
    const stack = stackIn(project, input.args[0]);
    const [before, after] = await Promise.all([
      viewOf(input.text("from") ?? "HEAD", project, stack, io),
      viewOf(input.text("to") ?? "now", project, stack, io),
    ]);
    const found = diffAccess(before.view, after.view);
    const notes = [...before.notes, ...after.notes];
    deliver(written(format, stack, found, notes, input, io), input, io);
    return failOn(found, kinds) ? exit.changed : exit.ok;
  },
};

function written(
  format: string,
  stack: string,
  found: AccessDiff,
  notes: readonly string[],
  input: Input,
  io: Io,
): string {
  switch (format) {
    case "json":
      return json("access-diff", { ...(JSON.parse(diffJson(found)) as object), stack, notes });
    case "markdown":
      return `${[diffMarkdown(found), ...notes.map((note) => `- ${note}\n`)].join("\n")}`;
    default: {
      const colour = io.colour && input.text("output") === undefined;
      const head = paint({ colour }, "bold", `${stack} · ${found.before} → ${found.after}`);
      const body = diffText(found, { limit: Number.POSITIVE_INFINITY });
      return `${head}\n\n${painted(body, colour)}${notes.map((note) => `\n! ${note}\n`).join("")}`;
    }
  }
}

/** Gains are what a reviewer must see: they get the loud colour, losses the quiet one. */
function painted(text: string, colour: boolean): string {
  return text
    .split("\n")
    .map((line) => {
      const sign = /^(?:public {3}| {9}|access {3}) *([+?-])/.exec(line)?.[1];
      if (sign === "-") return paint({ colour }, "dim", line);
      return sign === undefined
        ? line
        : paint({ colour }, line.startsWith("public") ? "red" : "yellow", line);
    })
    .join("\n");
}

const failOnKinds: readonly FailOn[] = ["gain", "public", "loss"];

/** @throws UsageError when `--fail-on` names what is no kind. */
export function failOnOf(input: Input): FailOn[] {
  const text = input.text("fail-on");
  if (text === undefined) return [];
  return text.split(",").map((part) => {
    const kind = failOnKinds.find((one) => one === part.trim());
    if (kind === undefined)
      throw new UsageError(`--fail-on ${text}: "${part.trim()}" is none of ${failOnKinds.join(", ")}`);
    return kind;
  });
}

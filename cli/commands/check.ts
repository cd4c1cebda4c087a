import { readFileSync } from "node:fs";
import { everybody } from "../../policies/access/people.ts";
import { visible, width } from "../../report/text.ts";
import { loadFromFile } from "../../stack/load.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Warning } from "../../stack-file/problems.ts";
import { type Problem, StackFileError } from "../../stack-file/problems.ts";
import { readStackFile, stackFileName } from "../../stack-file/stack-file.ts";
import { counted } from "../../stack-file/text.ts";
import type { CommonOptions, Subcommand } from "../command.ts";
import { exit } from "../exit.ts";
import { type Io, paint } from "../io.ts";
import { json } from "../output.ts";
import { projectOf, stackPath, stacksOf } from "../project.ts";

interface Checked {
  stack: string;
  file: string;
  problems: readonly Problem[];
  warnings: readonly (Warning & { line?: number })[];
  /** The content of the file, if it has no problem. */
  content?: Stack;
}

/** Every problem and warning of the stack files. */
export const check: Subcommand<CommonOptions & { json?: boolean }> = {
  name: "check",
  define(command) {
    command
      .description("every problem and warning of the stack files")
      .argument("[stacks...]", "the stacks; default: all")
      .option("--json", "for programs")
      .addHelpText("after", "\nMissing secrets are warnings here. A preview needs them.");
  },
  async run(args, options, io) {
    const project = projectOf(options, io);
    const results = stacksOf(project, args).map((stack) => checked(stack, stackPath(project, stack)));
    io.out(
      options.json
        ? json("check", { stacks: results.map(({ content: _, ...result }) => result) })
        : results.map((result) => told(result, io)).join("\n"),
    );
    return results.every(({ problems }) => problems.length === 0) ? exit.ok : exit.failed;
  },
};

function checked(stack: string, path: string): Checked {
  const file = stackFileName(stack);
  try {
    const content = loadFromFile(path);
    const { line } = readStackFile(file, readFileSync(path, "utf8"));
    const warnings = content.warnings.map((warning) => {
      const found = line(warning.at);
      return found === undefined ? warning : { ...warning, line: found };
    });
    return { stack, file, problems: [], warnings, content };
  } catch (error) {
    if (!(error instanceof StackFileError)) throw error;
    return { stack, file, problems: error.problems, warnings: [] };
  }
}

function told({ file, problems, warnings, content }: Checked, io: Io): string {
  const counts = [
    ...(problems.length > 0 ? [counted(problems.length, "problem")] : []),
    ...(warnings.length > 0 ? [counted(warnings.length, "warning")] : []),
  ];
  const about = content
    ? ` · ${content.phase} · ${counted(content.apps.length, "app")} · ${counted(everybody(content.directory).length, "person", "people")}`
    : "";
  const head = `${paint(io, "bold", file)}: ${counts.join(", ") || "no problem"}${about}`;
  const rows = [...problems, ...warnings];
  if (rows.length === 0) return `${head}\n`;
  const marks = [...problems.map(() => "✖"), ...warnings.map(() => "!")];
  const places = rows.map(({ line }) => (line === undefined ? "" : `line ${line}`));
  const lines = rows.flatMap(({ at, message }, i) => {
    const place = padded(places[i]!, places);
    const path = padded(
      visible(at),
      rows.map((row) => row.at),
    );
    const line = `  ${marks[i]} ${place}   ${path}   ${visible(message)}`;
    const painted = paint(io, marks[i] === "✖" ? "red" : "yellow", line);
    const mend = problems[i]?.mend;
    return mend === undefined ? [painted] : [painted, `      ${mend}`];
  });
  return `${[head, "", ...lines].join("\n")}\n`;
}

/** Wider cells do not widen their column. */
const widest = 36;

function padded(cell: string, column: readonly string[]): string {
  const size = Math.max(0, ...column.map(width).filter((one) => one <= widest));
  return cell + " ".repeat(Math.max(0, size - width(cell)));
}

import { failedTestProblems } from "../../policies/access/assertions/run.ts";
import { everybody } from "../../policies/access/people.ts";
import { isPerson } from "../../policies/access/principals.ts";
import { visible } from "../../report/text.ts";
import { loadFromFile } from "../../stack/load.ts";
import type { Stack } from "../../stack/stack.ts";
import { stackFileName } from "../../stack-file/file-name.ts";
import { placed } from "../../stack-file/place.ts";
import {
  formatRows,
  orProblems,
  type Problem,
  StackFileError,
  type Warning,
} from "../../stack-file/problems.ts";
import { counted } from "../../stack-file/text.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { exit } from "../exit.ts";
import { annotationLines, problemAnnotations, repositoryPath } from "../github/annotations.ts";
import { deliver, formatOf, json, type Paper, paperOf } from "../output.ts";
import { projectOf, stackPath, stacksOf } from "../project.ts";
import type { CheckOptions } from "../usage/check.ts";

interface Checked {
  stack: string;
  file: string;
  problems: readonly Problem[];
  warnings: readonly Warning[];
  /** The content of the file, if it could be read. Its access tests may fail. */
  content?: Stack;
}

/** Every problem and warning of the stack files. A failed access test is a problem. */
export const check: Action<CheckOptions> = {
  async run(args, options, io) {
    const format = formatOf(options);
    const project = projectOf(options, io);
    const results = stacksOf(project, args).map((stack) => checked(stack, stackPath(project, stack)));
    deliver(written(format, results, project.directory, paperOf(options, io)), options, io);
    return results.every(({ problems }) => problems.length === 0) ? exit.ok : exit.failed;
  },
};

function written(format: string, results: readonly Checked[], directory: string, paper: Paper): string {
  switch (format) {
    case "json":
      return json("check", { stacks: results.map(({ content: _, ...result }) => result) });
    case "github":
      return annotationLines(
        results.flatMap(({ stack, problems, warnings }) =>
          problemAnnotations(repositoryPath(directory, stack), problems, warnings),
        ),
      );
    default:
      return results.map((result) => checkText(result, paper)).join("\n");
  }
}

function checked(stack: string, path: string): Checked {
  const file = stackFileName(stack);
  const content = orProblems(() => loadFromFile(path));
  if (content instanceof StackFileError) return { stack, file, problems: content.problems, warnings: [] };
  const problems = placed(failedTestProblems(content), content.placeOf);
  return { stack, file, problems, warnings: content.warnings, content };
}

function checkText({ file, problems, warnings, content }: Checked, paper: Paper): string {
  const counts = [
    ...(problems.length > 0 ? [counted(problems.length, "problem")] : []),
    ...(warnings.length > 0 ? [counted(warnings.length, "warning")] : []),
  ];
  const about = content
    ? ` · ${content.phase} · ${counted(content.apps.length, "app")} · ${counted(everybody(content.directory).filter(isPerson).length, "person", "people")}`
    : "";
  const head = `${paint(paper, "bold", file)}: ${counts.join(", ") || "no problem"}${about}`;
  const rows = [...problems, ...warnings];
  if (rows.length === 0) return `${head}\n`;
  const isProblem = (row: number): boolean => row < problems.length;
  const lines = formatRows(
    rows.map((row) => ({ ...row, at: visible(row.at), message: visible(row.message) })),
    {
      mark: (row) => (isProblem(row) ? "  ✖ " : "  ! "),
      ...(paper.columns === undefined ? {} : { width: paper.columns }),
    },
  ).map((row, i) => paint(paper, isProblem(i) ? "red" : "yellow", row.join("\n")));
  return `${[head, "", ...lines].join("\n")}\n`;
}

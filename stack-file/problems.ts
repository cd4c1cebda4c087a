import { keyPath, type PathPart } from "./paths.ts";

export interface Warning {
  /** Key path in the stack file: `users.groups.readers`. */
  at: string;
  message: string;
}

/** Something that keeps a stack file from being used. */
export interface Problem {
  /** Key path in the stack file: `apps.komga.access.groups[0]`; empty when the whole file is meant. */
  at: string;
  /** What is wrong and, where one edit mends it, that edit. Never holds a secret. */
  message: string;
  /** Command that mends it. */
  mend?: string;
  /** Line of the stack file, from 1, where it was read from one. */
  line?: number;
}

/** Collects what a stack file's check finds, so that everything is said at once. */
export class Report {
  readonly problems: Problem[] = [];
  readonly warnings: Warning[] = [];

  problem(path: readonly PathPart[], message: string, mend?: string): void {
    this.problemAt(keyPath(path), message, mend);
  }

  warning(path: readonly PathPart[], message: string): void {
    this.warningAt(keyPath(path), message);
  }

  /** @param at Key path as text. */
  problemAt(at: string, message: string, mend?: string): void {
    this.problems.push({ at, message, ...(mend === undefined ? {} : { mend }) });
  }

  /** @param at Key path as text. */
  warningAt(at: string, message: string): void {
    this.warnings.push({ at, message });
  }
}

/**
 * A stack file that is refused. Its message is the whole report as a person reads it; there is no stack
 * trace, because the fault is not in the program.
 */
export class StackFileError extends Error {
  override readonly name = "StackFileError";
  readonly file: string;
  readonly problems: readonly Problem[];

  /** @param file The stack file as the person knows it: `Pulumi.octavo.yaml`. */
  constructor(file: string, problems: readonly Problem[]) {
    super(formatProblems(file, problems));
    this.file = file;
    this.problems = problems;
    this.stack = this.message;
  }

  toJSON(): { file: string; problems: readonly Problem[] } {
    return { file: this.file, problems: this.problems };
  }
}

/** Wider paths than this do not push the messages of all others to the right. */
const widestColumn = 36;

/** The report of a refused stack file: one line per problem, messages aligned, commands below. */
export function formatProblems(file: string, problems: readonly Problem[]): string {
  const lines = table(problems).flatMap((line, i) => {
    const { mend } = problems[i]!;
    return mend === undefined ? [line] : [line, `      ${mend}`];
  });
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`${file}: ${count}`, "", ...lines, "", "Nothing was changed."].join("\n");
}

/** What is allowed but deserves a look, in the shape of {@link formatProblems}; empty without warnings. */
export function formatWarnings(file: string, warnings: readonly Warning[]): string {
  if (warnings.length === 0) return "";
  const count = warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`;
  return [`${file}: ${count}`, "", ...table(warnings)].join("\n");
}

function table(rows: readonly { at: string; message: string }[]): string[] {
  const width = Math.max(0, ...rows.map((row) => row.at.length).filter((length) => length <= widestColumn));
  return rows.map(({ at, message }) => `  ${at.padEnd(width)}   ${message}`);
}

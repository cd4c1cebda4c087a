import { keyPath, type PathPart } from "./paths.ts";
import { counted } from "./text.ts";

/** Something in a stack file that is allowed but deserves a look. */
export interface Warning {
  /** Key path in the stack file: `users.groups.readers`. */
  at: string;
  message: string;
}

/** Something that the user must fix before the stack file can be used. */
export interface Problem {
  /** Key path in the stack file: `apps.komga.access.groups[0]`; empty for the whole file. */
  at: string;
  /** What is wrong and, if one edit fixes it, that edit. Never contains a secret. */
  message: string;
  /** Command that fixes it. */
  mend?: string;
  /** Line of the stack file, from 1, if the problem came from a file. */
  line?: number;
}

/** Collects the problems and warnings of a stack file, so that all are reported at once. */
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
 * A stack file with problems. The message is the complete report for the user. There is no stack trace, because
 * the mistake is not in the program.
 */
export class StackFileError extends Error {
  override readonly name = "StackFileError";
  readonly file: string;
  readonly problems: readonly Problem[];

  /** @param file Name of the stack file: `Pulumi.octavo.yaml`. */
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

/** Wider key paths do not widen the column. */
const widestColumn = 36;

/** The report of a stack file with problems: one line per problem, with its command below. */
export function formatProblems(file: string, problems: readonly Problem[]): string {
  const lines = table(problems).flatMap((line, i) => {
    const { mend } = problems[i]!;
    return mend === undefined ? [line] : [line, `      ${mend}`];
  });
  return [`${file}: ${counted(problems.length, "problem")}`, "", ...lines, "", "Nothing was changed."].join(
    "\n",
  );
}

/** The report of the warnings, in the form of {@link formatProblems}; empty without warnings. */
export function formatWarnings(file: string, warnings: readonly Warning[]): string {
  if (warnings.length === 0) return "";
  return [`${file}: ${counted(warnings.length, "warning")}`, "", ...table(warnings)].join("\n");
}

function table(rows: readonly { at: string; message: string }[]): string[] {
  const width = Math.max(0, ...rows.map((row) => row.at.length).filter((length) => length <= widestColumn));
  return rows.map(({ at, message }) => `  ${at.padEnd(width)}   ${message}`);
}

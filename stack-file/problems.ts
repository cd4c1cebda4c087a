import { keyPath, type PathPart } from "./paths.ts";
import { type Place, placeText } from "./place.ts";
import { counted, wrapped } from "./text.ts";

/** Something in a stack file that is allowed but deserves a look. */
export interface Warning {
  /** Key path in the stack file: `users.groups.readers`. */
  at: string;
  message: string;
  /** Command that resolves it. */
  fix?: string;
  /** Absent if it is not known, for example for a stack that did not come from a file. */
  place?: Place;
}

/** Something that the user must fix before the stack file can be used. */
export interface Problem {
  /** Key path in the stack file: `apps.komga.access.groups[0]`; empty for the whole file. */
  at: string;
  /** What is wrong and, if one edit fixes it, that edit. Never contains a secret. */
  message: string;
  /** Command that fixes it. */
  fix?: string;
  /** Absent if it is not known, for example for a stack that did not come from a file. */
  place?: Place;
}

/**
 * What other code must know of a problem. `missing`: a required value is not there. `unknown`: the value names an app, a
 * group or a person that the stack does not have.
 */
export type ProblemKind = "missing" | "unknown";

/** A problem that was just found. The kind is for the code that decides which problems are reported. */
export interface FoundProblem extends Problem {
  kind?: ProblemKind;
}

/** Most names for which a report suggests another one. Nobody reads more, and each is compared with all known names. */
const mostSuggestions = 200;

/** Collects the problems and warnings of a stack file, so that all are reported at once. */
export class Report {
  readonly problems: FoundProblem[] = [];
  readonly warnings: Warning[] = [];
  /** Key paths as they were meant, and as the file has them. */
  readonly misspelled = new Map<string, string>();
  /** What was suggested for each unknown name. */
  readonly #suggestions = new Map<string, string>();

  problem(path: readonly PathPart[], message: string, fix?: string): void {
    this.problemAt(keyPath(path), message, fix);
  }

  /** @param kind Absent: nobody needs it. */
  problemOf(kind: ProblemKind | undefined, path: readonly PathPart[], message: string): void {
    this.problems.push({ at: keyPath(path), message, ...(kind === undefined ? {} : { kind }) });
  }

  /**
   * Reports a name that the stack does not have. Only the first of these names get a suggestion, each as often as it
   * comes.
   *
   * @param suggest The end of the message, which says what was meant.
   */
  unknown(path: readonly PathPart[], message: string, name: string, suggest: () => string): void {
    const key = `${message} ${name}`;
    if (!this.#suggestions.has(key) && this.#suggestions.size < mostSuggestions)
      this.#suggestions.set(key, suggest());
    this.problemOf("unknown", path, `${message}${this.#suggestions.get(key) ?? ""}`);
  }

  warning(path: readonly PathPart[], message: string, fix?: string): void {
    this.warningAt(keyPath(path), message, fix);
  }

  /** @param at Key path as text. */
  problemAt(at: string, message: string, fix?: string): void {
    this.problems.push({ at, message, ...(fix === undefined ? {} : { fix }) });
  }

  /** @param at Key path as text. */
  warningAt(at: string, message: string, fix?: string): void {
    this.warnings.push({ at, message, ...(fix === undefined ? {} : { fix }) });
  }

  /** The problems, each at the key path that the file has. */
  asWritten(): FoundProblem[] {
    return this.problems.map((problem) => ({ ...problem, at: this.#written(problem.at) }));
  }

  /** The innermost misspelled key comes first, because the paths of outer ones already use the corrected keys. */
  #written(at: string): string {
    const meant = [...this.misspelled.keys()]
      .filter((path) => at === path || (at.startsWith(path) && /[.[]/.test(at[path.length]!)))
      .sort((one, other) => other.length - one.length)[0];
    return meant === undefined ? at : this.#written(this.misspelled.get(meant)! + at.slice(meant.length));
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

/** The report of a stack file with problems: one line per problem, with its command below. */
export function formatProblems(file: string, problems: readonly Problem[]): string {
  const rows = formatRows(problems).map((lines) => lines.join("\n"));
  return [`${file}: ${counted(problems.length, "problem")}`, "", ...rows, "", "Nothing was changed."].join(
    "\n",
  );
}

/** The report of the warnings, in the form of {@link formatProblems}; empty without warnings. */
export function formatWarnings(file: string, warnings: readonly Warning[]): string {
  if (warnings.length === 0) return "";
  const rows = formatRows(warnings).map((lines) => lines.join("\n"));
  return [`${file}: ${counted(warnings.length, "warning")}`, "", ...rows].join("\n");
}

/** Wider key paths do not widen the column. */
const widestPath = 36;
/** A message begins on a new line if fewer columns than this are left beside the key path. */
const narrowestMessage = 40;
const gap = "   ";
const indent = " ".repeat(6);

/**
 * The lines of each problem or warning: place, key path and message, and the command below. A message that does not fit
 * continues on the next line. A command is never broken, so that it can be pasted.
 *
 * @param width Columns of the terminal. Default: as wide as needed.
 * @param mark Text in front of each row.
 */
export function formatRows(
  rows: readonly Warning[],
  { width = Number.POSITIVE_INFINITY, mark = () => "  " }: RowOptions = {},
): string[][] {
  const places = rows.map(({ place }) => placeText(place));
  const widestPlace = Math.max(0, ...places.map((place) => place.length));
  const paths = rows.map(({ at }) => at.length).filter((length) => length <= widestPath);
  const pathWidth = Math.max(0, ...paths);
  return rows.map((row, i) => {
    const place = widestPlace === 0 ? "" : `${places[i]!.padEnd(widestPlace)}${gap}`;
    const path = row.at === "" && pathWidth === 0 ? "" : `${row.at.padEnd(pathWidth)}${gap}`;
    const head = `${mark(i)}${place}${path}`;
    const left = width - head.length;
    const message =
      left < Math.min(narrowestMessage, row.message.length)
        ? [head.trimEnd(), ...lines(row.message, width - indent.length).map((line) => `${indent}${line}`)]
        : lines(row.message, left).map((line, at) => `${at === 0 ? head : " ".repeat(head.length)}${line}`);
    return row.fix === undefined ? message : [...message, `${indent}${row.fix}`];
  });
}

export interface RowOptions {
  width?: number;
  mark?: (row: number) => string;
}

function lines(message: string, limit: number): string[] {
  return message.length <= limit ? [message] : wrapped(message, limit);
}

/** The result of reading, or the error that says why the stack file cannot be read. Other errors are thrown. */
export function orProblems<T>(read: () => Promise<T>): Promise<T | StackFileError>;
export function orProblems<T>(read: () => T): T | StackFileError;
export function orProblems<T>(read: () => T | Promise<T>): T | StackFileError | Promise<T | StackFileError> {
  try {
    const result = read();
    return result instanceof Promise ? result.catch(problemsOf) : result;
  } catch (error) {
    return problemsOf(error);
  }
}

function problemsOf(error: unknown): StackFileError {
  if (error instanceof StackFileError) return error;
  throw error;
}

import { parseArgs } from "node:util";
import { didYouMean } from "../stack-file/nearest.ts";
import { UsageError } from "./exit.ts";
import type { Io } from "./io.ts";

export interface Option {
  /** What stands for the value in the help; a switch without a value when absent. */
  value?: string;
  meaning: string;
  /** The only values there are. */
  choices?: readonly string[];
}

export interface Command {
  name: string;
  /** One line in the list of commands. */
  summary: string;
  /** What may follow the command: `[stack…]`. */
  args: string;
  /** Most arguments that it takes. */
  most: number;
  options: Readonly<Record<string, Option>>;
  /** What else one must know, below the options. */
  notes?: readonly string[];
  /** @returns The exit code. */
  run(input: Input, io: Io): Promise<number>;
}

/** A command line, taken apart and checked. */
export interface Input {
  args: readonly string[];
  /** Value of an option; undefined when it is not given. */
  text(option: string): string | undefined;
  flag(option: string): boolean;
}

/** Options of every command. */
export const common: Readonly<Record<string, Option>> = {
  cwd: {
    value: "<folder>",
    meaning: "the project's folder; default: the nearest one above with a Pulumi.yaml",
  },
  help: { meaning: "this text" },
};

/**
 * Takes a command line apart.
 *
 * @throws UsageError when it has what the command does not know, or lacks a value.
 */
export function parseInput(command: Command, argv: readonly string[]): Input {
  const options: Readonly<Record<string, Option>> = { ...command.options, ...common };
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value }]) => [
        name,
        { type: value === undefined ? ("boolean" as const) : ("string" as const) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const args: string[] = [];
  const values = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind === "positional") args.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option || !rawName.startsWith("--"))
      throw new UsageError(`unknown option ${rawName}${meantOption(name, Object.keys(options))}`);
    if (option.value === undefined) {
      if (inlineValue) throw new UsageError(`${rawName} takes no value`);
      values.set(name, true);
      continue;
    }
    if (value === undefined || value === "" || (!inlineValue && value.startsWith("-")))
      throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}`);
    if (option.choices?.includes(value) === false)
      throw new UsageError(
        `${rawName} ${value}: one of ${option.choices.join(", ")}${didYouMean(value, option.choices)}`,
      );
    values.set(name, value);
  }
  if (args.length > command.most)
    throw new UsageError(`${command.name} takes ${countOf(command.most)}, not ${args.join(" ")}`);
  return {
    args,
    text: (option) => {
      const value = values.get(option);
      return value === true ? undefined : value;
    },
    flag: (option) => values.has(option),
  };
}

function countOf(most: number): string {
  return most === 0 ? "no argument" : most === 1 ? "one argument" : `at most ${most} arguments`;
}

function meantOption(name: string, known: readonly string[]): string {
  return didYouMean(name, known).replace(/"(.+)"/, "--$1");
}

const program = "node cli/main.ts";

export function usage({ name, args, options }: Command): string {
  const has = Object.keys(options).length > 0;
  return [`usage: ${program} ${name}`, ...(has ? ["[options]"] : []), ...(args ? [args] : [])].join(" ");
}

function listed(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`);
}

/** The help of one command. */
export function help(command: Command): string {
  const rows = Object.entries({ ...command.options, ...common }).map(
    ([name, { value, meaning, choices }]) =>
      [
        `--${name}${value === undefined ? "" : ` ${value}`}`,
        choices === undefined ? meaning : `${meaning} (${choices.join(", ")})`,
      ] as const,
  );
  return `${[
    command.summary,
    "",
    usage(command),
    "",
    ...listed(rows),
    ...(command.notes ? ["", ...command.notes] : []),
  ].join("\n")}\n`;
}

/** The list of commands. */
export function overview(commands: readonly Command[]): string {
  return `${[
    "Reads stack files and, where asked to, clusters; writes to no cluster.",
    "",
    `usage: ${program} <command> [options]`,
    "",
    ...listed(commands.map(({ name, args, summary }) => [`${name} ${args}`.trim(), summary] as const)),
    "",
    `${program} <command> --help tells more.`,
    "Exit codes: 0 well, 1 something is wrong, 2 the command line was not understood, 3 --fail-on found something.",
  ].join("\n")}\n`;
}

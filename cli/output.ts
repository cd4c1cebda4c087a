import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { valueOption } from "./command.ts";
import { CliError, UsageError } from "./exit.ts";
import type { Io } from "./io.ts";

export { json } from "../report/envelope.ts";

/** What {@link addFormatOptions} gives a command. */
export interface OutputOptions {
  format?: string;
  json?: boolean;
  output?: string;
}

/** Adds the options to a command that can write its result in several formats. */
export function addFormatOptions(command: Command, formats: readonly string[]): void {
  command
    .addOption(new Option("--format <format>", "format of the output; default: table").choices(formats))
    .option("--json", "short for --format json")
    .addOption(valueOption("--output <file>", "write to a file"));
}

/**
 * The requested format.
 *
 * @throws UsageError if two formats are requested.
 */
export function formatOf({ format, json }: OutputOptions): string {
  if (!json) return format ?? "table";
  if (format !== undefined && format !== "json")
    throw new UsageError(`--json and --format ${format} exclude each other`);
  return "json";
}

/** The medium of a result: its colours and its width. */
export interface Paper {
  colour: boolean;
  /** Width of a terminal; absent for anything else. */
  columns?: number;
}

/** A file has no colours and no width, whatever the terminal has. */
export function paperOf({ output }: Pick<OutputOptions, "output">, { colour, columns }: Paper): Paper {
  if (output !== undefined) return { colour: false };
  return { colour, ...(columns === undefined ? {} : { columns }) };
}

/** Writes a result to the requested file, or to standard output. */
export function deliver(result: string, { output }: Pick<OutputOptions, "output">, io: Io): void {
  if (output === undefined) {
    io.out(result);
    return;
  }
  try {
    writeFileSync(resolve(io.cwd, output), result);
  } catch (error) {
    throw new CliError(`cannot write ${output}: ${(error as Error).message}`);
  }
}

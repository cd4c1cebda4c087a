import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Input, Option } from "./command.ts";
import { CliError, UsageError } from "./exit.ts";
import type { Io } from "./io.ts";

/** Options of a command that can write its result in several formats. */
export function formatOptions(formats: readonly string[]): Record<string, Option> {
  return {
    format: { value: "<format>", meaning: "how to write it; default: table", choices: formats },
    json: { meaning: "short for --format json" },
    output: { value: "<file>", meaning: "write to a file" },
  };
}

/** The format that was asked for. */
export function formatOf(input: Input): string {
  const format = input.text("format");
  if (!input.flag("json")) return format ?? "table";
  if (format !== undefined && format !== "json")
    throw new UsageError(`--json and --format ${format} exclude each other`);
  return "json";
}

/** Writes a result to the file that was asked for, or shows it. */
export function deliver(result: string, input: Input, io: Io): void {
  const file = input.text("output");
  if (file === undefined) {
    io.out(result);
    return;
  }
  try {
    writeFileSync(resolve(io.cwd, file), result);
  } catch (error) {
    throw new CliError(`cannot write ${file}: ${(error as Error).message}`);
  }
}

/** A result for programs. */
export function json(kind: string, body: object): string {
  return `${JSON.stringify({ version: 1, kind, ...body }, null, 2)}\n`;
}

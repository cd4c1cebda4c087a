import { type Command, InvalidArgumentError, Option } from "commander";
import type { Io } from "./io.ts";

/** Options that every command has. */
export interface CommonOptions {
  cwd?: string;
}

/** How one command of the program is called. */
export interface Usage {
  name: string;
  /** Describes the command, its arguments and its options. */
  define(command: Command): void;
}

/** What one command does. */
export interface Action<Options extends CommonOptions> {
  /** @returns The exit code. */
  run(args: readonly string[], options: Options, io: Io): Promise<number>;
}

/** An option with a value that is not empty. */
export function valueOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string) => {
    if (value === "") throw new InvalidArgumentError("A value is missing.");
    return value;
  });
}

/** Collects the values of an option that may be repeated. */
export const repeated = (value: string, before: string[] = []): string[] => [...before, value];

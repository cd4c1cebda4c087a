import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { catalogue } from "../policies/catalogue/catalogue.ts";
import { CliError } from "./exit.ts";
import type { Io } from "./io.ts";
import { projectOf } from "./project.ts";

/**
 * Adds the command `complete`, which prints a script for bash, zsh, fish or PowerShell. The script asks this program for
 * commands, options, their values, the names of the project's stacks, and files.
 */
export function addCompletion(program: Command, io: Io): void {
  const completion = tab(program);
  program.commands
    .find((command) => command.name() === "complete")
    ?.description("the script by which a shell completes commands, options and stacks");
  for (const command of program.commands) {
    const completed = completion.commands.get(command.name());
    for (const argument of command.registeredArguments) {
      const values = valuesOf(argument.name(), program, io);
      if (values !== undefined) completed?.argument(argument.name(), offering(values), argument.variadic);
    }
    for (const { long, flags } of command.options) {
      const option = completed?.options.get(long?.replace(/^--/, "") ?? "");
      const values = valuesOf(/<(\w+)>$/.exec(flags)?.[1] ?? "", program, io);
      if (option !== undefined && values !== undefined) option.handler = offering(values);
    }
  }
}

type Values = () => readonly string[];

const offering = (values: Values) => (complete: (value: string, description: string) => void) => {
  for (const value of values()) complete(value, "");
};

/** What may stand for an argument or for the value of an option; undefined if that cannot be listed. */
function valuesOf(name: string, program: Command, io: Io): Values | undefined {
  if (/^stacks?$/.test(name)) return () => stacks(io);
  if (/^(file|folder|source|preview)$/.test(name)) return () => files(wordOf(program), io);
  return name === "app" ? () => Object.keys(catalogue) : undefined;
}

/** The word that the shell completes. */
const wordOf = (program: Command): string =>
  ((program as { rawArgs?: string[] }).rawArgs?.at(-1) ?? "").replace(/^--[\w-]+=/, "");

/** Files and folders that a word may become. Hidden ones need their dot. */
function files(word: string, { cwd }: Pick<Io, "cwd">): string[] {
  const [, folder = "", start = ""] = /^(.*\/)?([^/]*)$/s.exec(word) ?? [];
  try {
    return readdirSync(resolve(cwd, folder), { withFileTypes: true })
      .filter(({ name }) => name.startsWith(start) && (start !== "" || !name.startsWith(".")))
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`);
  } catch {
    // The folder is not there, or not for this user: nothing to offer.
    return [];
  }
}

/** The stacks of the project around the current folder; none outside a project. */
function stacks(io: Io): readonly string[] {
  try {
    return projectOf({}, io).stacks;
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}

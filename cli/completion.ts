import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { catalogue } from "../policies/catalogue/catalogue.ts";
import { CliError } from "./exit.ts";
import type { Io } from "./io.ts";
import { projectOf } from "./project.ts";

/** What a shell completes if it is offered nothing: files, or nothing. The numbers are those of the script's protocol. */
const directives = { files: 0, nothing: 4 };

/** A placeholder for something that is in the file system. */
const isFile = (placeholder: string): boolean => /^(file|folder|source|preview)$/.test(placeholder);

/**
 * Adds the command `complete`, which prints a script for bash, zsh, fish or PowerShell. The script asks this program for
 * commands, options, their values and the names of the project's stacks. Files are left to the shell, which knows `~`
 * and how to write a space.
 */
export function addCompletion(program: Command, io: Io): void {
  const completion = tab(program);
  const about = "the script by which a shell completes commands, options and stacks";
  program.commands.find((command) => command.name() === "complete")?.description(about);
  const own = completion.commands.get("complete");
  if (own !== undefined) own.description = about;
  let directive = directives.nothing;
  // The package sets it to `nothing` before it prints.
  Object.defineProperty(completion, "directive", { get: () => directive, set: () => undefined });
  const leaveToShell = (): void => {
    directive = directives.files;
  };
  for (const command of program.commands) {
    const completed = completion.commands.get(command.name());
    for (const argument of command.registeredArguments) {
      const name = argument.name();
      const values = isFile(name) ? leaveToShell : valuesOf(name, io);
      if (values !== undefined) completed?.argument(name, values, argument.variadic);
    }
    for (const { long, flags, argChoices } of command.options) {
      const option = completed?.options.get(long?.replace(/^--/, "") ?? "");
      const [, placeholder = ""] = /<(\w+)>$/.exec(flags) ?? [];
      const choices = argChoices && offering(() => argChoices, placeholder);
      const values = isFile(placeholder) ? leaveToShell : (choices ?? valuesOf(placeholder, io));
      if (option !== undefined && values !== undefined) option.handler = values;
    }
  }
  const setup = completion.setup.bind(completion);
  completion.setup = (name, executable, shell) => {
    setup(name, executable, shell);
    // The script for bash leaves out that files are the default.
    if (shell === "bash")
      console.log(`complete -o default -F __${name.replaceAll("-", "_")}_complete ${name}`);
  };
}

type Handler = (complete: (value: string, description: string) => void) => void;

/** @param kind What the values are. Without it, zsh shows a dash for the description. */
const offering =
  (values: () => readonly string[], kind: string): Handler =>
  (complete) => {
    for (const value of values()) complete(value, kind);
  };

/** What may stand for an argument or for the value of an option; undefined if that cannot be listed. */
function valuesOf(placeholder: string, io: Io): Handler | undefined {
  if (/^stacks?$/.test(placeholder)) return offering(() => stacks(io), "stack");
  return placeholder === "app" ? offering(() => Object.keys(catalogue), "app of the catalogue") : undefined;
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

import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { CliError } from "./exit.ts";
import type { Io } from "./io.ts";
import { projectOf } from "./project.ts";

/**
 * Adds the command `complete`, which prints a script for bash, zsh, fish or PowerShell. The script asks this program for
 * commands, options, their values, and the names of the project's stacks.
 */
export function addCompletion(program: Command, io: Io): void {
  const completion = tab(program);
  program.commands
    .find((command) => command.name() === "complete")
    ?.description("the script by which a shell completes commands, options and stacks");
  for (const command of program.commands)
    for (const argument of command.registeredArguments)
      if (/^stacks?$/.test(argument.name()))
        completion.commands
          .get(command.name())
          ?.argument(
            argument.name(),
            (complete) => stacks(io).map((stack) => complete(stack, "")),
            argument.variadic,
          );
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

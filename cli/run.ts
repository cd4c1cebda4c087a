import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { ownCommand, programName } from "../stack-file/commands.ts";
import { StackFileError } from "../stack-file/problems.ts";
import { paint } from "./colour.ts";
import { valueOption } from "./command.ts";
import { addCompletion } from "./completion.ts";
import { CliError, exit, UsageError } from "./exit.ts";
import type { Io } from "./io.ts";
import { subcommands } from "./subcommands.ts";

/** Width of the help where the output is not a terminal. */
const usualWidth = 110;

/**
 * Runs one command line.
 *
 * @param argv What follows the program's name.
 * @returns The exit code. Errors are already shown.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let code: number = exit.ok;
  const program = programOf(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(asHelp(argv, program), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
    if (!isExpected(error)) throw error;
    const mark =
      error instanceof StackFileError ? "" : `${paint({ colour: io.errorColour }, "red", "error:")} `;
    io.err(`${mark}${error.message}\n`);
    return exit.failed;
  }
}

/** `help check` is `check --help`. A mistyped command is refused with the nearest one, which `help` alone does not do. */
function asHelp(argv: readonly string[], program: Command): readonly string[] {
  const [first, name] = argv;
  if (first !== "help" || name === undefined) return argv;
  return program.commands.some((command) => command.name() === name) ? [name, "--help"] : [name];
}

function programOf(io: Io, done: (code: number) => void): Command {
  const width = (): number => io.columns ?? usualWidth;
  const program = new Command(programName)
    .version(manifest.version)
    .description("Reads stack files and, on request, clusters. Never writes to a cluster.")
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHelpWidth: width,
      getErrHelpWidth: width,
      getOutHasColors: () => io.colour,
      getErrHasColors: () => io.errorColour,
      outputError: (text, write) =>
        write(text.replace(/^error:/, paint({ colour: io.errorColour }, "red", "error:"))),
    })
    .showHelpAfterError(`All commands: ${ownCommand("help")}`)
    .addHelpText(
      "after",
      `
Exit codes: 0 success, 1 something is wrong, 2 the command line is wrong, 3 --fail-on found a change.`,
    );
  for (const { usage, load } of subcommands) {
    const command = program.command(usage.name);
    usage.define(command);
    command
      .addOption(
        valueOption(
          "--cwd <folder>",
          "the project's folder; default: the nearest one above with a Pulumi.yaml",
        ),
      )
      .showHelpAfterError(`Usage: ${command.createHelp().commandUsage(command)}`)
      .action(async () => {
        try {
          const action = await load();
          done(await action.run(command.args, command.opts<never>(), io));
        } catch (error) {
          if (error instanceof UsageError) command.error(`error: ${error.message}`);
          throw error;
        }
      });
  }
  addCompletion(program, io);
  return program;
}

/**
 * Whether the message of an error is enough. Any other error is a mistake of the program and keeps its stack trace.
 */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof StackFileError ||
    error instanceof CliError ||
    // By name: the class is in the module of the Kubernetes client, which is slow to load.
    (error instanceof Error && error.name === "ClusterError")
  );
}

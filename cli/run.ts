import { didYouMean } from "../stack-file/nearest.ts";
import { StackFileError } from "../stack-file/problems.ts";
import { help, overview, parseInput, usage } from "./command.ts";
import { access } from "./commands/access.ts";
import { check } from "./commands/check.ts";
import { comment } from "./commands/comment.ts";
import { diff } from "./commands/diff.ts";
import { lint } from "./commands/lint.ts";
import { ready } from "./commands/ready.ts";
import { test } from "./commands/test.ts";
import { CliError, exit, UsageError } from "./exit.ts";
import { type Io, paint } from "./io.ts";

const commands = [check, access, test, diff, ready, lint, comment];

/**
 * Runs one command line.
 *
 * @param argv What follows the program's name.
 * @returns The exit code; what went wrong has been told.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "help") {
    (name === undefined ? io.err : io.out)(overview(commands));
    return name === undefined ? exit.usage : exit.ok;
  }
  const command = commands.find((one) => one.name === name);
  if (!command) {
    const meant = didYouMean(
      name,
      commands.map((one) => one.name),
    );
    io.err(`${paint(io, "red", "error:")} unknown command "${name}"${meant}\n\n${overview(commands)}`);
    return exit.usage;
  }
  try {
    const input = parseInput(command, rest);
    if (input.flag("help")) {
      io.out(help(command));
      return exit.ok;
    }
    return await command.run(input, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`${paint(io, "red", "error:")} ${error.message}\n${usage(command)}\n`);
      return exit.usage;
    }
    if (!expected(error)) throw error;
    io.err(
      error instanceof StackFileError
        ? `${error.message}\n`
        : `${paint(io, "red", "error:")} ${error.message}\n`,
    );
    return exit.failed;
  }
}

/** Whether an error says all there is to say; anything else is a mistake of ours and keeps its stack trace. */
function expected(error: unknown): error is Error {
  return (
    error instanceof StackFileError ||
    error instanceof CliError ||
    // By name: the module of the class is loaded with the Kubernetes client, which most commands do without.
    (error instanceof Error && error.name === "ClusterError")
  );
}

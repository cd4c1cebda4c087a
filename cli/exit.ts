/** Exit codes of every command. */
export const exit = {
  ok: 0,
  /** Something is wrong: a problem in a stack file, a failing test, a cluster that does not answer. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** `--fail-on` found a change of the given kinds; everything else succeeded. */
  changed: 3,
} as const;

/** An error whose message is enough for the user: no stack trace follows. */
export class CliError extends Error {
  override readonly name = "CliError";
}

/** A mistake in the command line; the usage is shown below the message. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

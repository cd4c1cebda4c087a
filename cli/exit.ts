/** Exit codes of every command. */
export const exit = {
  ok: 0,
  /** Something is wrong: a problem in a stack file, a failing test, a cluster that does not answer. */
  failed: 1,
  /** The command line itself was not understood. */
  usage: 2,
  /** `--fail-on` found what it was to look for; everything else went well. */
  changed: 3,
} as const;

/** What keeps a command from doing its work; its message is all that is shown. */
export class CliError extends Error {
  override readonly name = "CliError";
}

/** A command line that was not understood; the usage is shown below the message. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

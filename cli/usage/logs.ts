import { type CommonOptions, type Usage, valueOption } from "../command.ts";

export interface LogsOptions extends CommonOptions {
  json?: boolean;
  since?: string;
}

export const logs: Usage = {
  name: "logs",
  define(command) {
    command
      .description("what programs were refused, and which grants nobody used, by Pomerium's log")
      .argument("<stack>", "the stack")
      .argument(
        "[file]",
        "a log, or - for standard input; default: the log of Pomerium's pods in the stack's cluster",
      )
      .addOption(valueOption("--since <time>", "only what is newer: 24h, 30d, or 2026-11-01"))
      .option("--json", "for programs")
      .addHelpText(
        "after",
        `
Reads the lines "authorize check", and the lines "http-request" that tell the client. Anything may be in between. A
request counts as one of a program if nobody is signed in and its User-Agent is not a browser's; a log without
User-Agents counts everything except pages. Nothing says that such a program is yours: write a line only for a client
that you know. Queries, and parts of paths that look like credentials, are neither kept nor shown. A secret that is a
plain word cannot be recognised.

Examples:
  npx pomerium-migration logs home
  npx pomerium-migration logs home pomerium.log --since 30d
  kubectl --context home -n pomerium logs -l app.kubernetes.io/name=pomerium --tail=-1 |
    npx pomerium-migration logs home -`,
      );
  },
};

import { Option } from "commander";
import { type CommonOptions, repeated, type Usage, valueOption } from "../command.ts";

export interface CompareOptions extends CommonOptions {
  host?: string[];
  old?: string;
  new?: string;
  path?: string[];
  slow?: string[];
  upload?: string;
  timeout: string;
  hold: string;
  maxTime: string;
  maxRequests: string;
  all?: boolean;
  json?: boolean;
  output?: string;
}

export const compare: Usage = {
  name: "compare",
  define(command) {
    command
      .description("asks each host at ingress-nginx and at Pomerium, and shows what differs")
      .argument("[stack]", "the stack; default: the only one")
      .addOption(
        valueOption("--host <host>", "a host of the stack file; may be repeated; default: all").argParser(
          repeated,
        ),
      )
      .addOption(valueOption("--old <address>", "IP address, with or without port, of ingress-nginx"))
      .addOption(valueOption("--new <address>", "IP address, with or without port, of Pomerium"))
      .addOption(
        valueOption("--path <path>", "a further path to ask; may be repeated; needs --host").argParser(
          repeated,
        ),
      )
      .addOption(
        valueOption("--slow <path>", "a path with a slow answer; may be repeated; needs --host").argParser(
          repeated,
        ),
      )
      .addOption(valueOption("--upload <MiB>", "upload so much, 1 to 100; needs --host; default: nothing"))
      .addOption(new Option("--timeout <seconds>", "longest time for an answer, 1 to 60").default("10"))
      .addOption(
        new Option("--hold <seconds>", "longest time for a slow answer or an upload, 1 to 300").default("45"),
      )
      .addOption(new Option("--max-time <seconds>", "then no more requests, 1 to 3600").default("300"))
      .addOption(new Option("--max-requests <number>", "refuse to send more, 1 to 10000").default("1000"))
      .option("--all", "also list the wanted differences")
      .option("--json", "for programs")
      .addOption(valueOption("--output <file>", "write to a file"))
      .addHelpText(
        "after",
        `
Every request goes to the two addresses, with the host in its TLS name and its Host header. No name is looked up, no
redirect is followed, and only hosts of the stack file are asked. Without --old or --new, the address is that of the
stack file, or else of its cluster. Sends GET, OPTIONS and WebSocket requests without credentials; with --upload also a
POST of zeros to a made-up path below an open path, at both addresses.

Exits with 1 if something differs that the stack file does not ask for, or if an address does not answer.

Examples:
  npx pomerium-migration compare home
  npx pomerium-migration compare home --host komga.example.org --slow /sse --upload 20
  npx pomerium-migration compare home --old 192.168.0.171 --new 192.168.0.172:8443 --json`,
      );
  },
};

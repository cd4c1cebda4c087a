import { type CommonOptions, type Usage, valueOption } from "../command.ts";
import { viewMeaning } from "../view-meaning.ts";

export interface WhyOptions extends CommonOptions {
  at?: string;
  from?: string;
  json?: boolean;
  method?: string;
  stack?: string;
}

export const why: Usage = {
  name: "why",
  define(command) {
    command
      .description("whether somebody may reach an address, and the line that decides it")
      .argument("<who>", "an e-mail address, stranger, anonymous, @<domain> or claim:<name>=<value>")
      .argument("<url>", "for example https://komga.example.org/api/v1/books")
      .option("--json", "for programs")
      .addOption(valueOption("--method <method>", "the request's method; default: GET"))
      .addOption(valueOption("--from <address>", "the caller's IP address, for apps that ask for it"))
      .addOption(valueOption("--stack <stack>", "the stack; default: the one that serves the host"))
      .addOption(valueOption("--at <view>", "the view that answers; default: now"))
      .addHelpText(
        "after",
        `${viewMeaning}

Examples:
  npx pomerium-migration why alice@example.org komga.example.org
  npx pomerium-migration why anonymous https://komga.example.org/api/v1/books --method POST
  npx pomerium-migration why alice@example.org nas.example.org --from 192.168.0.20 --at live --stack home`,
      );
  },
};

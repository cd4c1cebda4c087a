import { Option } from "commander";
import { newestRelease } from "../../policies/language/releases.ts";
import { type CommonOptions, type Usage, valueOption } from "../command.ts";

export interface LintOptions extends CommonOptions {
  pomerium?: string;
  addresses?: "real" | "proxied";
  json?: boolean;
}

export const lint: Usage = {
  name: "lint",
  define(command) {
    command
      .description("what is wrong with a policy in Pomerium's language")
      .argument("<file>", "the policy's file, or - for standard input")
      .addOption(valueOption("--pomerium <release>", `Pomerium's release; default: ${newestRelease}`))
      .addOption(
        new Option(
          "--addresses <kind>",
          "whether Pomerium sees the callers' own addresses; without it, source_ip is not checked",
        ).choices(["real", "proxied"]),
      )
      .option("--json", "for programs")
      .addHelpText(
        "after",
        `
Warnings alone do not fail.

Examples:
  npx pomerium-migration lint policy.yaml
  npx pomerium-migration lint - --json < policy.yaml`,
      );
  },
};

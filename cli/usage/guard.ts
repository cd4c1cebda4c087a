import { type CommonOptions, type Usage, valueOption } from "../command.ts";

export interface GuardOptions extends CommonOptions {
  config?: string;
  json?: boolean;
}

export const guard: Usage = {
  name: "guard",
  define(command) {
    command
      .description("what a preview of any Pulumi program would do to Pomerium's routes and to ingress-nginx")
      .argument("<preview>", "output of `pulumi preview --json --show-sames`, or - for standard input")
      .addOption(
        valueOption("--config <file>", "levels and options of the rules, as for --policy-pack-config"),
      )
      .option("--json", "for programs")
      .addHelpText(
        "after",
        `
Advisory findings alone do not fail. docs/guard-rails.md lists the rules.

Examples:
  pulumi preview --json --show-sames | npx pomerium-migration guard -
  npx pomerium-migration guard preview.json --config rails.json`,
      );
  },
};

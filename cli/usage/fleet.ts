import type { CommonOptions, Usage } from "../command.ts";
import { addFormatOptions, type OutputOptions } from "../output.ts";

export type FleetOptions = CommonOptions & OutputOptions & { live?: boolean };

export const fleet: Usage = {
  name: "fleet",
  define(command) {
    command
      .description("all stacks in one table: apps, people, what is open, problems")
      .argument("[stacks...]", "the stacks; default: all")
      .option("--live", "also reads each stack's cluster: the readiness, and what ingress-nginx serves");
    addFormatOptions(command, ["table", "markdown", "json", "html"]);
    command.addHelpText(
      "after",
      `
A stack or a cluster that cannot be read is a row like the others, with the reason. Exits with 1 if there is one, or if
a stack file has a problem. The page (html) also has the details of each stack: what access, ready and audit show.

Examples:
  npx pomerium-migration fleet
  npx pomerium-migration fleet --live --format html --output fleet.html`,
    );
  },
};

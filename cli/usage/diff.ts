import { failOnKinds } from "../../policies/access/diff/fail-on-kinds.ts";
import { type CommonOptions, type Usage, valueOption } from "../command.ts";
import { exit } from "../exit.ts";
import { addFormatOptions, type OutputOptions } from "../output.ts";
import { nginxOption } from "../source-options.ts";
import { viewMeaning } from "../view-meaning.ts";

export interface DiffOptions extends CommonOptions, OutputOptions {
  from?: string;
  to?: string;
  failOn?: string;
  nginx?: string;
}

export const diff: Usage = {
  name: "diff",
  define(command) {
    command
      .description("who gains and who loses access between two views")
      .argument("[stack]", "the stack; default: the only one")
      .addOption(valueOption("--from <view>", "the view before; default: HEAD"))
      .addOption(valueOption("--to <view>", "the view after; default: now"))
      .addOption(nginxOption());
    addFormatOptions(command, ["table", "markdown", "json", "github"]);
    command
      .addOption(
        valueOption(
          "--fail-on <kinds>",
          `exit with ${exit.changed} on these kinds of changes, separated by commas: ${failOnKinds.join(", ")}; also if they cannot be ruled out`,
        ),
      )
      .addHelpText(
        "after",
        `${viewMeaning}

Examples:
  npx pomerium-migration diff home                    # what the last commit does not have yet
  npx pomerium-migration diff home --from live        # what an update would change
  npx pomerium-migration diff home --nginx live       # also who passed under ingress-nginx`,
      );
  },
};

import { type CommonOptions, type Usage, valueOption } from "../command.ts";
import { addFormatOptions, type OutputOptions } from "../output.ts";
import { viewMeaning } from "../view-meaning.ts";

export type AccessOptions = CommonOptions & OutputOptions & { at?: string; person?: string };

export const access: Usage = {
  name: "access",
  define(command) {
    command
      .description("who may reach what: people × apps")
      .argument("[stack]", "the stack; default: the only one")
      .addHelpText(
        "after",
        `${viewMeaning}

Examples:
  npx pomerium-migration access home
  npx pomerium-migration access home --at live                        # what the cluster enforces
  npx pomerium-migration access home --person alice@example.org       # everything that she reaches, and why
  npx pomerium-migration access home --format html --output access.html`,
      );
    addFormatOptions(command, ["table", "markdown", "json", "html"]);
    command
      .addOption(valueOption("--at <view>", "the view to show; default: now"))
      .addOption(valueOption("--person <who>", "only this caller: an address, stranger or anonymous"));
  },
};

import type { CommonOptions, Usage } from "../command.ts";
import { addFormatOptions, type OutputOptions } from "../output.ts";

export type CatalogueOptions = CommonOptions & OutputOptions;

export const catalogue: Usage = {
  name: "catalogue",
  define(command) {
    command
      .description("what is known of apps: open paths, what must stay closed, who cannot sign in")
      .argument("[app]", "name of an entry; default: a table of all")
      .addHelpText(
        "after",
        `
Reads neither a stack file nor a cluster. Entries under \`catalogue\` of a stack file are not listed.

Examples:
  npx pomerium-migration catalogue
  npx pomerium-migration catalogue vaultwarden
  npx pomerium-migration catalogue --json`,
      );
    addFormatOptions(command, ["table", "markdown", "json"]);
  },
};

import { entryData, listed } from "../../report/catalogue/data.ts";
import { catalogueMarkdown } from "../../report/catalogue/markdown.ts";
import { catalogueText, entryText } from "../../report/catalogue/text.ts";
import { programName } from "../../stack-file/commands.ts";
import { didYouMean } from "../../stack-file/nearest.ts";
import type { CommonOptions, Subcommand } from "../command.ts";
import { CliError, exit } from "../exit.ts";
import { deliver, formatOf, formatOptions, json, type OutputOptions } from "../output.ts";

/** What the project knows of apps. */
export const catalogue: Subcommand<CommonOptions & OutputOptions> = {
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
  ${programName} catalogue
  ${programName} catalogue vaultwarden
  ${programName} catalogue --json`,
      );
    for (const option of formatOptions(["table", "markdown", "json"])) command.addOption(option);
  },
  async run([name], options, io) {
    const all = listed();
    const chosen = name === undefined ? all : all.filter((one) => one.name === name);
    if (name !== undefined && chosen.length === 0)
      throw new CliError(
        `the catalogue does not know "${name}"${
          didYouMean(
            name,
            all.map((one) => one.name),
          ) || "; `catalogue` without a name lists all apps"
        }`,
      );
    switch (formatOf(options)) {
      case "json":
        deliver(json("catalogue", { entries: chosen.map(entryData) }), options, io);
        break;
      case "markdown":
        deliver(catalogueMarkdown(chosen), options, io);
        break;
      default:
        deliver(name === undefined ? catalogueText(chosen) : entryText(chosen[0]!), options, io);
    }
    return exit.ok;
  },
};

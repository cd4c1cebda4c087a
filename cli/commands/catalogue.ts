import { entryData, listed } from "../../report/catalogue/data.ts";
import { catalogueMarkdown } from "../../report/catalogue/markdown.ts";
import { catalogueText, entryText } from "../../report/catalogue/text.ts";
import { didYouMean } from "../../stack-file/nearest.ts";
import type { Action } from "../command.ts";
import { CliError, exit } from "../exit.ts";
import { deliver, formatOf, json } from "../output.ts";
import type { CatalogueOptions } from "../usage/catalogue.ts";

/** What the project knows of apps. */
export const catalogue: Action<CatalogueOptions> = {
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

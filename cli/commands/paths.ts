import { asEntry } from "../../policies/openapi/as-entry.ts";
import { coverOf } from "../../policies/openapi/cover.ts";
import { ApiFileError } from "../../policies/openapi/data.ts";
import { type ApiDocument, readApi } from "../../policies/openapi/document.ts";
import { apiPathsText, entryYaml } from "../../report/api-paths.ts";
import { visible } from "../../report/text.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { CliError, exit, UsageError } from "../exit.ts";
import { readInput } from "../input.ts";
import type { Io } from "../io.ts";
import { json } from "../output.ts";
import type { PathsOptions } from "../usage/paths.ts";

/** The paths of an API that can be opened to programs. */
export const paths: Action<PathsOptions> = {
  async run([file = "-"], options, io) {
    if (options.json && options.as !== undefined) throw new UsageError("--json and --as exclude each other");
    const name = file === "-" ? "standard input" : file;
    const api = apiOf(name, await readInput(file, io), io);
    const cover = coverOf(api.operations);
    if (options.json) {
      const { open, closed } = cover;
      const { format, title, problems } = api;
      io.out(json("api-paths", { file: name, format, title, open, closed, problems }));
    } else if (options.as === "catalogue") {
      if (cover.open.length === 0)
        throw new CliError(`${name}: no path can be opened; leave --as out to see why`);
      io.out(entryYaml(asEntry(api, cover, name), cover));
      for (const { at, message } of api.problems)
        io.err(
          `${paint({ colour: io.errorColour }, "yellow", "not read:")} ${visible(`${at} ${message}`)}\n`,
        );
    } else io.out(apiPathsText(name, api, cover));
    return api.problems.length > 0 ? exit.failed : exit.ok;
  },
};

/** Reading more than this as YAML may take longer than a second, in characters. */
const large = 1_000_000;

function apiOf(name: string, text: string, io: Io): ApiDocument {
  if (text.length > large) io.err(`reading ${visible(name)} …\n`);
  try {
    return readApi(text);
  } catch (error) {
    if (error instanceof ApiFileError) throw new CliError(visible(`${name} ${error.message}`));
    throw error;
  }
}

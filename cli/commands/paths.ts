import { Option } from "commander";
import { asEntry } from "../../policies/openapi/as-entry.ts";
import { coverOf } from "../../policies/openapi/cover.ts";
import { ApiFileError } from "../../policies/openapi/data.ts";
import { type ApiDocument, readApi } from "../../policies/openapi/document.ts";
import { apiPathsText, entryYaml } from "../../report/api-paths.ts";
import { visible } from "../../report/text.ts";
import { paint } from "../colour.ts";
import type { CommonOptions, Subcommand } from "../command.ts";
import { CliError, exit, UsageError } from "../exit.ts";
import { readInput } from "../input.ts";
import type { Io } from "../io.ts";
import { json } from "../output.ts";

interface Options extends CommonOptions {
  as?: "catalogue";
  json?: boolean;
}

/** The paths of an API that can be opened to programs. */
export const paths: Subcommand<Options> = {
  name: "paths",
  define(command) {
    command
      .description("which paths of an API can be opened, by its OpenAPI or Swagger file")
      .argument("<file>", "OpenAPI 3 or Swagger 2, as JSON or YAML; or - for standard input")
      .addOption(
        new Option("--as <form>", "print an entry for the stack file's catalogue").choices(["catalogue"]),
      )
      .option("--json", "for programs")
      .addHelpText(
        "after",
        `
A path is opened only if every known operation at and below it asks for a credential that a program can send: HTTP
authentication, an API key in a header or in the query, OAuth 2, OpenID Connect. The result has as few paths as
possible, each as narrow as possible. Operations that ask for nothing, or only for a cookie, are listed and stay closed.
The file says what the app means to do; try it before you rely on it. Exits with 1 if a part of the file cannot be read.

Examples:
  npx pomerium-migration paths openapi.json
  npx pomerium-migration paths openapi.yaml --as catalogue
  curl -s https://komga.example.org/v3/api-docs | npx pomerium-migration paths -`,
      );
  },
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

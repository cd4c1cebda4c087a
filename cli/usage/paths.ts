import { Option } from "commander";
import type { CommonOptions, Usage } from "../command.ts";

export interface PathsOptions extends CommonOptions {
  as?: "catalogue";
  json?: boolean;
}

export const paths: Usage = {
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
};

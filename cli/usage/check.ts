import type { CommonOptions, Usage } from "../command.ts";
import { addFormatOptions, type OutputOptions } from "../output.ts";

export type CheckOptions = CommonOptions & OutputOptions;

export const check: Usage = {
  name: "check",
  define(command) {
    command
      .description("every problem and warning of the stack files")
      .argument("[stacks...]", "the stacks; default: all")
      .addHelpText(
        "after",
        `
Missing secrets are warnings here. A preview needs them.

Examples:
  npx pomerium-migration check
  npx pomerium-migration check home
  npx pomerium-migration check --format github   # annotations in a job of GitHub Actions`,
      );
    addFormatOptions(command, ["table", "json", "github"]);
  },
};

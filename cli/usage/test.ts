import type { CommonOptions, Usage } from "../command.ts";
import { addFormatOptions, type OutputOptions } from "../output.ts";

export interface TestOptions extends CommonOptions, OutputOptions {
  all?: boolean;
  write?: boolean;
  stdout?: boolean;
}

export const test: Usage = {
  name: "test",
  define(command) {
    command
      .description("runs the access tests of the stack files")
      .argument("[stacks...]", "the stacks; default: all")
      .option("--all", "every answer, not only the failing ones")
      .option("--write", "add tests of what holds today to the stack files, as far as none says it")
      .option("--stdout", "with --write: print the tests in place of writing them")
      .addHelpText(
        "after",
        `
Every caller counts at every path of a test. An answer that cannot be decided fails. A preview refuses what fails
here.

--write adds who passes at each app and who does not, strangers, and each open path with a path that is nearly one.
Present tests and all other lines stay as they are. Read what it adds: it says what is, not what should be.

Examples:
  npx pomerium-migration test home
  npx pomerium-migration test home --write --stdout
  npx pomerium-migration test home --write`,
      );
    addFormatOptions(command, ["table", "json", "github"]);
  },
};

import type { CommonOptions, Usage } from "../command.ts";
import { formatOptions, type OutputOptions } from "../output.ts";

export type CheckOptions = CommonOptions & OutputOptions;

export const check: Usage = {
  name: "check",
  define(command) {
    command
      .description("every problem and warning of the stack files")
      .argument("[stacks...]", "the stacks; default: all")
      .addHelpText("after", "\nMissing secrets are warnings here. A preview needs them.");
    for (const option of formatOptions(["table", "json", "github"])) command.addOption(option);
  },
};

import { type CommonOptions, type Usage, valueOption } from "../command.ts";
import { nginxOption } from "../source-options.ts";

export interface ReportOptions extends CommonOptions {
  from?: string;
  nginx?: string;
  live?: boolean;
  output?: string;
}

export const report: Usage = {
  name: "report",
  define(command) {
    command
      .description("access, changes, readiness and audit of a stack as one page")
      .argument("[stack]", "the stack; default: the only one")
      .addOption(valueOption("--from <view>", "adds what has changed since this view"))
      .addOption(nginxOption())
      .option(
        "--live",
        "reads the stack's cluster: short for --from live --nginx live, and adds the readiness",
      )
      .addOption(valueOption("--output <file>", "write to a file"))
      .addHelpText(
        "after",
        `
The page has a part for each thing that is known, needs no network, and can be printed: access always, changes with
--from or --nginx, the audit of ingress-nginx with --nginx, and the readiness for the last phase with --live.

Examples:
  npx pomerium-migration report home --output report.html
  npx pomerium-migration report home --from main --nginx export.yaml --output report.html
  npx pomerium-migration report home --live --output report.html`,
      );
  },
};

import { fleetMarkdown, fleetText } from "../../report/fleet.ts";
import { fleetTabs } from "../../report/html/fleet.ts";
import { htmlPage } from "../../report/html/page.ts";
import type { CommonOptions, Subcommand } from "../command.ts";
import { exit } from "../exit.ts";
import { readFleetStack, type UnfoldedStack } from "../fleet-stack.ts";
import type { Io } from "../io.ts";
import { deliver, formatOf, formatOptions, json, type OutputOptions } from "../output.ts";
import { projectOf, stacksOf } from "../project.ts";
import { provenanceOf } from "../provenance.ts";

/** All stacks of the project in one table. */
export const fleet: Subcommand<CommonOptions & OutputOptions & { live?: boolean }> = {
  name: "fleet",
  define(command) {
    command
      .description("all stacks in one table: apps, people, what is open, problems")
      .argument("[stacks...]", "the stacks; default: all")
      .option("--live", "also reads each stack's cluster: the readiness, and what ingress-nginx serves");
    for (const option of formatOptions(["table", "markdown", "json", "html"])) command.addOption(option);
    command.addHelpText(
      "after",
      `
A stack or a cluster that cannot be read is a row like the others, with the reason. Exits with 1 if there is one, or if
a stack file has a problem. The page (html) also has the details of each stack: what access, ready and audit show.

Examples:
  npx pomerium-migration fleet
  npx pomerium-migration fleet --live --format html --output fleet.html`,
    );
  },
  async run(args, options, io) {
    const format = formatOf(options);
    const project = projectOf(options, io);
    const stacks = await Promise.all(
      stacksOf(project, args).map((stack, place) =>
        readFleetStack(project, stack, place, options.live === true, io),
      ),
    );
    deliver(await written(format, stacks, project.directory, io), options, io);
    return stacks.every(({ row: { problems, failed } }) => problems + failed.length === 0)
      ? exit.ok
      : exit.failed;
  },
};

async function written(
  format: string,
  stacks: readonly UnfoldedStack[],
  directory: string,
  io: Io,
): Promise<string> {
  const rows = stacks.map(({ row }) => row);
  switch (format) {
    case "json":
      return json("fleet", { stacks: rows });
    case "markdown":
      return fleetMarkdown(rows);
    case "html":
      return htmlPage({
        title: "Fleet",
        provenance: await provenanceOf(io, directory),
        tabs: fleetTabs(stacks.map(({ parts, ...rest }) => ({ ...rest, parts: parts() }))),
      });
    default:
      return fleetText(rows);
  }
}

import { fleetMarkdown, fleetText } from "../../report/fleet.ts";
import { fleetTabs } from "../../report/html/fleet.ts";
import { htmlPage } from "../../report/html/page.ts";
import type { Action } from "../command.ts";
import { exit } from "../exit.ts";
import { readFleetStack, type UnfoldedStack } from "../fleet-stack.ts";
import type { Io } from "../io.ts";
import { deliver, formatOf, json } from "../output.ts";
import { projectOf, stacksOf } from "../project.ts";
import { provenanceOf } from "../provenance.ts";
import type { FleetOptions } from "../usage/fleet.ts";

/** All stacks of the project in one table. */
export const fleet: Action<FleetOptions> = {
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

import { readinessData } from "../../components/cluster/readiness-table.ts";
import { audit } from "../../discovery/audit/audit.ts";
import { failedTestProblems } from "../../policies/access/assertions/run.ts";
import { matrix } from "../../policies/access/matrix/matrix.ts";
import { isPerson } from "../../policies/access/principals.ts";
import { type FleetCluster, type FleetRow, fleetMarkdown, fleetPage, fleetText } from "../../report/fleet.ts";
import { htmlPage } from "../../report/html/page.ts";
import { sectionsTab } from "../../report/html/sections.ts";
import { viewOfStack } from "../../stack/access-view.ts";
import { loadFromFile } from "../../stack/load.ts";
import type { Stack } from "../../stack/stack.ts";
import { orProblems, StackFileError } from "../../stack-file/problems.ts";
import { counted } from "../../stack-file/text.ts";
import type { CommonOptions, Subcommand } from "../command.ts";
import { exit } from "../exit.ts";
import type { Io } from "../io.ts";
import { deliver, formatOf, formatOptions, json, type OutputOptions } from "../output.ts";
import { projectOf, stackPath, stacksOf } from "../project.ts";
import { provenanceOf } from "../provenance.ts";
import { readNginx } from "../source.ts";
import { conclusion } from "./ready.ts";

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
a stack file has a problem.

Examples:
  npx pomerium-migration fleet
  npx pomerium-migration fleet --live --format html --output fleet.html`,
    );
  },
  async run(args, options, io) {
    const format = formatOf(options);
    const project = projectOf(options, io);
    const rows = await Promise.all(
      stacksOf(project, args).map((stack) =>
        rowOf(stack, stackPath(project, stack), options.live === true, io),
      ),
    );
    deliver(await written(format, rows, project.directory, io), options, io);
    return rows.every(({ problems, failed }) => problems + failed.length === 0) ? exit.ok : exit.failed;
  },
};

async function written(
  format: string,
  rows: readonly FleetRow[],
  directory: string,
  io: Io,
): Promise<string> {
  switch (format) {
    case "json":
      return json("fleet", { stacks: rows });
    case "markdown":
      return fleetMarkdown(rows);
    case "html": {
      const page = fleetPage(rows);
      return htmlPage({
        title: page.title,
        provenance: await provenanceOf(io, directory),
        tabs: [sectionsTab("fleet", "Fleet", page)],
      });
    }
    default:
      return fleetText(rows);
  }
}

async function rowOf(name: string, path: string, isLive: boolean, io: Io): Promise<FleetRow> {
  const loaded = orProblems(() => loadFromFile(path));
  if (loaded instanceof StackFileError)
    return {
      stack: name,
      problems: loaded.problems.length,
      failed: [`${counted(loaded.problems.length, "problem")}; see: check ${name}`],
      ...(isLive ? { live: {} } : {}),
    };
  const { apps, directory } = viewOfStack("now", loaded);
  const all = matrix(apps, directory);
  const sites = all.apps.filter(({ app }) => app.pathOf === undefined);
  const failed: string[] = [];
  return {
    stack: name,
    phase: loaded.phase,
    apps: loaded.apps.length,
    people: all.people.filter(isPerson).length,
    public: sites.filter((each) => each.public).length,
    openPaths: all.apps.reduce((sum, { open }) => sum + open.length, 0),
    problems: failedTestProblems(loaded).length,
    ...(isLive ? { live: await clusterOf(loaded, io, failed) } : {}),
    failed,
  };
}

/** @param failed Gets a line for each part that could not be read. */
async function clusterOf(stack: Stack, io: Io, failed: string[]): Promise<FleetCluster> {
  const part = async <T>(what: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      // Another stack of the fleet may be read all the same, whatever the reason is.
      failed.push(`${what}: ${(error as Error).message.split("\n").filter(Boolean).slice(0, 3).join(" ")}`);
      return undefined;
    }
  };
  const [ready, audited] = await Promise.all([
    part("readiness", async () => {
      if (stack.ingressNginx === undefined) return { ready: true, verdict: "no ingress-nginx in the file" };
      const rows = await io.readReadiness(stack);
      const data = readinessData(rows);
      const held = data.rows.filter(({ missing }) => missing.length === 0).length;
      return {
        ready: data.ready,
        verdict: data.ready ? conclusion(stack, rows, true) : `not ready (${held}/${data.rows.length})`,
      };
    }),
    part("audit", async () => {
      const { hosts, blockers } = audit((await readNginx("live", stack, io)).inventory);
      return { hosts: hosts.length, blockers: blockers.length };
    }),
  ]);
  return {
    ...(ready === undefined ? {} : { ready }),
    ...(audited === undefined ? {} : { audit: audited }),
  };
}

import type { ReadinessRow } from "../components/cluster/readiness.ts";
import { readinessData } from "../components/cluster/readiness-table.ts";
import { type Audit, audit } from "../discovery/audit/audit.ts";
import { failedTestProblems } from "../policies/access/assertions/run.ts";
import { matrix } from "../policies/access/matrix/matrix.ts";
import { isPerson } from "../policies/access/principals.ts";
import type { FleetCluster } from "../report/fleet.ts";
import { type FleetStack, scopeOf, type Unread } from "../report/html/fleet.ts";
import type { Stack } from "../stack/stack.ts";
import { ownCommand } from "../stack-file/commands.ts";
import { placeText } from "../stack-file/place.ts";
import { orProblems, StackFileError } from "../stack-file/problems.ts";
import { counted } from "../stack-file/text.ts";
import { conclusion } from "./commands/ready.ts";
import type { Io } from "./io.ts";
import type { Project } from "./project.ts";
import { accessPart, auditPart, readinessPart } from "./report-parts.ts";
import { readNginx } from "./source.ts";
import { viewNow } from "./view-by-name.ts";

/** A stack whose details are only made for a page. */
export interface UnfoldedStack extends Pick<FleetStack, "row" | "unread"> {
  parts(): FleetStack["parts"];
}

/** Reads a stack of a fleet, and its cluster on request. Parts that cannot be read are named in the result. */
export async function readFleetStack(
  project: Project,
  name: string,
  place: number,
  isLive: boolean,
  io: Io,
): Promise<UnfoldedStack> {
  const now = orProblems(() => viewNow(project, name));
  if (now instanceof StackFileError)
    return {
      row: {
        stack: name,
        problems: now.problems.length,
        failed: [`${counted(now.problems.length, "problem")}; see: ${ownCommand("check", name)}`],
        ...(isLive ? { live: {} } : {}),
      },
      unread: [unreadOf("stack file", now)],
      parts: () => [],
    };
  const { stack } = now;
  const all = matrix(now.view.apps, now.view.directory);
  const live = isLive ? await readCluster(stack, io) : undefined;
  const scope = scopeOf(place, name);
  return {
    row: {
      stack: name,
      phase: stack.phase,
      apps: stack.apps.length,
      people: all.people.filter(isPerson).length,
      public: all.apps.filter((each) => each.app.pathOf === undefined && each.public).length,
      openPaths: all.apps.reduce((sum, { open }) => sum + open.length, 0),
      problems: failedTestProblems(stack).length,
      ...(live === undefined ? {} : { live: live.cells }),
      failed: live?.failures.map(({ what, error }) => `${what}: ${shortly(error)}`) ?? [],
    },
    unread: live?.failures.map(({ what, error }) => unreadOf(what, error)) ?? [],
    parts: () => [
      accessPart({ stack }, all, scope),
      ...(live?.gates === undefined ? [] : [readinessPart(stack, live.gates, scope)]),
      ...(live?.audited === undefined ? [] : [auditPart(live.audited, scope)]),
    ],
  };
}

interface Failure {
  what: string;
  error: Error;
}

/** What a cluster says. The parts that could not be read are absent, and `failures` says why. */
interface ReadCluster {
  cells: FleetCluster;
  gates?: ReadinessRow[];
  audited?: Audit;
  failures: Failure[];
}

async function readCluster(stack: Stack, io: Io): Promise<ReadCluster> {
  const failures: Failure[] = [];
  const part = async <T>(what: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      // A failure of one stack does not stop the others.
      failures.push({ what, error: error as Error });
      return undefined;
    }
  };
  const [gates, audited] = await Promise.all([
    stack.ingressNginx === undefined ? undefined : part("readiness", () => io.readReadiness(stack)),
    part("audit", async () => audit((await readNginx("live", stack, io)).inventory, stack.cluster)),
  ]);
  const ready = readyOf(stack, gates);
  return {
    cells: {
      ...(ready === undefined ? {} : { ready }),
      ...(audited === undefined
        ? {}
        : { audit: { hosts: audited.hosts.length, blockers: audited.blockers.length } }),
    },
    ...(gates === undefined ? {} : { gates }),
    ...(audited === undefined ? {} : { audited }),
    failures,
  };
}

function readyOf(stack: Stack, gates: readonly ReadinessRow[] | undefined): FleetCluster["ready"] {
  if (stack.ingressNginx === undefined) return { ready: true, verdict: "no ingress-nginx in the file" };
  if (gates === undefined) return undefined;
  const { ready, rows } = readinessData(gates);
  const held = rows.filter(({ missing }) => missing.length === 0).length;
  return {
    ready,
    verdict: ready ? conclusion(stack, gates, true) : `not ready (${held}/${rows.length})`,
  };
}

/** The first lines of an error, for one row of a table. */
function shortly({ message }: Error): string {
  return message.split("\n").filter(Boolean).slice(0, 3).join(" ");
}

/** The complete reason, for a page. */
function unreadOf(what: string, error: Error): Unread {
  if (!(error instanceof StackFileError))
    return { what, reasons: [{ title: "", details: error.message.split("\n").filter(Boolean) }] };
  return {
    what,
    reasons: error.problems.map(({ at, message, fix, place }) => ({
      title: [place?.file === undefined ? error.file : "", placeText(place), at].filter(Boolean).join(" "),
      details: [message, ...(fix === undefined ? [] : [fix])],
    })),
  };
}

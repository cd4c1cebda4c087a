import { readFromCluster } from "../components/cluster/read-from-cluster.ts";
import type { ReadinessRow } from "../components/cluster/readiness.ts";
import { askDns, readNames } from "../components/dns/live.ts";
import { differences } from "../components/ingress-nginx/differences.ts";
import { staysInCoexist } from "../components/ingress-nginx/hybrid.ts";
import { askHost } from "../components/ingress-nginx/traffic.ts";
import { databaseProblems } from "../components/pomerium/database.ts";
import { readTunnels } from "../components/tunnels/read.ts";
import { failedTestProblems } from "../policies/access/assertions/run.ts";
import { stackFileName } from "../stack-file/file-name.ts";
import { placed, withEdits } from "../stack-file/place.ts";
import { type Problem, StackFileError } from "../stack-file/problems.ts";
import { stackProblems } from "./checks.ts";
import { namesToAsk } from "./dns-names.ts";
import { type ClusterFindings, type Findings, readFindings } from "./findings.ts";
import { gateProblems, gates } from "./gates.ts";
import type { Stack } from "./stack.ts";

/**
 * The readiness table: the conditions for the removal of ingress-nginx, and whether they hold. Empty if ingress-nginx is
 * absent or has no effect any more, or if it stays on purpose.
 */
export function readinessOf(
  stack: Stack,
  { cluster, certificates, ingressNginx: nginx, traffic, pomerium }: ClusterFindings,
): { rows: ReadinessRow[]; problems: Problem[] } {
  const found = gates({
    stack,
    cluster,
    pomerium,
    nginx,
    issuance: certificates,
    ...(traffic === undefined ? {} : { traffic }),
  });
  const { rows, problems } = differences(stack, cluster, nginx);
  // Nothing has to become ready on a cluster that stays in coexist.
  const shown = staysInCoexist(stack) ? [] : [...found, ...rows];
  const withFixes = shown.map((row) => ({
    ...row,
    items: row.items.map((item) => withEdits(item, stack.placeOf)),
  }));
  return { rows: withFixes, problems: [...problems, ...gateProblems(stack, found)] };
}

/**
 * Reads the live cluster and Cloudflare, and runs all checks and access tests. A run registers nothing before that.
 *
 * @throws StackFileError with all problems at once.
 */
export async function preflight(stack: Stack): Promise<Findings> {
  const [seen, tunnels, names, database] = await Promise.all([
    readFromCluster(stack.cluster, (api) =>
      readFindings(stack, api, stack.phase === "retired" ? askHost() : undefined),
    ),
    readTunnels(stack),
    readNames(namesToAsk(stack), askDns()),
    databaseProblems(stack.pomerium.storage),
  ]);
  const refuse = (problems: readonly Problem[]): never => {
    throw new StackFileError(stackFileName(stack.name), placed(problems, stack.placeOf));
  };
  if ("at" in seen) return refuse([...failedTestProblems(stack), ...database, seen]);
  const readiness = readinessOf(stack, seen);
  const problems = [...stackProblems(stack, { ...seen, tunnels }, readiness.problems), ...database];
  if (problems.length > 0) refuse(problems);
  return { ...seen, tunnels, names, readiness: readiness.rows };
}

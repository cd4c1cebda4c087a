import { routeProblems } from "../components/apps/checks.ts";
import { certificateProblems } from "../components/certificates/checks.ts";
import { wantedIssuance } from "../components/certificates/issuer-objects.ts";
import { type LiveIssuance, readIssuance } from "../components/certificates/live.ts";
import type { ReadOnlyApi } from "../components/cluster/api.ts";
import { type LiveCluster, readCluster } from "../components/cluster/live.ts";
import { isIngressName, pomeriumIngressClass } from "../components/cluster/names.ts";
import { ownerProblems } from "../components/cluster/owner.ts";
import { readFromCluster } from "../components/cluster/read.ts";
import type { Row } from "../components/cluster/readiness.ts";
import { ingressNginxProblems } from "../components/ingress-nginx/checks.ts";
import { differences } from "../components/ingress-nginx/differences.ts";
import { type LiveIngressNginx, readIngressNginx } from "../components/ingress-nginx/live.ts";
import { takeOverProblems } from "../components/pomerium/checks.ts";
import { type LivePomerium, readPomerium } from "../components/pomerium/live.ts";
import { tunnelProblems } from "../components/tunnels/checks.ts";
import { type LiveTunnels, readTunnels } from "../components/tunnels/live.ts";
import { readMemory } from "../components/tunnels/memory.ts";
import { type Problem, StackFileError } from "../stack-file/problems.ts";
import { stackFileName } from "../stack-file/stack-file.ts";
import { gateProblems, gates } from "./gates.ts";
import { accessProblems, preflightProblems } from "./preflight-problems.ts";
import type { Stack } from "./stack.ts";

/** What the program knows of the cluster when it begins to register. */
export interface ClusterFindings {
  cluster: LiveCluster;
  /** What it has of everything that issues certificates. */
  certificates: LiveIssuance;
  /** What it runs of ingress-nginx. */
  ingressNginx: LiveIngressNginx;
  /** What it has of Pomerium already. */
  pomerium: LivePomerium;
}

/** The same, and what leads to the cluster. */
export interface Findings extends ClusterFindings {
  tunnels: LiveTunnels;
  /** The readiness table: what must hold before ingress-nginx goes, and whether it does. */
  readiness: readonly Row[];
}

/**
 * Looks at the live cluster, in one round of parallel questions.
 *
 * @throws ClusterError when the cluster does not answer.
 */
export async function readFindings(stack: Stack, api: ReadOnlyApi): Promise<ClusterFindings> {
  const reading = readCluster(api);
  const [cluster, certificates, ingressNginx, pomerium] = await Promise.all([
    reading,
    readIssuance(api, wantedIssuance(stack.certificates)),
    readIngressNginx(stack, api, reading),
    readPomerium(api, reading),
  ]);
  return { cluster, certificates, ingressNginx, pomerium };
}

/**
 * What must hold before ingress-nginx is removed, and whether it does. Empty when ingress-nginx is absent or has no
 * effect any more.
 */
export function readinessOf(
  stack: Stack,
  { cluster, certificates, ingressNginx: nginx, pomerium }: ClusterFindings,
): { rows: Row[]; problems: Problem[] } {
  const found = gates({ stack, cluster, pomerium, nginx, issuance: certificates });
  const { rows, problems } = differences(stack, cluster, nginx);
  return { rows: [...found, ...rows], problems: [...problems, ...gateProblems(stack, found)] };
}

/**
 * Runs the access tests and looks at the live cluster before anything is registered. The program goes on only
 * if every test holds, and the cluster is the one that the stack means, has what the stack needs, and is ready for
 * the phase.
 *
 * @throws StackFileError with every problem at once.
 */
export async function preflight(stack: Stack): Promise<Findings> {
  const [seen, tunnels] = await Promise.all([
    readFromCluster(stack.cluster, (api) => readFindings(stack, api)),
    readTunnels(stack),
  ]);
  if ("at" in seen) throw new StackFileError(stackFileName(stack.name), [...accessProblems(stack), seen]);
  const { cluster, certificates, ingressNginx: nginx, pomerium } = seen;
  const readiness = readinessOf(stack, seen);
  const problems = [
    ...accessProblems(stack),
    ...preflightProblems(stack, cluster, [
      ...certificateProblems(stack, certificates),
      ...tunnelProblems(stack, tunnels, readMemory(cluster.record?.tunnels), {
        others: foreignHosts(cluster),
      }),
      ...ownerProblems(stack, cluster.record),
      ...takeOverProblems(stack, pomerium),
      ...routeProblems(stack.cluster, stack.apps, cluster),
      ...ingressNginxProblems(stack, cluster, nginx),
      ...readiness.problems,
    ]),
  ];
  if (problems.length > 0) throw new StackFileError(stackFileName(stack.name), problems);
  return { ...seen, tunnels, readiness: readiness.rows };
}

/** Hosts of Pomerium's Ingresses that belong to no app of any stack. */
function foreignHosts({ ingresses }: Pick<LiveCluster, "ingresses">): string[] {
  return ingresses
    .filter(
      ({ ingressClass, name, solver }) =>
        ingressClass === pomeriumIngressClass && !solver && !isIngressName(name),
    )
    .flatMap(({ rules }) => rules.map(({ host }) => host));
}

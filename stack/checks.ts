import { otherHosts, routeProblems } from "../components/apps/checks.ts";
import { serviceProblems } from "../components/apps/service-checks.ts";
import { certificateProblems } from "../components/certificates/checks.ts";
import { existingIssuerProblems } from "../components/certificates/existing-issuer.ts";
import { identityProblem } from "../components/cluster/live.ts";
import { ownerProblems } from "../components/cluster/owner.ts";
import { ingressNginxProblems } from "../components/ingress-nginx/checks.ts";
import { networkProblems } from "../components/network-policies/checks.ts";
import { isolationProblems } from "../components/network-policies/isolation-checks.ts";
import { clusterProblems, takeOverProblems } from "../components/pomerium/checks.ts";
import { serviceProblem } from "../components/pomerium/service-checks.ts";
import { tunnelProblems } from "../components/tunnels/checks.ts";
import { readMemory } from "../components/tunnels/memory.ts";
import { failedTestProblems } from "../policies/access/assertions/run.ts";
import type { Problem } from "../stack-file/problems.ts";
import type { Findings } from "./findings.ts";
import { notIsolated } from "./isolation.ts";
import type { Stack } from "./stack.ts";

/**
 * All problems that stop a run before it registers anything. If the live cluster is not the stack's cluster, its
 * content does not matter, so nothing else about it is reported.
 *
 * @param readiness Problems of the readiness table.
 */
export function stackProblems(
  stack: Stack,
  { cluster, certificates, ingressNginx, network, pomerium, tunnels }: Omit<Findings, "readiness">,
  readiness: readonly Problem[],
): Problem[] {
  const anotherCluster = identityProblem(stack.name, stack.cluster, cluster);
  if (anotherCluster) return [...failedTestProblems(stack), { at: "cluster.uid", ...anotherCluster }];
  return [
    ...failedTestProblems(stack),
    ...serviceProblems(stack.apps, cluster),
    ...networkProblems(notIsolated(stack), cluster, network),
    ...isolationProblems(stack.isolation, cluster),
    ...certificateProblems(stack, certificates),
    ...existingIssuerProblems(stack, certificates, ingressNginx),
    ...tunnelProblems(stack, tunnels, readMemory(cluster.record?.tunnels), {
      others: otherHosts(stack.apps, cluster),
    }),
    ...ownerProblems(stack, cluster.record),
    ...takeOverProblems(stack, pomerium),
    ...clusterProblems(stack, pomerium),
    ...serviceProblem(stack, cluster.services),
    ...routeProblems(stack.cluster, stack.apps, cluster),
    ...ingressNginxProblems(stack, cluster, ingressNginx),
    ...readiness,
  ];
}

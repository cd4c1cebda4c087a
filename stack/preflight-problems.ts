import { isVerify } from "../components/apps/args.ts";
import { backendProblems } from "../components/apps/checks.ts";
import { identityProblem, type LiveCluster } from "../components/cluster/live.ts";
import { finding, runAccessTests } from "../policies/access/assertions/run.ts";
import type { Problem } from "../stack-file/problems.ts";
import type { Stack } from "./stack.ts";

/** What the stack's own access tests have against it: who passes and should not, who should and does not. */
export function accessProblems(stack: Stack): Problem[] {
  return runAccessTests(stack)
    .filter(({ passed }) => !passed)
    .map((result) => ({
      at: result.at,
      message: finding(result),
      ...(result.mend ? { mend: result.mend } : {}),
    }));
}

/**
 * What the live cluster has against this stack, all of it; nothing is registered while there is any.
 * On another cluster than the stack means, that is the one thing worth saying.
 *
 * @param others What else was found on the same cluster.
 */
export function preflightProblems(
  stack: Stack,
  live: LiveCluster,
  others: readonly Problem[] = [],
): Problem[] {
  const identity = identityProblem(stack.name, stack.cluster, live.uid);
  if (identity) return [{ at: "cluster.uid", ...identity }];
  const services = new Map(live.services.map((service) => [`${service.namespace}/${service.name}`, service]));
  const backends = stack.apps
    // The program deploys the verify page itself, so the cluster need not have its Service yet.
    .filter((app) => !isVerify(app))
    .flatMap((app) => backendProblems(app, services.get(`${app.namespace}/${app.service.name}`)));
  return [...backends, ...others];
}

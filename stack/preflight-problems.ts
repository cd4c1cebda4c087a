import { checkBackend } from "../components/apps/backend.ts";
import type { AppConfig } from "../components/apps/config.ts";
import { identityProblem, type LiveCluster } from "../components/cluster/live.ts";
import { pomeriumNamespace, verifyService } from "../components/cluster/names.ts";
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
    .filter((app) => !isVerify(app))
    .flatMap((app) => checkBackend(app, services.get(`${app.namespace}/${app.service.name}`)));
  return [...backends, ...others];
}

/** Pomerium's test service is deployed by this program, so the cluster need not have it yet. */
export function isVerify(app: Pick<AppConfig, "namespace" | "service">): boolean {
  return app.namespace === pomeriumNamespace && app.service.name === verifyService.name;
}

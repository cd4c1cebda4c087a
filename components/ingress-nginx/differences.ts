import type { Problem } from "../../stack-file/problems.ts";
import type { LiveCluster } from "../cluster/live.ts";
import type { ReadinessRow } from "../cluster/readiness.ts";
import type { LiveIngressNginx } from "./live.ts";
import { pathDifferences, pathProblems, pathsRow } from "./path-differences.ts";
import { losses, lossProblems, protectionsRow } from "./protections.ts";
import { inEffect } from "./removal-state.ts";
import type { StackView } from "./stack-view.ts";

/** Differences between the apps and their nginx Ingresses. Each needs an answer, in every phase. */
export function differences(
  stack: StackView,
  cluster: Pick<LiveCluster, "record" | "services">,
  nginx: LiveIngressNginx,
): { rows: ReadinessRow[]; problems: Problem[] } {
  const controllers = inEffect(nginx, cluster);
  const lost = losses(stack, controllers);
  const paths = pathDifferences(stack, controllers, cluster.services);
  return {
    rows: [protectionsRow(lost), pathsRow(paths)].filter(({ items }) => items.length > 0),
    problems: [...lossProblems(lost), ...pathProblems(paths)],
  };
}

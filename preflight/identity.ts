import { identityProblem, type LiveCluster } from "../components/cluster/live.ts";
import { StackFileError } from "../config/problems.ts";
import type { Stack } from "../config/stack.ts";
import { stackFileName } from "../config/stack-file.ts";

/** @throws StackFileError when it is not the cluster that the stack means. */
export function refuseAnotherCluster(
  { name, cluster }: Pick<Stack, "name" | "cluster">,
  live: Pick<LiveCluster, "uid">,
): void {
  const identity = identityProblem(name, cluster, live.uid);
  if (identity) throw new StackFileError(stackFileName(name), [{ at: "cluster.uid", ...identity }]);
}

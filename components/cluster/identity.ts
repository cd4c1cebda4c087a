import type { Stack } from "../../stack/stack.ts";
import { StackFileError } from "../../stack-file/problems.ts";
import { stackFileName } from "../../stack-file/stack-file.ts";
import { identityProblem, type LiveCluster } from "./live.ts";

/** @throws StackFileError when it is not the cluster that the stack means. */
export function refuseAnotherCluster(
  { name, cluster }: Pick<Stack, "name" | "cluster">,
  live: Pick<LiveCluster, "uid">,
): void {
  const identity = identityProblem(name, cluster, live.uid);
  if (identity) throw new StackFileError(stackFileName(name), [{ at: "cluster.uid", ...identity }]);
}

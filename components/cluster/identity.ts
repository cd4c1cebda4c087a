import { stackFileName } from "../../stack-file/file-name.ts";
import { StackFileError } from "../../stack-file/problems.ts";
import type { ReadOnlyApi } from "./api.ts";
import type { Cluster } from "./config.ts";
import { identityProblem, type LiveCluster } from "./live.ts";

/** @throws StackFileError if the live cluster is not the one that the stack file names. */
export function refuseAnotherCluster(
  { name, cluster }: { name: string; cluster: Cluster },
  live: Pick<LiveCluster, "uid" | "record">,
): void {
  const identity = identityProblem(name, cluster, live);
  if (identity) throw new StackFileError(stackFileName(name), [{ at: "cluster.uid", ...identity }]);
}

/** The UID of a cluster; empty if it does not tell it. */
export async function readUid(api: Pick<ReadOnlyApi, "findMetadata">): Promise<string> {
  const namespace = await api.findMetadata<{ metadata: { uid: string } }>("/api/v1/namespaces/kube-system");
  return namespace?.metadata.uid ?? "";
}

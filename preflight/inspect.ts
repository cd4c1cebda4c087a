import { ClusterError, ReadOnlyApi } from "../components/cluster/api.ts";
import { type LiveCluster, readCluster } from "../components/cluster/live.ts";
import type { Problem } from "../config/problems.ts";
import type { Cluster } from "../config/stack.ts";

/**
 * The live cluster, or why it cannot be seen. The program refuses to guess what it holds: a preview that
 * does not know the cluster would promise what the `up` cannot keep.
 */
export async function inspect(cluster: Cluster): Promise<LiveCluster | Problem> {
  try {
    return await readCluster(await ReadOnlyApi.connect(cluster));
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return {
      at: error.status === undefined ? "cluster.context" : "cluster",
      message: error.message,
      mend: `kubectl --context ${cluster.context} get namespace kube-system`,
    };
  }
}

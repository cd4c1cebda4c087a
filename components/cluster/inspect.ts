import type { Problem } from "../../stack-file/problems.ts";
import { ClusterError, ReadOnlyApi } from "./api.ts";
import type { Cluster } from "./config.ts";

/**
 * What `read` makes of the live cluster, or why the cluster cannot be seen. The program refuses to guess what it
 * holds: a preview that does not know the cluster would promise what the `up` cannot keep.
 */
export async function inspect<T extends object>(
  cluster: Cluster,
  read: (api: ReadOnlyApi) => Promise<T>,
): Promise<T | Problem> {
  try {
    return await read(await ReadOnlyApi.connect(cluster));
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return {
      at: error.status === undefined ? "cluster.context" : "cluster",
      message: error.message,
      mend: `kubectl --context ${cluster.context} get namespace kube-system`,
    };
  }
}

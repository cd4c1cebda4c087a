import type { Problem } from "../../stack-file/problems.ts";
import { ReadOnlyApi } from "./api.ts";
import { kubectl } from "./commands.ts";
import type { Cluster } from "./config.ts";
import { ClusterError, KubeconfigError } from "./kubeconfig.ts";

/**
 * Reads from the live cluster, or says why that is impossible. The program does not guess: a preview that does not know
 * the cluster would promise what the `up` cannot keep.
 */
export async function readFromCluster<T extends object>(
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
      fix: error instanceof KubeconfigError ? error.fix : kubectl(cluster, "get namespace kube-system"),
    };
  }
}

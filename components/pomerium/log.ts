import type { ReadOnlyApi } from "../cluster/api.ts";
import { ClusterError } from "../cluster/kubeconfig.ts";
import { pomeriumNamespace, pomeriumPodLabels } from "../cluster/names.ts";
import { container } from "./names.ts";

interface Pod {
  metadata: { name: string };
  spec: { containers: { name: string }[] };
}

/**
 * The log of Pomerium's pods, one pod after the other, piece by piece. A node keeps only the newest part of it.
 *
 * @param sinceSeconds Age of the oldest line. Default: all that is kept.
 * @throws ClusterError if there is no such pod.
 */
export async function* readLog(
  api: Pick<ReadOnlyApi, "list" | "text">,
  sinceSeconds?: number,
): AsyncGenerator<Buffer> {
  const base = `/api/v1/namespaces/${pomeriumNamespace}/pods`;
  const labels = Object.entries(pomeriumPodLabels).map(([key, value]) => `${key}=${value}`);
  const pods = await api.list<Pod>(`${base}?${new URLSearchParams({ labelSelector: labels.join(",") })}`);
  if (pods.length === 0)
    throw new ClusterError(
      `namespace ${pomeriumNamespace} has no pod with the labels ${labels.join(", ")}, so there is no log`,
    );
  for (const { metadata, spec } of pods) {
    const own = spec.containers.find(({ name }) => name === container) ?? spec.containers[0];
    const query = new URLSearchParams({
      ...(own === undefined ? {} : { container: own.name }),
      ...(sinceSeconds === undefined ? {} : { sinceSeconds: String(Math.max(1, Math.ceil(sinceSeconds))) }),
    });
    yield* api.text(`${base}/${metadata.name}/log?${query}`);
    // A line may lack its end where a pod has stopped.
    yield Buffer.from("\n");
  }
}

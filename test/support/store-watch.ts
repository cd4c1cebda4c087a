import type { Api, KubernetesObject } from "../../sandbox/cluster/api.ts";

interface Pod extends KubernetesObject {
  spec: { nodeName?: string };
}

interface Deployment extends KubernetesObject {
  spec: { replicas?: number };
}

/** Records when pods may have had Pomerium's store open. The API server's revisions order all events. */
export interface StoreWatch {
  /** Revision at which the Deployment was scaled to zero. */
  readonly stopped?: number;
  /** Revision at which the StatefulSet's pod got a node. */
  readonly started?: number;
  /** Groups of pods that had a node at the same time, so all of them may have run. */
  readonly together: string[][];
  stop(): Promise<void>;
}

const revision = ({ metadata }: KubernetesObject): number => Number(metadata.resourceVersion);

/** Starts to watch Pomerium's pods and its Deployment. */
export async function watchStore(api: Api): Promise<StoreWatch> {
  const [pods, deployments] = [
    "/api/v1/namespaces/pomerium/pods",
    "/apis/apps/v1/namespaces/pomerium/deployments",
  ];
  const ending = new AbortController();
  const running = new Set<string>();
  const seen: { stopped?: number; started?: number; together: string[][] } = { together: [] };
  const isOpener = ({ metadata: { labels = {} } }: Pod): boolean =>
    labels["app.kubernetes.io/name"] === "pomerium" && labels["app.kubernetes.io/component"] === "proxy";

  const { metadata, items } = await api.request<{ metadata: { resourceVersion: string }; items: Pod[] }>(
    "GET",
    pods!,
  );
  for (const pod of items) if (isOpener(pod) && pod.spec.nodeName) running.add(pod.metadata.name);
  const watches = [
    api.watch<Pod>(
      pods!,
      metadata.resourceVersion,
      ({ type, object }) => {
        if (type === "BOOKMARK" || !isOpener(object)) return;
        const { name } = object.metadata;
        if (type === "DELETED") running.delete(name);
        else if (object.spec.nodeName) {
          running.add(name);
          if (name === "pomerium-0") seen.started ??= revision(object);
        }
        if (running.size > 1) seen.together.push([...running]);
      },
      ending.signal,
    ),
    api.watch<Deployment>(
      deployments!,
      metadata.resourceVersion,
      ({ object }) => {
        if (object.metadata.name === "pomerium" && object.spec.replicas === 0)
          seen.stopped ??= revision(object);
      },
      ending.signal,
    ),
  ].map((watch) => watch.catch(() => {}));
  return Object.assign(seen, {
    stop: async () => {
      ending.abort();
      await Promise.all(watches);
    },
  });
}

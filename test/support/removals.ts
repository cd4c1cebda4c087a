import type { Api, KubernetesObject } from "../../sandbox/cluster/api.ts";
import { collections } from "./snapshot.ts";

/**
 * Watches deletions, and returns their order.
 *
 * Each collection has a separate watch. The order comes from the resource version of each deletion, because the API
 * server counts all its writes in one sequence.
 *
 * @param names Objects to watch, in the form of `stored`: `<collection> <namespace>/<name>`.
 */
export async function removals(api: Api, names: readonly string[]): Promise<{ stop(): Promise<string[]> }> {
  const wanted = new Set(names);
  const seen: { name: string; version: number }[] = [];
  const abort = new AbortController();
  const watches: Promise<unknown>[] = [];
  await Promise.all(
    collections.map(async (path) => {
      const plural = path.split("/").at(-1);
      const list = await api.find<{ metadata: { resourceVersion: string } }>(path);
      if (!list) return;
      const watch = api
        .watch<KubernetesObject & { metadata: { resourceVersion: string } }>(
          path,
          list.metadata.resourceVersion,
          ({ type, object: { metadata } }) => {
            const name = `${plural} ${metadata.namespace ?? ""}/${metadata.name}`;
            if (type === "DELETED" && wanted.has(name))
              seen.push({ name, version: Number(metadata.resourceVersion) });
          },
          abort.signal,
        )
        .catch((error: unknown) => {
          if (!abort.signal.aborted) throw error;
        });
      watches.push(watch);
    }),
  );
  return {
    stop: async () => {
      // Events about the last deletions may arrive a little later.
      for (const deadline = Date.now() + 5_000; seen.length < wanted.size && Date.now() < deadline; )
        await new Promise((resolve) => setTimeout(resolve, 50));
      abort.abort();
      await Promise.all(watches);
      return seen.sort((a, b) => a.version - b.version).map(({ name }) => name);
    },
  };
}

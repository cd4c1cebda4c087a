import { setTimeout as sleep } from "node:timers/promises";
import { type Api, ApiError, type KubernetesObject } from "../../sandbox/cluster/api.ts";

/** An Ingress that belongs neither to ingress-nginx nor to Pomerium. */
export const probe = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "probe", namespace: "default" },
  spec: {
    ingressClassName: "tailscale",
    defaultBackend: { service: { name: "kubernetes", port: { number: 443 } } },
  },
} satisfies KubernetesObject & { spec: object };

/**
 * Writes and deletes the probe repeatedly, until the returned function is called. That function returns the API
 * server's refusals.
 */
export function keepWriting(api: Api): () => Promise<string[]> {
  const refused: string[] = [];
  let failure: unknown;
  let stopped = false;
  const loop = (async () => {
    for (; !stopped && failure === undefined; await sleep(20))
      try {
        await api.apply(probe);
        await api.delete(probe);
      } catch (error) {
        // Other errors are thrown by the returned function, because nobody waits for this loop earlier.
        if (error instanceof ApiError) refused.push(error.message);
        else failure = error;
      }
  })();
  return async () => {
    stopped = true;
    await loop;
    await api.delete(probe).catch(() => {});
    if (failure !== undefined) throw failure;
    return refused;
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import { type Api, ApiError, type KubernetesObject } from "../../sandbox/cluster/api.ts";

/** An Ingress that is neither ingress-nginx' nor Pomerium's. */
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
 * Writes and deletes the probe, again and again, until told to stop; what the API server has refused of that is then
 * returned.
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
        // What is no refusal is for who stops this: nobody waits for it before.
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

import type { LiveIngressNginx } from "../components/ingress-nginx/live.ts";
import type { LiveNetwork } from "../components/network-policies/live.ts";
import type { Callers } from "../components/network-policies/wanted.ts";

/** Who connects to the apps' pods besides Pomerium: ingress-nginx, as long as the phase keeps it. */
export function callersOf(
  { controllers }: Pick<LiveIngressNginx, "controllers">,
  { isolation }: Pick<LiveNetwork, "isolation">,
  fate: "kept" | "removed",
): Callers {
  const serving = fate === "kept" ? controllers.filter(({ workload }) => workload !== undefined) : [];
  return {
    nginx: [...new Set(serving.flatMap(({ workload }) => workload?.namespace ?? []))].sort(),
    nginxOnNodes: serving.some(({ hostNetwork }) => hostNetwork),
    nodes: isolation?.nodes ?? [],
  };
}

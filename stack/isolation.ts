import type { LiveIngressNginx } from "../components/ingress-nginx/live.ts";
import { isIsolated } from "../components/network-policies/config.ts";
import type { LiveNetwork } from "../components/network-policies/live.ts";
import type { Callers } from "../components/network-policies/wanted.ts";
import type { Stack } from "./stack.ts";

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

/** The stack with the apps that get no NetworkPolicy of their own. The others' own policies admit Pomerium. */
export function notIsolated(stack: Stack): Stack {
  return { ...stack, apps: stack.apps.filter((app) => !isIsolated(app, stack.isolation)) };
}

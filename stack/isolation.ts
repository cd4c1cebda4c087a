import type { LiveCluster } from "../components/cluster/live.ts";
import type { LiveIngressNginx } from "../components/ingress-nginx/live.ts";
import { isIsolated } from "../components/network-policies/config.ts";
import type { TunnelledService } from "../components/network-policies/isolation-checks.ts";
import type { LiveNetwork } from "../components/network-policies/live.ts";
import { type Callers, type WantedPolicy, wantedPolicies } from "../components/network-policies/wanted.ts";
import type { LiveTunnels } from "../components/tunnels/live.ts";
import type { TunnelMemory } from "../components/tunnels/memory.ts";
import { leadsToService } from "../components/tunnels/origins.ts";
import { tunnelPlan } from "../components/tunnels/plan.ts";
import { describeMatch } from "../components/tunnels/rules.ts";
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

/** The NetworkPolicies of the stack's isolated Services. */
export function isolationPolicies(
  stack: Pick<Stack, "isolation">,
  live: {
    cluster: Pick<LiveCluster, "services">;
    ingressNginx: Pick<LiveIngressNginx, "controllers">;
    network: Pick<LiveNetwork, "isolation">;
  },
  fate: "kept" | "removed",
): WantedPolicy[] {
  const callers = callersOf(live.ingressNginx, live.network, fate);
  return wantedPolicies(stack.isolation, live.cluster.services, callers);
}

/** The isolated Services to which a tunnel leads by name after the run. */
export function tunnelled(
  stack: Stack,
  { live }: Pick<LiveTunnels, "live">,
  memory: TunnelMemory,
): TunnelledService[] {
  return stack.tunnels.flatMap((tunnel) => {
    const seen = live[tunnel.name];
    const rules = seen === undefined ? tunnel.extraRules : tunnelPlan(stack, tunnel, seen, memory).rules;
    return rules.flatMap((rule) =>
      stack.isolation
        .filter(({ namespace, service: name }) => leadsToService(rule.service, { namespace, name }))
        .map(({ namespace, service }) => ({
          tunnel: tunnel.name,
          rule: describeMatch(rule),
          namespace,
          service,
        })),
    );
  });
}

/** The stack with only those apps that get no NetworkPolicy. The policies of the others admit Pomerium. */
export function notIsolated(stack: Stack): Stack {
  return { ...stack, apps: stack.apps.filter((app) => !isIsolated(app, stack.isolation)) };
}

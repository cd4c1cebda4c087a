import type { Item } from "../../cluster/readiness.ts";
import { type Traffic, takenOverHosts } from "../traffic.ts";
import type { GateInput } from "./input.ts";

/**
 * Gate `traffic`: whoever calls a host that an app takes over reaches Pomerium. If the router or the DNS still leads to
 * ingress-nginx, the removal would turn every host dark. A controller without pods serves nobody any more, so nothing
 * can depend on it.
 */
export function trafficGate({ stack, nginx, traffic }: GateInput & { traffic: Traffic }): Item[] {
  const leaving = nginx.controllers.filter(({ plan }) => plan === "retire");
  const isIdle = leaving.length > 0 && leaving.every(({ replicas }) => replicas === 0);
  return takenOverHosts(stack, nginx).map((host) => {
    const { isPomerium = false, note = "not asked" } = traffic[host] ?? {};
    if (isPomerium) return { subject: host, ok: true, note };
    if (isIdle) return { subject: host, ok: true, note: "ingress-nginx has no pods, so it serves nobody" };
    return {
      subject: host,
      ok: false,
      at: "ingressNginx.override",
      note: `${note}; lead it to Pomerium (router, DNS or tunnel), or override the gate if it cannot be asked from here`,
      fix: `curl --include https://${host}/.well-known/pomerium/jwks.json`,
    };
  });
}

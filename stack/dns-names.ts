import type { LiveService } from "../components/cluster/live.ts";
import { askedName, type NamesStack, ownHosts } from "../components/dns/names.ts";
import { staysInCoexist } from "../components/ingress-nginx/hybrid.ts";
import type { LiveIngressNginx } from "../components/ingress-nginx/live.ts";
import { ingressesOfApp } from "../components/ingress-nginx/served-of-app.ts";
import { reachedNow } from "../components/pomerium/address.ts";
import { carriedHosts } from "../components/tunnels/carried-hosts.ts";
import type { Stack } from "./stack.ts";

/** The names that the DNS must have in this phase. A tunnel has the records of the hosts that it carries. */
export function namesOf(
  stack: Stack,
  { ingresses }: Pick<LiveIngressNginx, "ingresses">,
  services: readonly LiveService[],
): NamesStack {
  const { phase, cluster, pomerium, ingressNginx } = stack;
  const carried = new Set(
    stack.tunnels.flatMap((tunnel) => carriedHosts(stack, tunnel).map(({ host }) => host)),
  );
  const isShared = phase === "coexist" && !staysInCoexist(stack);
  return {
    phase,
    exposure: cluster.exposure,
    ...(carried.has(pomerium.authenticateHost) ? {} : { signIn: pomerium.authenticateHost }),
    hosts: stack.apps
      .filter(({ host }) => !carried.has(host))
      .map((app) => ({
        host: app.host,
        isNginx: isShared && (app.replaces.length > 0 || ingressesOfApp(app, ingresses).length > 0),
      })),
    pomerium: reachedNow(pomerium.reach, services).ip,
    nginx: ingressNginx?.address,
    publicPort: phase === "coexist" ? pomerium.coexistPort : 443,
    ownPort: pomerium.reach.port,
  };
}

/**
 * The names to look up: all of them. The hosts that ingress-nginx serves are read at the same time, so they are not
 * known yet.
 */
export function namesToAsk(stack: Stack): string[] {
  return ownHosts(namesOf({ ...stack, phase: "cutover" }, { ingresses: [] }, [])).map(askedName);
}

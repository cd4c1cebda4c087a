import { goTo } from "../stack-file/commands.ts";
import type { Stack } from "./stack.ts";

/** What a phase means for everything that changes with it. Tunnels apart, this is the only place that tells phases apart. */
export interface PhaseEffects {
  /** Where people sign in. */
  authenticateUrl: string;
  /** `https://<host>` as people reach it through Pomerium: with a port while ingress-nginx holds 443. */
  origin(host: string): string;
  /** What the identity provider must know before anybody can sign in there. */
  redirectUri: string;
  /** ingress-nginx and its Ingresses: adopted as they are and kept from deletion, or removed. */
  ingressNginx: "kept" | "removed";
  /** What the program cannot do itself, in the order in which to do it. */
  byHand: string[];
  /** The command that takes this phase back, or why there is none. */
  wayBack: string;
}

/** Pomerium answers the identity provider at this path since v0.31; it cannot be chosen any more. */
const callbackPath = "/oauth2/callback";

export function phaseEffects(
  stack: Pick<Stack, "name" | "phase" | "cluster" | "pomerium" | "ingressNginx">,
): PhaseEffects {
  const { name, phase, cluster, pomerium, ingressNginx } = stack;
  const { authenticateHost, coexistPort, loadBalancerIP } = pomerium;
  const provider = `identity provider (${pomerium.identityProvider.provider})`;
  const callback = (port: string): string => `https://${authenticateHost}${port}${callbackPath}`;
  // Where only a tunnel leads to the cluster, it leads each host to one of the two, and there is no second port.
  const rehearsal = coexistPort === 443 ? "" : `:${coexistPort}`;
  const port = phase === "coexist" ? rehearsal : "";
  const router = (...forwards: [port: number, address: string | undefined, why: string][]): string[] =>
    cluster.exposure === "direct"
      ? forwards.flatMap(([from, address, why]) =>
          address === undefined ? [] : [`router: forward ${from} to ${address}:443 (${why})`],
        )
      : [];
  const same = {
    authenticateUrl: `https://${authenticateHost}${port}`,
    origin: (host: string): string => `https://${host}${port}`,
    redirectUri: callback(port),
  };
  switch (phase) {
    case "coexist":
      return {
        ...same,
        ingressNginx: "kept",
        byHand: [
          `${provider}: authorised redirect URI ${callback(port)}`,
          // Registered ahead: a port that is dropped before its URI is known locks everybody out.
          ...(rehearsal ? [`${provider}: also ${callback("")}, which cutover needs`] : []),
          ...router(
            [443, ingressNginx?.address, "ingress-nginx, as before"],
            [coexistPort, loadBalancerIP, "Pomerium, for a rehearsal"],
          ),
        ],
        wayBack: "none needed: ingress-nginx still serves every host",
      };
    case "cutover":
      return {
        ...same,
        ingressNginx: "kept",
        byHand: [
          `${provider}: authorised redirect URI ${callback("")}`,
          ...router(
            [443, loadBalancerIP, "Pomerium takes over from ingress-nginx"],
            [coexistPort, ingressNginx?.address, "ingress-nginx, should you want to compare"],
          ),
        ],
        wayBack: goTo(name, "coexist"),
      };
    case "retired":
      return {
        ...same,
        ingressNginx: "removed",
        byHand: [
          ...router([443, loadBalancerIP, "Pomerium, as since cutover"]),
          ...(rehearsal && cluster.exposure === "direct"
            ? [`router: drop the forward of ${coexistPort}`]
            : []),
          ...(rehearsal ? [`${provider}: drop the redirect URI ${callback(rehearsal)}`] : []),
        ],
        wayBack: "none, once ingress-nginx is gone",
      };
  }
}

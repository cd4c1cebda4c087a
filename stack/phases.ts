import { nameSteps } from "../components/dns/names.ts";
import { staysInCoexist } from "../components/ingress-nginx/hybrid.ts";
import { goTo } from "../stack-file/commands.ts";
import { namesOf } from "./names.ts";
import type { Stack } from "./stack.ts";

/** Everything that depends on the phase, except tunnel rules. */
export interface PhaseEffects {
  /** Address of the sign-in pages. */
  authenticateUrl: string;
  /** Address of a host behind Pomerium. It has a port while ingress-nginx has 443. */
  origin(host: string): string;
  /** The redirect URI that must be registered with the identity provider before anybody can sign in. */
  redirectUri: string;
  /** Whether ingress-nginx and its Ingresses are adopted and kept, or removed. */
  ingressNginx: "kept" | "removed";
  /** Steps that only a person can take, in order. */
  byHand: string[];
  /** Those of the steps that are about the DNS. The program knows them without asking the DNS. */
  names: string[];
  /** Those of the steps without which nobody can sign in after the run. */
  beforeUp: string[];
  /** The command that takes the phase back, or why there is none. */
  wayBack: string;
}

/** Path of the redirect URI. Pomerium has no setting for it since v0.31. */
const callbackPath = "/oauth2/callback";

export function phaseEffects(stack: Stack): PhaseEffects {
  const { name, phase, cluster, pomerium, ingressNginx } = stack;
  const { authenticateHost, coexistPort, reach } = pomerium;
  const own =
    reach.ip === ""
      ? "the address of Service pomerium/pomerium-proxy, port 443"
      : `${reach.ip}:${reach.port}`;
  const nginx = ingressNginx?.address && `${ingressNginx.address}:443`;
  const stays = staysInCoexist(stack);
  const provider = `identity provider (${pomerium.identityProvider.provider})`;
  const callback = (port: string): string => `https://${authenticateHost}${port}${callbackPath}`;
  // A tunnel leads each host either to ingress-nginx or to Pomerium, so it needs no second port.
  const rehearsal = coexistPort === 443 ? "" : `:${coexistPort}`;
  const port = phase === "coexist" ? rehearsal : "";
  const names = nameSteps(namesOf(stack, { ingresses: [] }, []));
  const isRouted = cluster.exposure === "direct";

  const steps = ((): Steps => {
    switch (phase) {
      case "coexist":
        return {
          beforeUp: [
            `${provider}: authorised redirect URI ${callback(port)}`,
            // Registered in advance: without it, nobody can sign in after the cutover.
            ...(rehearsal && !stays ? [`${provider}: also ${callback("")}, which cutover needs`] : []),
          ],
          forwards: [
            [443, nginx, "ingress-nginx, as before"],
            [coexistPort, own, stays ? "Pomerium, for its apps" : "Pomerium, for a rehearsal"],
          ],
          afterwards: names,
          wayBack: stays
            ? "none needed: ingress-nginx keeps its hosts"
            : "none needed: ingress-nginx still serves every host",
        };
      case "cutover":
        return {
          beforeUp: [`${provider}: authorised redirect URI ${callback("")}`],
          forwards: [
            [443, own, "Pomerium takes over from ingress-nginx"],
            [coexistPort, nginx, "ingress-nginx, should you want to compare"],
          ],
          afterwards: names,
          wayBack: goTo(name, "coexist"),
        };
      case "retired":
        return {
          beforeUp: [],
          forwards: [[443, own, "Pomerium, as since cutover"]],
          afterwards: [
            ...(rehearsal && isRouted ? [`router: drop the forward of ${coexistPort}`] : []),
            ...(rehearsal ? [`${provider}: drop the redirect URI ${callback(rehearsal)}`] : []),
          ],
          wayBack: "none, once ingress-nginx is gone",
        };
    }
  })();
  const forwards = isRouted ? steps.forwards : [];
  return {
    names,
    authenticateUrl: `https://${authenticateHost}${port}`,
    origin: (host) => `https://${host}${port}`,
    redirectUri: callback(port),
    ingressNginx: phase === "retired" ? "removed" : "kept",
    beforeUp: steps.beforeUp,
    byHand: [
      ...steps.beforeUp,
      ...forwards.flatMap(([from, address, why]) =>
        address === undefined ? [] : [`router: forward ${from} to ${address} (${why})`],
      ),
      ...steps.afterwards,
    ],
    wayBack: steps.wayBack,
  };
}

/** The parts that differ between the phases. */
interface Steps extends Pick<PhaseEffects, "beforeUp" | "wayBack"> {
  /** Forwards of the router, where there is one. One without an address is left out. */
  forwards: [port: number, address: string | undefined, why: string][];
  /** The steps after those of the router. */
  afterwards: string[];
}

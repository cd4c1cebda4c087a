import type { Phase } from "../components/cluster/phase.ts";
import { nameSteps } from "../components/dns/names.ts";
import { staysInCoexist } from "../components/ingress-nginx/hybrid.ts";
import { goTo } from "../stack-file/commands.ts";
import { namesOf } from "./dns-names.ts";
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
  const { phase, cluster, pomerium } = stack;
  const names = nameSteps(namesOf(stack, { ingresses: [] }, []));
  const steps = stepsIn[phase](stack, names);
  const port = phase === "coexist" ? rehearsalPort(stack) : "";
  const forwards = cluster.exposure === "direct" ? steps.forwards : [];
  return {
    names,
    authenticateUrl: `https://${pomerium.authenticateHost}${port}`,
    origin: (host) => `https://${host}${port}`,
    redirectUri: redirectUri(stack, port),
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

const stepsIn: Record<Phase, (stack: Stack, names: string[]) => Steps> = {
  coexist(stack, names) {
    const stays = staysInCoexist(stack);
    const rehearsal = rehearsalPort(stack);
    return {
      beforeUp: [
        `${provider(stack)}: authorised redirect URI ${redirectUri(stack, rehearsal)}`,
        // Registered in advance: without it, nobody can sign in after the cutover.
        ...(rehearsal && !stays
          ? [`${provider(stack)}: also ${redirectUri(stack, "")}, which cutover needs`]
          : []),
      ],
      forwards: [
        [443, ofNginx(stack), "ingress-nginx, as before"],
        [
          stack.pomerium.coexistPort,
          ofPomerium(stack),
          stays ? "Pomerium, for its apps" : "Pomerium, for a rehearsal",
        ],
      ],
      afterwards: names,
      wayBack: stays
        ? "none needed: ingress-nginx keeps its hosts"
        : "none needed: ingress-nginx still serves every host",
    };
  },
  cutover: (stack, names) => ({
    beforeUp: [`${provider(stack)}: authorised redirect URI ${redirectUri(stack, "")}`],
    forwards: [
      [443, ofPomerium(stack), "Pomerium takes over from ingress-nginx"],
      [stack.pomerium.coexistPort, ofNginx(stack), "ingress-nginx, should you want to compare"],
    ],
    afterwards: names,
    wayBack: goTo(stack.name, "coexist"),
  }),
  retired(stack) {
    const rehearsal = rehearsalPort(stack);
    return {
      beforeUp: [],
      forwards: [[443, ofPomerium(stack), "Pomerium, as since cutover"]],
      afterwards: rehearsal
        ? [
            ...(stack.cluster.exposure === "direct"
              ? [`router: drop the forward of ${stack.pomerium.coexistPort}`]
              : []),
            `${provider(stack)}: drop the redirect URI ${redirectUri(stack, rehearsal)}`,
          ]
        : [],
      wayBack: "none, once ingress-nginx is gone",
    };
  },
};

const provider = ({ pomerium }: Stack): string => `identity provider (${pomerium.identityProvider.provider})`;

const redirectUri = ({ pomerium }: Stack, port: string): string =>
  `https://${pomerium.authenticateHost}${port}${callbackPath}`;

/** The port of addresses behind Pomerium before the cutover. A tunnel leads each host to one side, so it needs none. */
const rehearsalPort = ({ pomerium: { coexistPort } }: Stack): string =>
  coexistPort === 443 ? "" : `:${coexistPort}`;

function ofPomerium({ pomerium: { reach } }: Stack): string {
  return reach.ip === ""
    ? "the address of Service pomerium/pomerium-proxy, port 443"
    : `${reach.ip}:${reach.port}`;
}

const ofNginx = ({ ingressNginx }: Stack): string | undefined =>
  ingressNginx?.address && `${ingressNginx.address}:443`;

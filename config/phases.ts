import type { AppConfig, Phase, Stack } from "./stack.ts";

/** What a phase means for everything that changes with it. The only place that tells phases apart. */
export interface PhaseEffects {
  /** Where people sign in. */
  authenticateUrl: string;
  /** `https://<host>` as people reach it through Pomerium: with a port while ingress-nginx holds 443. */
  origin(host: string): string;
  /** What the identity provider must know before anybody can sign in there. */
  redirectUri: string;
  /** What the program cannot do itself, in the order in which to do it. */
  byHand: string[];
  /** The command that takes this phase back, or why there is none. */
  wayBack: string;
}

/** What answers a public host. */
export type Server = "ingress-nginx" | "Pomerium";

/**
 * What answers an app's host where a tunnel leads to it. An app can move to Pomerium ahead of the cutover, or stay
 * behind at it; once ingress-nginx is gone there is no choice.
 */
export function servedBy(phase: Phase, { migrated }: Pick<AppConfig, "migrated">): Server {
  switch (phase) {
    case "coexist":
      return migrated === true ? "Pomerium" : "ingress-nginx";
    case "cutover":
      return migrated === false ? "ingress-nginx" : "Pomerium";
    case "retired":
      return "Pomerium";
  }
}

/** Pomerium answers the identity provider at this path since v0.31; it cannot be chosen any more. */
const callbackPath = "/oauth2/callback";

export function phaseEffects(stack: Pick<Stack, "name" | "phase" | "cluster" | "pomerium">): PhaseEffects {
  const { name, phase, cluster, pomerium } = stack;
  const rehearsal = phase === "coexist" && pomerium.coexistPort !== 443;
  const origin = (host: string): string => `https://${host}${rehearsal ? `:${pomerium.coexistPort}` : ""}`;
  const authenticateUrl = origin(pomerium.authenticateHost);
  const redirectUri = authenticateUrl + callbackPath;
  const register = `identity provider (${pomerium.identityProvider.provider}): authorised redirect URI ${redirectUri}`;
  const forward = (port: number, purpose: string): string =>
    `router: forward ${port} to ${pomerium.loadBalancerIP}:443 (${purpose})`;
  const direct = cluster.exposure === "direct";
  switch (phase) {
    case "coexist":
      return {
        authenticateUrl,
        origin,
        redirectUri,
        byHand: [
          register,
          // Registered ahead: a port that is dropped before its URI is known locks everybody out.
          `identity provider (${pomerium.identityProvider.provider}): also https://${pomerium.authenticateHost}${callbackPath}, which cutover needs`,
          ...(direct ? [forward(pomerium.coexistPort, "rehearsal; ingress-nginx keeps 443")] : []),
        ],
        wayBack: "none needed: ingress-nginx still serves every host",
      };
    case "cutover":
    case "retired":
      return {
        authenticateUrl,
        origin,
        redirectUri,
        byHand: [
          register,
          ...(direct ? [forward(443, "Pomerium takes over from ingress-nginx")] : []),
          ...(phase === "retired" ? ["ingress-nginx: this program does not remove it yet"] : []),
        ],
        wayBack:
          phase === "cutover"
            ? `pulumi config set --stack ${name} phase coexist && pulumi up --stack ${name}`
            : "none, once ingress-nginx is gone",
      };
  }
}

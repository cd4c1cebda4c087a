import { isIPv6 } from "node:net";
import { zoneOf } from "../../stack-file/hosts.ts";
import type { Phase } from "../cluster/phase.ts";
import type { TunnelConfig } from "./config.ts";

/** An app that a tunnel may carry. */
export interface TunnelApp {
  name: string;
  host: string;
  /** Its rule leads to Pomerium ahead of the phase, or stays behind at ingress-nginx; absent, it follows. */
  migrated?: boolean;
}

/** The parts of a stack that tunnels need. */
export interface TunnelStack {
  name: string;
  phase: Phase;
  pomerium: { authenticateHost: string; loadBalancerIP: string };
  ingressNginx?: { address?: string };
  certificates: { zones: Record<string, unknown> };
  apps: readonly TunnelApp[];
  tunnels: readonly TunnelConfig[];
}

/** What answers a public host. */
export type Server = "ingress-nginx" | "Pomerium";

/** A public host that a tunnel carries. */
export interface CarriedHost {
  host: string;
  /** What answers it in the stack's phase. */
  servedBy: Server;
  /** Where that is: `https://192.168.0.172:443`. */
  origin: string;
  /** App whose host it is; absent for the sign-in pages. */
  app?: TunnelApp;
}

/**
 * What answers an app's host where a tunnel leads to it. An app can move to Pomerium ahead of the cutover, or stay
 * behind at it. Once ingress-nginx is gone there is no choice.
 */
export function servedBy(phase: Phase, { migrated }: Pick<TunnelApp, "migrated">): Server {
  switch (phase) {
    case "coexist":
      return migrated === true ? "Pomerium" : "ingress-nginx";
    case "cutover":
      return migrated === false ? "ingress-nginx" : "Pomerium";
    case "retired":
      return "Pomerium";
  }
}

/** The hosts that a tunnel carries, the sign-in pages' first, and where it leads each in the stack's phase. */
export function carriedHosts(stack: TunnelStack, tunnel: TunnelConfig): CarriedHost[] {
  const signIn: CarriedHost = {
    host: stack.pomerium.authenticateHost,
    servedBy: "Pomerium",
    origin: origin(stack.pomerium.loadBalancerIP),
  };
  const apps = tunnel.apps.flatMap((name): CarriedHost[] => {
    const app = stack.apps.find((candidate) => candidate.name === name);
    if (app === undefined) return [];
    const server = servedBy(stack.phase, app);
    // The address is there: without it the stack file has been refused.
    const address =
      server === "Pomerium" ? stack.pomerium.loadBalancerIP : (stack.ingressNginx?.address as string);
    return [{ host: app.host, servedBy: server, origin: origin(address), app }];
  });
  return tunnel.authenticate ? [signIn, ...apps] : apps;
}

/** Hosts of the tunnel's rules in its zone. Each needs a DNS record. */
export function recordHosts(stack: TunnelStack, tunnel: TunnelConfig): string[] {
  const zones = Object.keys(stack.certificates.zones);
  const carried = carriedHosts(stack, tunnel).map(({ host }) => host);
  const zone = carried[0] === undefined ? undefined : zoneOf(carried[0], zones);
  const extra = tunnel.extraRules.flatMap(({ hostname }) => hostname ?? []);
  return [
    ...new Set([
      ...carried,
      ...extra.filter((host) => !host.includes("*") && (zone === undefined || zoneOf(host, zones) === zone)),
    ]),
  ];
}

/** Address at which Pomerium or ingress-nginx terminates TLS. */
export function origin(address: string): string {
  return `https://${isIPv6(address) ? `[${address}]` : address}:443`;
}

/** Whether two services are at the same address; one may write or leave out the port that https implies. */
export function sameAddress(one: string, other: string): boolean {
  const short = (service: string): string => service.replace(/^(https:.*):443$/, "$1");
  return short(one) === short(other);
}

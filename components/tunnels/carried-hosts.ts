import { zoneOf } from "../../stack-file/hosts.ts";
import type { Phase } from "../cluster/phase.ts";
import type { TunnelConfig } from "./config.ts";
import { zoneIdOf } from "./dns-zones.ts";
import { type NginxOrigins, origin } from "./origins.ts";
import { dnsForm } from "./rules.ts";

/** An app that a tunnel may carry. */
export interface TunnelApp {
  name: string;
  host: string;
  /** Whether its rule leads to Pomerium or to ingress-nginx, independent of the phase. Default: the phase decides. */
  migrated?: boolean;
}

/** The parts of a stack that tunnels need. */
export interface TunnelStack {
  name: string;
  phase: Phase;
  pomerium: {
    authenticateHost: string;
    /** Where Pomerium answers HTTPS. */
    reach: { ip: string; port: number };
  };
  ingressNginx?: NginxOrigins;
  certificates: { zones: Record<string, unknown> };
  apps: readonly TunnelApp[];
  tunnels: readonly TunnelConfig[];
}

/** What answers a public host. */
export type Server = "ingress-nginx" | "Pomerium";

/** A public host that a tunnel carries. */
export interface CarriedHost {
  host: string;
  /** The server that answers it in the stack's phase. */
  servedBy: Server;
  /** Address of that server, for example `https://192.168.0.172:443`. */
  origin: string;
  /** App of the host. Absent for the sign-in pages. */
  app?: TunnelApp;
}

/**
 * The server that answers an app's host behind a tunnel. An app can move to Pomerium before the cutover, or stay at
 * ingress-nginx after it. In phase retired, only Pomerium is left. On a cluster that stays in coexist, every app is
 * Pomerium's.
 */
export function servedBy(
  phase: Phase,
  { migrated }: Pick<TunnelApp, "migrated">,
  { stays }: Pick<NginxOrigins, "stays"> = {},
): Server {
  switch (phase) {
    case "coexist":
      return (migrated ?? stays !== undefined) ? "Pomerium" : "ingress-nginx";
    case "cutover":
      return migrated === false ? "ingress-nginx" : "Pomerium";
    case "retired":
      return "Pomerium";
  }
}

/** The hosts that a tunnel carries, with their origins in the stack's phase. The sign-in pages come first. */
export function carriedHosts(stack: TunnelStack, tunnel: TunnelConfig): CarriedHost[] {
  const { ip, port } = stack.pomerium.reach;
  const pomerium = origin(ip, port);
  const signIn: CarriedHost = {
    host: stack.pomerium.authenticateHost,
    servedBy: "Pomerium",
    origin: pomerium,
  };
  const apps = tunnel.apps.flatMap((name): CarriedHost[] => {
    const app = stack.apps.find((candidate) => candidate.name === name);
    if (app === undefined) return [];
    const server = servedBy(stack.phase, app, stack.ingressNginx);
    // The address exists, because a stack file without it is refused.
    const from = server === "Pomerium" ? pomerium : origin(stack.ingressNginx?.address as string);
    return [{ host: app.host, servedBy: server, origin: from, app }];
  });
  return tunnel.authenticate ? [signIn, ...apps] : apps;
}

/** Hosts of the tunnel's rules in its zones, in the DNS's form. Each needs a DNS record. */
export function recordHosts(stack: TunnelStack, tunnel: TunnelConfig): string[] {
  const carried = carriedHosts(stack, tunnel).map(({ host }) => host);
  const extra = tunnel.extraRules.flatMap(({ hostname }) =>
    hostname === undefined || hostname.includes("*") ? [] : dnsForm(hostname),
  );
  return [...new Set([...carried, ...extra.filter(isInZones(stack, tunnel, carried[0]))])];
}

/** Whether a host is in a zone of the tunnel. A zone without a name is that of the first app. */
function isInZones(
  { certificates }: Pick<TunnelStack, "certificates">,
  { zoneId }: Pick<TunnelConfig, "zoneId">,
  first: string | undefined,
): (host: string) => boolean {
  if (typeof zoneId !== "string") return (host) => zoneIdOf(zoneId, host) !== undefined;
  const zones = Object.keys(certificates.zones);
  const zone = first === undefined ? undefined : zoneOf(first, zones);
  return (host) => zone === undefined || zoneOf(host, zones) === zone;
}

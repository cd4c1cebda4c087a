import { isIPv6 } from "node:net";
import { type Server, servedBy } from "../../stack/phases.ts";
import type { Stack } from "../../stack/stack.ts";
import { zoneOf } from "../../stack-file/hosts.ts";
import type { AppConfig } from "../apps/config.ts";
import type { TunnelConfig } from "./config.ts";

/** A public host that a tunnel carries. */
export interface CarriedHost {
  host: string;
  /** What answers it in the stack's phase. */
  servedBy: Server;
  /** Where that is: `https://192.168.0.172:443`. */
  origin: string;
  /** App whose host it is; absent for the sign-in pages. */
  app?: AppConfig;
}

/** The hosts that a tunnel carries, the sign-in pages' first, and where it leads each in the stack's phase. */
export function carriedHosts(stack: Stack, tunnel: TunnelConfig): CarriedHost[] {
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

/** The hosts that need a DNS record: those of the tunnel's rules that lie in its zone. */
export function recordHosts(stack: Stack, tunnel: TunnelConfig): string[] {
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

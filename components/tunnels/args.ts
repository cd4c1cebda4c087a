import * as pulumi from "@pulumi/pulumi";
import { onceReady } from "../cluster/once-ready.ts";
import { type CarriedHost, recordHosts, type TunnelStack } from "./carried-hosts.ts";
import type { TunnelConfig } from "./config.ts";
import type { LiveTunnel } from "./live.ts";
import type { TunnelMemory } from "./memory.ts";
import { tunnelPlan } from "./plan.ts";
import { recordsToMake } from "./records.ts";
import type { TunnelArgs } from "./Tunnel.ts";

/** Inputs of a tunnel in addition to its configuration. */
export interface TunnelInputs {
  live: LiveTunnel;
  memory: TunnelMemory;
  apiToken: pulumi.Output<string>;
  /** Resolves when Pomerium serves a host. */
  served(host: CarriedHost): pulumi.Output<unknown>;
}

/** What must have resolved before Pomerium serves the hosts of a tunnel. */
export interface Servers {
  apps: {
    /** App → its address. Resolves when the app answers. */
    urls: Readonly<Record<string, pulumi.Output<string>>>;
  };
  pomerium: {
    /** Resolves when Pomerium's settings are in force. */
    ingressClass: pulumi.Input<string>;
  };
  certificates: {
    /** Resolves when the certificate that serves a host is issued. */
    issued(host: string): pulumi.Input<string>;
  };
}

/** Resolves when Pomerium serves a host: when its app answers, or when the sign-in pages have their certificate. */
export function servedByPomerium(
  { app, host }: Pick<CarriedHost, "app" | "host">,
  { apps, pomerium, certificates }: Servers,
): pulumi.Output<unknown> {
  return app ? apps.urls[app.name]! : pulumi.all([pomerium.ingressClass, certificates.issued(host)]);
}

/** The arguments of a tunnel's component. */
export function tunnelArgs(
  stack: TunnelStack,
  tunnel: TunnelConfig,
  { live, memory, apiToken, served }: TunnelInputs,
): TunnelArgs {
  const { accountId, tunnelId, zoneId, connector } = tunnel;
  const { rules, originRequest } = tunnelPlan(stack, tunnel, live, memory);
  return {
    accountId,
    zoneId,
    apiToken,
    ...(isMade(tunnel, memory) ? {} : { tunnelId }),
    ...(connector === undefined ? {} : { connector }),
    ...(originRequest === undefined ? {} : { originRequest }),
    records: recordsToMake(live, recordHosts(stack, tunnel), memory),
    rules: rules.map(({ movesTo, ...rule }) =>
      // The rule changes only after Pomerium serves the host.
      movesTo === undefined ? rule : { ...rule, service: onceReady(served(movesTo), rule.service) },
    ),
  };
}

/** Whether the stack makes or has made the tunnel, also if its id was added to the stack file later. */
export function isMade(
  { name, tunnelId }: TunnelConfig,
  { tunnels }: Pick<TunnelMemory, "tunnels">,
): boolean {
  return tunnelId === undefined || tunnels[name] === tunnelId;
}

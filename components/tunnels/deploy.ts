import * as pulumi from "@pulumi/pulumi";
import { secretOutput } from "../cluster/secret.ts";
import { isMade, type Servers, servedByPomerium, tunnelArgs } from "./args.ts";
import type { TunnelStack } from "./carried-hosts.ts";
import type { LiveTunnel } from "./live.ts";
import { readMemory } from "./memory.ts";
import { memoryAfter } from "./remember.ts";

/** The parts of a run that tunnels need. */
export interface TunnelRun extends Servers {
  live: {
    tunnels: { live: Record<string, LiveTunnel> };
    /** The record of an earlier run has the tunnels as text. */
    cluster: { record?: { tunnels?: string | undefined } | undefined };
  };
}

/**
 * Registers every tunnel of the stack. Cloudflare's SDK takes as long to load as everything else, so it is loaded
 * only for a stack with a tunnel.
 *
 * @returns The tunnels, and the stack's record of them after the run; undefined for a stack without tunnels.
 */
export async function deployTunnels(
  stack: TunnelStack,
  { live, ...servers }: TunnelRun,
  opts: pulumi.ComponentResourceOptions,
): Promise<{ resources: pulumi.Resource[]; memory?: pulumi.Output<string> }> {
  if (stack.tunnels.length === 0) return { resources: [] };
  const { Tunnel } = await import("./Tunnel.ts");
  const memory = readMemory(live.cluster.record?.tunnels);
  const tunnels = stack.tunnels.map((config) => {
    const args = tunnelArgs(stack, config, {
      live: live.tunnels.live[config.name]!,
      memory,
      apiToken: secretOutput(config.apiToken),
      served: (host) => servedByPomerium(host, servers),
    });
    return { config, tunnel: new Tunnel(config.name, args, opts) };
  });
  const made = tunnels
    .filter(({ config }) => isMade(config, memory))
    .map(({ config, tunnel }) => [config.name, tunnel.tunnelId] as const);
  return {
    resources: tunnels.map(({ tunnel }) => tunnel),
    memory: pulumi
      .all(Object.fromEntries(made))
      .apply((ids) => memoryAfter(stack, live.tunnels.live, memory, ids)),
  };
}

import { recordHosts, type TunnelStack } from "./carried-hosts.ts";
import type { TunnelConfig } from "./config.ts";
import { type LiveTunnel, tunnelTarget } from "./live.ts";
import type { TunnelMemory } from "./memory.ts";

/** Cloudflare would append the zone's own name to a host of another domain, and make a record that nobody asks for. */
export function zoneProblems({ misplaced = [] }: LiveTunnel): string[] {
  return misplaced.map(
    ({ host, beside }) =>
      `is another zone than that of ${host}: it has records such as ${beside}; correct the id`,
  );
}

/** DNS records that somebody else made, and that lead a host of the tunnel elsewhere. */
export function recordProblems(
  stack: TunnelStack,
  tunnel: TunnelConfig,
  live: LiveTunnel,
  memory: TunnelMemory,
): string[] {
  const hosts = recordHosts(stack, tunnel);
  const id = tunnel.tunnelId ?? memory.tunnels[tunnel.name];
  const target = id === undefined ? undefined : tunnelTarget(id);
  return hosts.flatMap((host) => {
    const record = live.records[host];
    if (record === undefined || isOwnRecord(live, host, memory)) return [];
    if (record.type === "CNAME" && record.content === target && record.proxied) return [];
    const unproxied = record.content === target ? ", past Cloudflare's proxy, where no tunnel answers" : "";
    return [
      `${host} has a DNS record of type ${record.type} for ${record.content}${unproxied}; delete it in Cloudflare's dashboard, and the next run makes one that leads to this tunnel`,
    ];
  });
}

/** Whether the stack made a host's record. People may edit its comment, so the cluster remembers it, too. */
function isOwnRecord({ records }: LiveTunnel, host: string, memory: TunnelMemory): boolean {
  return records[host]?.own === true || memory.records.includes(host);
}

/** Hosts whose records the stack makes or has made. */
export function recordsToMake(live: LiveTunnel, hosts: readonly string[], memory: TunnelMemory): string[] {
  return hosts.filter((host) => live.records[host] === undefined || isOwnRecord(live, host, memory));
}

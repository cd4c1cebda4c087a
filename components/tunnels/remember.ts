import { recordHosts, type TunnelStack } from "./carried-hosts.ts";
import type { LiveTunnel } from "./live.ts";
import { type TunnelMemory, writeMemory } from "./memory.ts";
import { rulesToRemember } from "./plan.ts";
import { recordsToMake } from "./records.ts";

/**
 * The stack's record after a run, as text for the cluster.
 *
 * @param made Ids of the tunnels that the stack makes or has made, by name.
 */
export function memoryAfter(
  stack: TunnelStack,
  live: Record<string, LiveTunnel>,
  memory: TunnelMemory,
  made: Record<string, string>,
): string {
  const records = stack.tunnels.flatMap((tunnel) => {
    const seen = live[tunnel.name];
    return seen === undefined ? [] : recordsToMake(seen, recordHosts(stack, tunnel), memory);
  });
  return writeMemory({ tunnels: made, records, rules: rulesToRemember(stack, live, memory) });
}

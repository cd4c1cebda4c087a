import { isDeepStrictEqual } from "node:util";
import type { TunnelStack } from "./carried-hosts.ts";
import type { LiveRule, LiveTunnel, LiveTunnels } from "./live.ts";
import type { TunnelMemory } from "./memory.ts";
import { type TunnelPlan, tunnelPlan } from "./plan.ts";
import { describeMatch, sameMatch } from "./rules.ts";

/** Lists the changed rules of every tunnel, one line each. Pulumi's own diff shows two long lists. */
export function tunnelLines(stack: TunnelStack, { live }: LiveTunnels, memory: TunnelMemory): string[] {
  return stack.tunnels.flatMap((tunnel) => {
    const seen = live[tunnel.name];
    if (seen === undefined) return [];
    return ruleChanges(seen, tunnelPlan(stack, tunnel, seen, memory)).map(
      (line) => `${tunnel.name}: ${line}`,
    );
  });
}

/** `komga.example.org: https://192.168.0.171 → https://192.168.0.172:443`. */
function ruleChanges({ tunnel }: LiveTunnel, { rules }: TunnelPlan): string[] {
  const before = tunnel?.rules ?? [];
  const changed = rules.flatMap((rule) => {
    const old = before.find((other) => sameMatch(other, rule));
    const name = describeMatch(rule);
    if (old === undefined) return [`+ ${name} → ${rule.service}`];
    const settings =
      isDeepStrictEqual(old.originRequest ?? {}, rule.originRequest ?? {}) && old.unwritable === undefined
        ? []
        : [`${describeRequest(old)} → ${describeRequest(rule)}`];
    const services = old.service === rule.service ? [] : [`${old.service} → ${rule.service}`];
    const all = [...services, ...settings];
    return all.length === 0 ? [] : [`~ ${name}: ${all.join("; ")}`];
  });
  const gone = before
    .filter((rule) => !rules.some((other) => sameMatch(other, rule)))
    .map((rule) => `- ${describeMatch(rule)} → ${rule.service}${withUnwritable(rule)}`);
  const settings = (tunnel?.unwritable ?? []).map((name) => `- ${name}, which is set for the whole tunnel`);
  return [...changed, ...gone, ...settings];
}

function describeRequest(rule: LiveRule): string {
  return JSON.stringify(rule.originRequest ?? {}) + withUnwritable(rule);
}

/** Settings that Pulumi's provider cannot write. They are lost when the rule changes. */
function withUnwritable({ unwritable = [] }: LiveRule): string {
  return unwritable.length === 0 ? "" : ` with ${unwritable.join(", ")}`;
}

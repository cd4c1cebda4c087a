import { isDeepStrictEqual } from "node:util";
import { type CarriedHost, carriedHosts, type TunnelStack } from "./carried-hosts.ts";
import type { TunnelConfig } from "./config.ts";
import type { LiveTunnel } from "./live.ts";
import type { TunnelMemory } from "./memory.ts";
import { isOrigin } from "./origins.ts";
import {
  describeMatch,
  type HostRules,
  ingressRules,
  isCatchAll,
  notFound,
  type OriginRequest,
  type Rule,
  rulesFor,
  sameMatch,
} from "./rules.ts";

/** A rule that a run writes. */
export interface PlannedRule extends Rule {
  /** The host that moves to Pomerium with this rule. Pomerium must serve it first. */
  movesTo?: CarriedHost;
}

/** The complete configuration of a tunnel that a run writes. */
export interface TunnelPlan {
  rules: PlannedRule[];
  /** Settings for all rules that do not override them. A run does not change them. */
  originRequest?: OriginRequest;
}

/**
 * The whole configuration of a tunnel. The rules of hosts that ingress-nginx still answers do not change. Neither do
 * the catch-all and the settings of the whole tunnel. A host that moves to Pomerium keeps its check of Cloudflare Access.
 */
export function tunnelPlan(
  stack: TunnelStack,
  tunnel: TunnelConfig,
  live: LiveTunnel,
  { rules: remembered }: Pick<TunnelMemory, "rules">,
): TunnelPlan {
  const { rules: before = [], originRequest } = live.tunnel ?? {};
  const known = before.map(({ unwritable: _, ...rule }): Rule => rule);
  const carried = carriedHosts(stack, tunnel).map((each): HostRules => {
    const { host } = each;
    return {
      host,
      rules:
        each.servedBy === "Pomerium"
          ? [toPomerium(each, rulesFor(known, host), originRequest)]
          : toIngressNginx(each, tunnel, rulesBefore(stack, known, remembered, host)),
    };
  });
  // An extra rule that already exists keeps its position among the host's rules.
  const extra = tunnel.extraRules.filter(
    (rule) => !carried.some(({ rules }) => rules.some((other) => isDeepStrictEqual(other, rule))),
  );
  const planned: PlannedRule[] = ingressRules(carried, extra, catchAll(tunnel, known));
  return { rules: planned, ...(originRequest === undefined ? {} : { originRequest }) };
}

/** The rules by which a host leads to ingress-nginx, or led there before it moved to Pomerium. */
function rulesBefore(
  { pomerium: { reach } }: Pick<TunnelStack, "pomerium">,
  live: readonly Rule[],
  remembered: TunnelMemory["rules"],
  host: string,
): readonly Rule[] {
  const now = rulesFor(live, host);
  const hasMoved = now.some(
    ({ path, service }) => path === undefined && isOrigin(service, reach.ip, reach.port),
  );
  return hasMoved ? (remembered[host] ?? []) : now;
}

/** The present or former rules to ingress-nginx of each host, by host. The way back needs them. */
export function rulesToRemember(
  stack: TunnelStack,
  live: Record<string, LiveTunnel>,
  { rules: remembered }: Pick<TunnelMemory, "rules">,
): TunnelMemory["rules"] {
  if (stack.phase === "retired") return {};
  const entries = stack.tunnels.flatMap((tunnel) => {
    const known = (live[tunnel.name]?.tunnel?.rules ?? []).map(({ unwritable: _, ...rule }): Rule => rule);
    return carriedHosts(stack, tunnel)
      .filter(({ app }) => app !== undefined)
      .map((each): [string, Rule[]] => {
        const before = [...rulesBefore(stack, known, remembered, each.host)];
        return [each.host, each.servedBy === "Pomerium" ? before : toIngressNginx(each, tunnel, before)];
      })
      .filter(([, rules]) => rules.some(({ service }) => service !== notFound.service));
  });
  return Object.fromEntries(entries);
}

function ruleTo({ host, origin }: CarriedHost): Rule {
  return { hostname: host, service: origin, originRequest: { originServerName: host } };
}

function toPomerium(
  each: CarriedHost,
  now: readonly Rule[],
  ofTunnel: OriginRequest | undefined,
): PlannedRule {
  const rule = ruleTo(each);
  const access = now.find(({ path }) => path === undefined)?.originRequest?.access;
  return {
    ...rule,
    originRequest: {
      ...rule.originRequest,
      // Overrides the setting of the whole tunnel: cloudflared always checks Pomerium's certificate.
      ...(ofTunnel?.noTLSVerify ? { noTLSVerify: false } : {}),
      ...(access === undefined ? {} : { access }),
    },
    movesTo: each,
  };
}

/** The present rules, without those that the stack file drops or replaces. A host without a rule gets one. */
function toIngressNginx(each: CarriedHost, { drop, extraRules }: TunnelConfig, now: readonly Rule[]): Rule[] {
  const kept = now.filter(
    (rule) =>
      !drop.includes(describeMatch(rule)) &&
      !extraRules.some((extra) => sameMatch(extra, rule) && !isDeepStrictEqual(extra, rule)),
  );
  const isAnswered = kept.some(({ path, service }) => path === undefined && service !== notFound.service);
  return isAnswered ? kept : [...kept.filter(({ path }) => path !== undefined), ruleTo(each)];
}

function catchAll({ drop }: TunnelConfig, live: readonly Rule[]): Rule {
  const found = live.find(isCatchAll);
  return found === undefined || drop.includes("*") ? notFound : found;
}

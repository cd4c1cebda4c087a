import { isDeepStrictEqual } from "node:util";
import { type LiveTunnel, tunnelTarget } from "./live.ts";
import { describeMatch, type Rule, takesAllOf } from "./rules.ts";

/** What keeps a tunnel from being taken over. `at` is the key below the tunnel's own: `extraRules`. */
export interface TakeoverProblem {
  at: string;
  message: string;
}

export interface TakeoverArgs {
  /** Existing tunnel; undefined for a new one. */
  tunnelId?: string;
  /** The whole list as it is to be. */
  rules: readonly Rule[];
  /** Hosts whose rules may go although nothing takes their place. */
  drop: readonly string[];
  /** Address that Pomerium serves all of its hosts at. A rule that leads there goes with its app. */
  pomerium: string;
  /** Hosts that need a record. */
  hosts: readonly string[];
}

/**
 * What must not happen to what a tunnel carries today. Its list is written as a whole, so a rule that the
 * stack file does not know of would stop working without a word.
 */
export function takeoverProblems(live: LiveTunnel, args: TakeoverArgs): TakeoverProblem[] {
  const { tunnel } = live;
  const problems: TakeoverProblem[] = [];
  if (tunnel && !tunnel.remote)
    problems.push({
      at: "tunnelId",
      message: `tunnel ${tunnel.name} takes its rules from a file beside cloudflared and would not heed these; migrate it in Cloudflare's dashboard first, or leave the key out for a new tunnel`,
    });
  for (const rule of tunnel?.rules ?? []) {
    if (isCatchAll(rule) || address(rule.service) === address(args.pomerium)) continue;
    const { hostname } = rule;
    if (hostname !== undefined && args.drop.includes(hostname)) continue;
    // A host that is routed as a whole takes over its paths too: they were detours of the same host.
    if (args.rules.some((other) => !isCatchAll(other) && takesAllOf(other, rule))) continue;
    const kept = JSON.stringify(rule);
    problems.push({
      at: "extraRules",
      message: `the tunnel leads ${describeMatch(rule)} to ${rule.service}, which no app and no extra rule takes over; keep it as ${kept}${
        hostname === undefined ? "" : `, or let it go by \`drop: [${JSON.stringify(hostname)}]\``
      }`,
    });
  }
  for (const host of args.hosts) {
    const record = live.records[host];
    if (record === undefined || record.own) continue;
    const target = args.tunnelId === undefined ? undefined : tunnelTarget(args.tunnelId);
    if (record.type === "CNAME" && record.content === target && record.proxied) continue;
    const unproxied = record.content === target ? ", past Cloudflare's proxy, where no tunnel answers" : "";
    problems.push({
      at: "zoneId",
      message: `${host} has a DNS record of type ${record.type} for ${record.content}${unproxied}; delete it in Cloudflare's dashboard, and the next run makes one that leads to this tunnel`,
    });
  }
  return problems;
}

/** Hosts for which this program has to make a record: there is none, or it is one that it has made. */
export function recordsToMake(live: LiveTunnel, hosts: readonly string[]): string[] {
  return hosts.filter((host) => live.records[host]?.own ?? true);
}

/**
 * How the rules change, a line each, for a person to read before Pulumi's own diff of two long lists:
 * `komga.example.org: https://192.168.0.171 → https://192.168.0.172:443`.
 */
export function ruleChanges(live: LiveTunnel, rules: readonly Rule[]): string[] {
  const before = live.tunnel?.rules ?? [];
  const matches = (rule: Rule) => (other: Rule) =>
    other.hostname === rule.hostname && other.path === rule.path;
  const changed = rules.flatMap((rule) => {
    const old = before.find(matches(rule));
    const name = describeMatch(rule);
    if (old === undefined) return [`+ ${name} → ${rule.service}`];
    if (old.service !== rule.service) return [`~ ${name}: ${old.service} → ${rule.service}`];
    return isDeepStrictEqual(old.originRequest ?? {}, rule.originRequest ?? {})
      ? []
      : [`~ ${name}: ${describeRequest(old)} → ${describeRequest(rule)}`];
  });
  const gone = before
    .filter((rule) => !rules.some(matches(rule)))
    .map((rule) => `- ${describeMatch(rule)} → ${rule.service}`);
  const settings = (live.tunnel?.settings ?? []).map(
    (name) => `- ${name}, which is set for the whole tunnel`,
  );
  return [...changed, ...gone, ...settings];
}

function describeRequest({ originRequest }: Rule): string {
  return JSON.stringify(originRequest ?? {});
}

const isCatchAll = ({ hostname, path }: Rule): boolean =>
  (hostname === undefined || hostname === "*") && path === undefined;

/** An address without the port that its scheme implies, which one may write or leave out. */
const address = (service: string): string => service.replace(/^(https:.*):443$/, "$1");

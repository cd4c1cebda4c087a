import { isDeepStrictEqual } from "node:util";
import { keyPath } from "../../stack-file/paths.ts";
import type { Problem } from "../../stack-file/problems.ts";
import { carriedHosts, type TunnelStack } from "./carried-hosts.ts";
import type { TunnelConfig } from "./config.ts";
import type { LiveRule, LiveTunnel, LiveTunnels } from "./live.ts";
import type { TunnelMemory } from "./memory.ts";
import { isOrigin, leadsToIngressNginx } from "./origins.ts";
import { type TunnelPlan, tunnelPlan } from "./plan.ts";
import { recordProblems, zoneProblems } from "./records.ts";
import {
  describeMatch,
  dnsForm,
  isCatchAll,
  matchesHost,
  type Rule,
  rulesFor,
  sameMatch,
  takesAllOf,
} from "./rules.ts";

/** Hosts of Pomerium in the cluster. */
export interface PomeriumHosts {
  /** Hosts of Pomerium's Ingresses that are not this stack's. */
  others: readonly string[];
}

/** The problems that stop the stack from taking over its tunnels. */
export function tunnelProblems(
  stack: TunnelStack,
  { live, problems }: LiveTunnels,
  memory: TunnelMemory,
  hosts: PomeriumHosts,
): Problem[] {
  const found = stack.tunnels.flatMap((tunnel): Problem[] => {
    const seen = live[tunnel.name];
    if (seen === undefined) return [];
    const plan = tunnelPlan(stack, tunnel, seen, memory);
    const at = (key: string): string => keyPath(["tunnels", tunnel.name, key]);
    return [
      ...identityProblems(stack, tunnel, memory).map((message) => ({ at: at("tunnelId"), message })),
      ...remoteProblems(seen).map((message) => ({ at: at("tunnelId"), message })),
      ...unwritableProblems(plan, seen, tunnel).map((message) => ({ at: at("extraRules"), message })),
      ...inheritedProblems(plan).map((message) => ({ at: at("tunnelId"), message })),
      ...ruleProblems(stack, tunnel, plan, seen, hosts).map((message) => ({ at: at("extraRules"), message })),
      ...zoneProblems(seen).map((message) => ({ at: at("zoneId"), message })),
      ...recordProblems(stack, tunnel, seen, memory).map((message) => ({ at: at("zoneId"), message })),
    ];
  });
  return [...problems, ...found];
}

/** Refuses a new name for a tunnel that the stack made, because Pulumi identifies the tunnel by its name. */
function identityProblems(
  stack: TunnelStack,
  { name, tunnelId }: TunnelConfig,
  { tunnels: made }: TunnelMemory,
): string[] {
  if (tunnelId !== undefined) {
    const other = Object.keys(made).find((each) => made[each] === tunnelId);
    return other === undefined || other === name
      ? []
      : [
          `is the tunnel that this stack made under the name ${other}; under another name, Pulumi would delete it`,
        ];
  }
  // A tunnel with another id may have its name now.
  const gone = Object.keys(made).find(
    (each) =>
      !stack.tunnels.some((tunnel) => tunnel.name === each && (tunnel.tunnelId ?? made[each]) === made[each]),
  );
  return made[name] !== undefined || gone === undefined
    ? []
    : [
        `missing: without it, Pulumi makes a new tunnel ${name} and deletes ${gone} (${made[gone]}), which this stack made; if that is the same tunnel, write its former name ${gone} again; if not, remove ${gone} in one run, and add ${name} in the next`,
      ];
}

function remoteProblems({ tunnel }: LiveTunnel): string[] {
  return tunnel === undefined || tunnel.remote
    ? []
    : [
        `tunnel ${tunnel.name} takes its rules from a file beside cloudflared and would not heed these; migrate it in Cloudflare's dashboard first, or leave the key out for a new tunnel`,
      ];
}

const ownTunnel = "give the stack's hosts a tunnel of their own (leave `tunnelId` out)";

/** Settings without a field in Pulumi's provider. They would be lost, because the whole list is written. */
function unwritableProblems(plan: TunnelPlan, { tunnel }: LiveTunnel, { drop }: TunnelConfig): string[] {
  const lost = (tunnel?.rules ?? [])
    .filter((rule) => rule.unwritable !== undefined && !isDropped(drop, rule))
    .filter((rule) => plan.rules.some((planned) => sameMatch(planned, rule) && planned.movesTo === undefined))
    .map(
      (rule) =>
        `the rule for ${describeMatch(rule)} has ${listed(rule)}, which Pulumi's provider cannot write and would lose; ${ownTunnel}`,
    );
  const ofTunnel = (tunnel?.unwritable ?? []).filter((name) => name.startsWith("originRequest."));
  return ofTunnel.length === 0
    ? lost
    : [
        ...lost,
        `the whole tunnel has ${ofTunnel.join(", ")}, which Pulumi's provider cannot write and would lose; ${ownTunnel}`,
      ];
}

function listed({ unwritable = [] }: LiveRule): string {
  return unwritable.map((name) => `originRequest.${name}`).join(", ");
}

/** Settings of the whole tunnel that break a rule to Pomerium, and that a rule cannot override. */
function inheritedProblems({ rules, originRequest = {} }: TunnelPlan): string[] {
  const inherited = (["caPool", "httpHostHeader", "proxyType"] as const).filter(
    (name) => originRequest[name],
  );
  const [first] = rules.filter(({ movesTo }) => movesTo !== undefined);
  return inherited.length === 0 || first === undefined
    ? []
    : [
        `the whole tunnel has ${inherited.map((name) => `originRequest.${name}`).join(", ")}, which would hold for the rule of ${first.hostname} to Pomerium too; move it to the rules that need it, in Cloudflare's dashboard`,
      ];
}

/** Live rules that the plan would lose, because the whole list is written. */
function ruleProblems(
  stack: TunnelStack,
  tunnel: TunnelConfig,
  plan: TunnelPlan,
  { tunnel: seen }: LiveTunnel,
  { others }: PomeriumHosts,
): string[] {
  const live = seen?.rules ?? [];
  const carried = carriedHosts(stack, tunnel);
  const isCarried = (name: string): boolean => carried.some(({ host }) => host === dnsForm(name));
  const toPomerium = ({ service }: Rule): boolean =>
    isOrigin(service, stack.pomerium.reach.ip, stack.pomerium.reach.port);
  // A wildcard that takes the same requests does not keep the rule: rules for paths may come between the two.
  const isKept = (rule: Rule): boolean => {
    const first = plan.rules.find((planned) => takesAllOf(planned, rule));
    return first !== undefined && sameMatch(first, rule);
  };
  const stays = (rule: Rule): boolean => isDropped(tunnel.drop, rule) || isKept(rule);
  const planned = stack.tunnels.flatMap((each) => carriedHosts(stack, each)).map(({ host }) => host);
  // The rule of an app goes with the app. A wildcard also serves apps that no tunnel carries by name.
  const servedBy = ({ hostname = "" }: Rule): string[] =>
    [...others, ...(hostname.includes("*") ? stack.apps.map(({ host }) => host) : [])].filter(
      (host) =>
        !planned.includes(host) &&
        (matchesHost({ hostname }, host) || matchesHost({ hostname: host }, hostname)),
    );
  const lost = live
    .filter((rule, i) => !live.slice(0, i).some((earlier) => takesAllOf(earlier, rule)))
    .filter(({ hostname }) => hostname === undefined || !isCarried(hostname))
    .filter((rule) => !isCatchAll(rule) && !stays(rule))
    .flatMap((rule) => {
      if (!toPomerium(rule) || rule.hostname === undefined) return advice(rule);
      const hosts = servedBy(rule);
      return hosts.length === 0 ? [] : advice(rule, hosts);
    });
  const lostPaths = carried
    .filter((each) => each.servedBy === "Pomerium")
    .flatMap(({ host }) => {
      const own = rulesFor(live, host);
      const access = plan.rules.find((rule) => sameMatch(rule, { hostname: host }))?.originRequest?.access;
      return own
        .filter((rule) => rule.path !== undefined && !isChallengeDetour(rule.path) && !stays(rule))
        .flatMap((rule) => {
          if (!toPomerium(rule)) return advice(rule);
          return isDeepStrictEqual(rule.originRequest?.access, access) ? [] : accessAdvice(rule);
        });
    });
  return [...lost, ...lostPaths, ...lostEnd(stack, plan)];
}

/** The catch-all, if it leads to ingress-nginx and the phase is retired. In earlier phases it is kept. */
function lostEnd({ phase, ingressNginx }: TunnelStack, { rules }: TunnelPlan): string[] {
  const end = rules.at(-1);
  if (phase !== "retired" || end === undefined || !leadsToIngressNginx(end.service, ingressNginx ?? {}))
    return [];
  return [
    `the tunnel leads every host to ${end.service}, which phase retired removes; let it go by \`drop: ["*"]\`, and what nothing else takes gets a 404`,
  ];
}

/** @param hosts Hosts of Pomerium that only this rule leads there. */
function advice(rule: LiveRule, hosts: readonly string[] = []): string {
  const serves =
    rule.hostname?.includes("*") && hosts.length > 0 ? `, with ${hosts.join(", ")} among them` : "";
  return `the tunnel leads ${describeMatch(rule)} to ${rule.service}${serves}, which no app and no extra rule takes over; ${keepOrDrop(rule)}`;
}

/** A path that has another check of Cloudflare Access than the rest of its host. */
function accessAdvice(rule: LiveRule): string {
  const { access } = rule.originRequest ?? {};
  const loss =
    access === undefined
      ? "past Cloudflare Access, which the app's rule requires"
      : "behind Cloudflare Access, which the app's rule does not ask in this way";
  return `the tunnel leads ${describeMatch(rule)} to Pomerium ${loss}; ${keepOrDrop(rule)}`;
}

function keepOrDrop(rule: LiveRule): string {
  const { unwritable, ...kept } = rule;
  const keep =
    unwritable === undefined
      ? `keep it as ${JSON.stringify(kept)}`
      : `it has ${listed(rule)}, which Pulumi's provider cannot write, so ${ownTunnel}`;
  return rule.hostname === undefined
    ? keep
    : `${keep}, or let it go by \`drop: [${JSON.stringify(describeMatch(rule))}]\``;
}

function isDropped(drop: readonly string[], rule: Rule): boolean {
  return (rule.hostname !== undefined && drop.includes(rule.hostname)) || drop.includes(describeMatch(rule));
}

/** Whether a path is only for HTTP-01 challenges. From now on, they are answered through Pomerium. */
export function isChallengeDetour(path: string): boolean {
  return /^\^?\\?\/?\\?\.well-known(\\?\/?(\.?\*|acme-challenge.*)?)?\$?$/.test(path);
}

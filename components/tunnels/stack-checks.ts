import { setKey } from "../../stack-file/commands.ts";
import { zoneOf } from "../../stack-file/hosts.ts";
import { didYouMeanOrKnown } from "../../stack-file/nearest.ts";
import type { Report } from "../../stack-file/problems.ts";
import type { Cluster } from "../cluster/config.ts";
import type { Phase } from "../cluster/phase.ts";
import { servedBy } from "./carried-hosts.ts";
import { carriesSignIn, type TunnelInput, type Tunnels } from "./config.ts";
import { zoneIdOf, zoneNameOf } from "./dns-zones.ts";
import { leadsToIngressNginx, type NginxOrigins } from "./origins.ts";
import { type CheckedApp, checkPastPomerium } from "./past-pomerium.ts";
import { dnsForm, ingressRules, type Rule } from "./rules.ts";

/** @param names All apps of the stack file, also those with mistakes; undefined if it has no list of apps. */
export function checkTunnels(tunnels: Tunnels, names: readonly string[] | undefined, report: Report): void {
  const carriedBy = new Map<string, string>();
  const ids = new Map<string, string>();
  let signIn: string | undefined;
  for (const [name, tunnel] of Object.entries(tunnels)) {
    const { tunnelId, authenticate } = tunnel;
    if (tunnelId !== undefined) {
      const other = ids.get(tunnelId);
      if (other !== undefined)
        report.problem(
          ["tunnels", name, "tunnelId"],
          `is that of tunnel ${other} already; each tunnel would overwrite the rules of the other`,
        );
      ids.set(tunnelId, name);
    }
    if (authenticate && signIn !== undefined)
      report.problem(
        ["tunnels", name, "authenticate"],
        `the sign-in pages are carried by tunnel ${signIn} already; a host has one DNS record`,
      );
    if (authenticate) signIn = name;
    for (const [i, app] of tunnel.apps.entries()) {
      const at = ["tunnels", name, "apps", i];
      const other = carriedBy.get(app);
      if (names?.includes(app) === false)
        report.unknown(at, "no such app", app, () => didYouMeanOrKnown(app, names));
      else if (other === name) report.problem(at, `${app} is named twice`);
      else if (other !== undefined)
        report.problem(at, `${app} is carried by tunnel ${other} already; a host has one DNS record`);
      carriedBy.set(app, name);
    }
  }
}

/** Parts of the stack file that the checks of tunnel rules need. A part with a mistake is undefined. */
export interface TunnelContext {
  stack: string;
  phase: Phase | undefined;
  /** The apps without mistakes. */
  apps: readonly CheckedApp[];
  zones: readonly string[] | undefined;
  authenticateHost: string | undefined;
  exposure: Cluster["exposure"] | undefined;
  ingressNginx: NginxOrigins | undefined;
  /** Where Pomerium answers HTTPS. */
  reach: { ip: string; port: number } | undefined;
}

/** Checks each tunnel's rules against its hosts, and that the addresses that they lead to are known. */
export function checkRules(tunnels: Tunnels, context: TunnelContext, report: Report): void {
  const atNginx: CheckedApp[] = [];
  const carriedBy = new Map<string, string>();
  const matching = new Set<Rule>();
  for (const [name, tunnel] of Object.entries(tunnels)) {
    const at = ["tunnels", name];
    const apps = tunnel.apps.flatMap((app) => context.apps.filter((candidate) => candidate.name === app));
    const hosts = apps.map(({ host }) => host);
    if (carriesSignIn(tunnel, tunnels, context.exposure) && context.authenticateHost !== undefined)
      hosts.unshift(context.authenticateHost);
    for (const host of hosts) carriedBy.set(host, name);
    for (const rule of checkExtraRules(tunnel, hosts, at, report)) matching.add(rule);
    if (context.phase === "retired") checkServices(tunnel, context.ingressNginx ?? {}, at, report);
    if (context.zones !== undefined)
      checkZone(
        tunnel,
        hosts,
        { zones: context.zones, authenticateHost: context.authenticateHost },
        at,
        report,
      );
    for (const [i, host] of tunnel.drop.entries())
      if (hosts.includes(host) || tunnel.extraRules.some(({ hostname }) => hostname === host))
        report.problem([...at, "drop", i], `${host} is carried by this tunnel, so it is not dropped`);
    if (context.phase === undefined) continue;
    for (const app of apps)
      if (servedBy(context.phase, app, context.ingressNginx) === "ingress-nginx") atNginx.push(app);
  }
  const { ingressNginx, reach } = context;
  if (ingressNginx !== undefined && reach !== undefined)
    checkPastPomerium(tunnels, matching, carriedBy, { ...context, ingressNginx, reach }, report);
  checkExtraHosts(tunnels, carriedBy, report);
  for (const app of firstHosts(context.apps))
    if (context.phase === "retired" && app.migrated === false)
      report.problemAt(
        `${app.at}.migrated`,
        "false keeps the tunnel's rule at ingress-nginx, which phase retired removes; remove the key",
      );
  const [first] = atNginx;
  if (first !== undefined && context.ingressNginx !== undefined && context.ingressNginx.address === undefined)
    report.problem(
      ["ingressNginx", "address"],
      `missing: in phase ${context.phase}, tunnels lead to ingress-nginx for ${first.host}${
        atNginx.length === 1 ? "" : ` and ${atNginx.length - 1} more`
      }; name its address, or set \`migrated: true\` on ${first.at}`,
      setKey(context.stack, ["ingressNginx", "address"], "<address>"),
    );
}

/** Each app once, without its further hosts. */
export function firstHosts<App extends Pick<CheckedApp, "name" | "key">>(apps: readonly App[]): App[] {
  return apps.filter(({ name, key }) => name === key);
}

/** @returns The rules that can match. */
function checkExtraRules(
  tunnel: TunnelInput,
  hosts: readonly string[],
  at: string[],
  report: Report,
): Rule[] {
  const carried = [...new Set(hosts)].map((host) => ({ host, rules: [{ hostname: host, service: "" }] }));
  const taken: Rule[] = [];
  for (const [i, rule] of tunnel.extraRules.entries()) {
    const here = [...at, "extraRules", i];
    const { hostname, path, service } = rule;
    if (tunnel.connector !== undefined && /^\w+:\/\/(localhost|127\.|\[::1\])|^unix/.test(service))
      report.problem(
        [...here, "service"],
        "is on cloudflared's own machine, which with a connector in the cluster is a pod; name the machine's address",
      );
    if ((hostname === undefined || hostname === "*") && path === undefined) {
      report.problem(here, "would take every request: name a hostname or a path (the catch-all is added)");
      continue;
    }
    try {
      ingressRules(carried, [...taken, rule]);
      taken.push(rule);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      report.problem(here, error.message);
    }
  }
  return taken;
}

/** An extra rule to ingress-nginx would lead nowhere after its removal. */
function checkServices({ extraRules }: TunnelInput, nginx: NginxOrigins, at: string[], report: Report): void {
  for (const [i, { service }] of extraRules.entries())
    if (leadsToIngressNginx(service, nginx))
      report.problem(
        [...at, "extraRules", i, "service"],
        "leads to ingress-nginx, which phase retired removes; make its host an app, or remove the rule",
      );
}

/** @param carriedBy Hosts of the apps and of the sign-in pages, and the tunnel that carries each. */
function checkExtraHosts(tunnels: Tunnels, carriedBy: Map<string, string>, report: Report): void {
  for (const [name, { extraRules }] of Object.entries(tunnels))
    for (const [i, { hostname }] of extraRules.entries()) {
      // Records are made only for full host names.
      if (hostname === undefined || hostname.includes("*")) continue;
      const record = dnsForm(hostname);
      const other = carriedBy.get(record) ?? name;
      if (other !== name)
        report.problem(
          ["tunnels", name, "extraRules", i, "hostname"],
          `${hostname} is carried by tunnel ${other} already; a host has one DNS record`,
        );
      carriedBy.set(record, other);
    }
}

/** Every host needs a DNS record in a zone of the tunnel. */
function checkZone(
  { zoneId }: TunnelInput,
  hosts: readonly string[],
  { zones, authenticateHost }: { zones: readonly string[]; authenticateHost: string | undefined },
  at: string[],
  report: Report,
): void {
  const known = hosts.filter((host) => zoneOf(host, zones) !== undefined);
  if (typeof zoneId !== "string") {
    // Sign-in pages outside all zones with certificates are reported at the key that names them. An app may be there, if
    // somebody else renews its certificate.
    for (const host of hosts.filter((each) => each !== authenticateHost || known.includes(each)))
      if (zoneIdOf(zoneId, host) === undefined)
        report.problem(
          [...at, "zoneId"],
          `names no zone of ${host}; add the zone with its id, such as {${zoneOf(host, zones) ?? zoneNameOf(zoneId, host)}: <id>}`,
        );
    return;
  }
  const [first, ...others] = known;
  if (first === undefined) return;
  const zone = zoneOf(first, zones);
  const elsewhere = others.find((host) => zoneOf(host, zones) !== zone);
  if (elsewhere !== undefined)
    report.problem(
      [...at, "zoneId"],
      `is one Cloudflare zone, but ${first} is in ${zone} and ${elsewhere} in ${zoneOf(elsewhere, zones)}; write each zone with its id: {${zone}: <id>, ${zoneOf(elsewhere, zones)}: <id>}`,
    );
}

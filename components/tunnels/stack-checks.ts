import { setKey } from "../../stack-file/commands.ts";
import { depth, zoneOf } from "../../stack-file/hosts.ts";
import { didYouMeanOrKnown } from "../../stack-file/nearest.ts";
import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import type { Cluster } from "../cluster/config.ts";
import type { Phase } from "../cluster/phase.ts";
import { servedBy, type TunnelApp, type TunnelStack } from "./carried-hosts.ts";
import { carriesSignIn, type TunnelConfig, type TunnelInput, type Tunnels } from "./config.ts";
import { zoneIdOf, zoneNameOf, zoneNames } from "./dns-zones.ts";
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
      if (names?.includes(app) === false) report.problem(at, `no such app${didYouMeanOrKnown(app, names)}`);
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
function firstHosts<App extends Pick<CheckedApp, "name" | "key">>(apps: readonly App[]): App[] {
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

/** Warns about settings that are allowed, but do not work through a tunnel in the long run. */
export function warnOfTunnels<App extends Pick<CheckedApp, keyof TunnelApp | "key" | "at">>(
  {
    tunnels,
    apps,
    cluster,
    certificates,
    pomerium,
  }: Omit<TunnelStack, "apps"> & { apps: readonly App[]; cluster: Pick<Cluster, "exposure"> },
  known: (app: App) => { streaming?: boolean; uploads?: boolean },
  report: Report,
): void {
  const zones = Object.keys(certificates.zones);
  const warnOfDepth = ({ zoneId }: Pick<TunnelConfig, "zoneId">, host: string, at: PathPart[]): void => {
    const zone = zoneOf(host, zoneNames(zoneId, zones));
    if (zone !== undefined && depth(host, zone) > 1)
      report.warning(
        at,
        `${host} is more than one level below ${zone}: Cloudflare's own certificate does not cover it, browsers will refuse it`,
      );
  };
  for (const tunnel of tunnels) {
    if (tunnel.authenticate)
      warnOfDepth(tunnel, pomerium.authenticateHost, ["tunnels", tunnel.name, "authenticate"]);
    for (const [i, { hostname }] of tunnel.extraRules.entries())
      if (hostname !== undefined)
        warnOfDepth(tunnel, hostname, ["tunnels", tunnel.name, "extraRules", i, "hostname"]);
    for (const name of tunnel.apps) {
      const app = apps.find((candidate) => candidate.name === name);
      if (app === undefined) continue;
      // The further hosts of an app have no entry in the file.
      const at = ["tunnels", tunnel.name, "apps", Math.max(0, tunnel.apps.indexOf(app.key))];
      warnOfDepth(tunnel, app.host, at);
      if (app.name !== app.key) continue;
      const { streaming, uploads } = known(app);
      if (streaming)
        report.warning(at, `${name} streams media, which Cloudflare's terms for its free plan do not allow`);
      if (uploads)
        report.warning(
          at,
          `${name} receives large files, and Cloudflare refuses requests of more than 100 MB on its free plan`,
        );
    }
    if (tunnel.tunnelId === undefined && tunnel.connector === undefined)
      report.warning(
        ["tunnels", tunnel.name],
        "is a new tunnel that nothing connects to: set `connector: {}`, or run cloudflared with its token",
      );
  }
  const carried = new Set(tunnels.flatMap((tunnel) => tunnel.apps));
  for (const app of firstHosts(apps))
    if (app.migrated !== undefined && !carried.has(app.name))
      report.warningAt(`${app.at}.migrated`, "has no effect: no tunnel carries this app");
  if (cluster.exposure !== "tunnelOnly") return;
  for (const app of firstHosts(apps))
    if (!carried.has(app.name))
      report.warningAt(app.at, "no tunnel carries this app, and nothing else leads to the cluster");
  if (!tunnels.some((tunnel) => tunnel.authenticate))
    report.warning(
      ["tunnels"],
      "no tunnel carries the sign-in pages, and nothing else leads to the cluster: set `authenticate: true` on one",
    );
}

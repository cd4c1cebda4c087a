import type { AccountTunnel, LiveAccount } from "../components/tunnels/account.ts";
import { tunnelName } from "../components/tunnels/config.ts";
import type { LiveRule } from "../components/tunnels/live.ts";
import { isCatchAll, matchesHost } from "../components/tunnels/rules.ts";
import { isWildcard, zoneOf } from "../stack-file/hosts.ts";
import { keyPath } from "../stack-file/paths.ts";
import type { PlannedApp } from "./planned-app.ts";
import type { Section } from "./section.ts";

/** A tunnel, and the apps whose hosts it carries today. */
interface Carrier {
  tunnel: AccountTunnel;
  apps: PlannedApp[];
}

/** The tunnels that carry hosts of the apps. */
export function carriers({ tunnels }: LiveAccount, apps: readonly PlannedApp[]): Carrier[] {
  return tunnels
    .map((tunnel) => ({
      tunnel,
      apps: apps.filter(({ host }) => !isWildcard(host) && tunnel.rules.some((rule) => isOf(rule, host))),
    }))
    .filter((carrier) => carrier.apps.length > 0);
}

/** Whether a rule was made for a host. The catch-all was made for none. */
const isOf = (rule: LiveRule, host: string): boolean => !isCatchAll(rule) && matchesHost(rule, host);

/** The section about tunnels; undefined if none carries a host of an app. */
export function tunnelsSection(account: LiveAccount, apps: readonly PlannedApp[]): Section | undefined {
  const found = carriers(account, apps);
  if (found.length === 0) return undefined;
  const section: Section = { value: {}, comments: [], oneLine: [], todos: [] };
  for (const { tunnel, apps: carried } of found) {
    const name = nameFor(tunnel, section.value);
    const hosts = carried.flatMap(({ host, aliases }) => [host, ...aliases]);
    const zones = zonesOf(account, hosts);
    const [only, ...others] = Object.values(zones);
    const extraRules = tunnel.rules.filter((rule) => !isCatchAll(rule) && !isReplaced(rule, hosts));
    section.value[name] = {
      accountId: tunnel.accountId,
      tunnelId: tunnel.tunnelId,
      zoneId: others.length === 0 ? (only ?? null) : zones,
      apps: carried.map((app) => app.name),
      ...(extraRules.length === 0
        ? {}
        : { extraRules: extraRules.map(({ unwritable: _, ...rule }) => rule) }),
    };
    const at = keyPath(["tunnels", name]);
    if (only === undefined) {
      section.comments.push({
        path: [name, "zoneId"],
        place: "beside",
        text: "TO DO: id of the hosts' zone",
      });
      section.todos.push({ at: `${at}.zoneId`, message: "the id of the hosts' zone", stops: "check" });
    }
    if (extraRules.length > 0)
      section.comments.push({
        path: [name, "extraRules"],
        place: "before",
        text: "DECIDE: rules that the tunnel has today and no app explains. They stay as they are; name one under `drop` to let it go.",
      });
    const lost = [...tunnel.unwritable, ...tunnel.rules.flatMap(({ unwritable = [] }) => unwritable)];
    if (lost.length > 0 || !tunnel.remote)
      section.todos.push({
        at,
        message: tunnel.remote
          ? `it has settings that this program cannot write: ${[...new Set(lost)].join(", ")}`
          : "its rules are in a file beside cloudflared, and not at Cloudflare",
        stops: "preview",
      });
  }
  return section;
}

/** A rule that the program's rules for a host replace, and a detour for HTTP-01 challenges. */
function isReplaced({ hostname, path }: LiveRule, hosts: readonly string[]): boolean {
  return hosts.includes(hostname ?? "") && (path === undefined || path.includes(".well-known"));
}

function zonesOf({ zones }: LiveAccount, hosts: readonly string[]): Record<string, string> {
  const names = hosts.flatMap(
    (host) =>
      zoneOf(
        host,
        zones.map(({ name }) => name),
      ) ?? [],
  );
  return Object.fromEntries(
    zones.filter(({ name }) => names.includes(name)).map(({ id, name }) => [name, id]),
  );
}

function nameFor({ name }: AccountTunnel, taken: object): string {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
  const wanted = tunnelName.safeParse(label).success ? label : "tunnel";
  let free = wanted;
  for (let i = 2; Object.hasOwn(taken, free); i++) free = `${wanted}-${i}`;
  return free;
}

import type { z } from "zod";
import { appHost } from "../../components/apps/hosts.ts";
import { isWildcard, standsFor } from "../../stack-file/hosts.ts";
import { nearest } from "../../stack-file/nearest.ts";
import { isMap, type PathPart, valueAt } from "../../stack-file/paths.ts";
import { Report } from "../../stack-file/problems.ts";
import { few } from "../../stack-file/text.ts";
import type { appSchema } from "../schema.ts";
import type { AppFile } from "./read.ts";
import { takesHosts } from "./route-limits.ts";

type AppKey = keyof z.input<typeof appSchema>;

/**
 * Whether a key of an app says its hosts: as text, or as a list of texts. Or else why nobody can tell which hosts it says. A
 * new key needs an answer, or nothing compiles.
 */
const appKeys: Readonly<Record<AppKey, boolean | string>> = {
  host: true,
  aliases: true,
  annotations: "other tools make names of any host from annotations, as external-dns does",
  // Checked on their own: the settings of the app's route and of its paths' routes.
  route: false,
  paths: false,
  // The entry's settings are checked, too.
  profile: false,
  // About the hosts that the app has.
  access: false,
  tls: false,
  migrated: false,
  labels: false,
  // Objects of the cluster.
  namespace: false,
  service: false,
  replaces: false,
  accept: false,
  isolate: false,
  allowFrom: false,
};

/** The keys that say hosts. The first one has a default. */
const hostKeys = Object.keys(appKeys).filter((key) => appKeys[key as AppKey] === true);

/** The hosts of an app, each with its place in it. Without a domain, an app has no default host. */
export function hostsOf(
  name: string,
  app: Readonly<Record<string, unknown>>,
  domain: unknown,
): [PathPart[], string][] {
  const byDefault = typeof domain === "string" ? `${name}.${domain}` : undefined;
  return hostKeys.flatMap((key) => {
    const value = app[key] ?? (key === "host" ? byDefault : undefined);
    const all: [PathPart[], unknown][] = Array.isArray(value)
      ? value.map((one, i) => [[key, i], one])
      : [[[key], value]];
    return all.filter((one): one is [PathPart[], string] => typeof one[1] === "string");
  });
}

/** Whether a host is one of those in a list, or below a wildcard of it. A wildcard must be below one, or be one of them. */
export function isAmong(host: string, hosts: readonly string[]): boolean {
  return hosts.some((one) => one === host || standsFor(one, host));
}

/**
 * Reports what an app file with hosts may not set. The values may have any form: the schemas report that.
 *
 * @param whole The sections of the stack, with the apps of all files.
 */
export function beyondHosts(
  { path, raw }: Pick<AppFile, "path" | "raw">,
  hosts: readonly string[],
  whole: unknown,
): Report["problems"] {
  const report = new Report();
  const because = (reason: string, edit = "remove this"): string =>
    `${reason}; ${path} is limited to the host${hosts.length === 1 ? "" : "s"} ${few(hosts, 5)}: ${edit}, or move the app to the stack file`;
  const apps = valueAt(raw, ["apps"]);
  for (const [name, app] of Object.entries(isMap(apps) ? apps : {})) {
    const at = ["apps", name];
    if (!isMap(app)) continue;
    for (const [where, host] of hostsOf(name, app, valueAt(whole, ["domain"])))
      if (!isAmong(host, hosts) && !isRefusedAnyway(app, where, host)) {
        const key = app[String(where[0])] === undefined ? "host: " : "";
        const meant = closest(name, host, hosts);
        report.problem(
          [...at, ...where],
          `${host} is not among the hosts of ${path}: it may have ${few(hosts, 5)} only, by appFiles in the stack file; write ${meant === undefined ? `${key}one of them` : `${key}${meant}`}, or have this host added there`,
        );
      }
    for (const key of Object.keys(app)) {
      const answer = Object.hasOwn(appKeys, key) ? appKeys[key as AppKey] : false;
      if (typeof answer === "string") report.problem([...at, key], because(answer));
    }
    const places = [
      [[], app],
      ...Object.entries(isMap(app.paths) ? app.paths : {}).map(([own, place]) => [["paths", own], place]),
    ] as [string[], unknown][];
    for (const [where, place] of places)
      for (const [setting, reason] of takesHosts(valueAt(place, ["route"])))
        report.problem([...at, ...where, "route", ...setting], because(reason));
    const entry = typeof app.profile === "string" ? app.profile : name;
    for (const [setting, reason] of takesHosts(valueAt(whole, ["catalogue", entry, "route"])))
      report.problem(
        [...at, "profile"],
        because(
          `the catalogue entry "${entry}" sets ${setting.join(".")}, which ${reason}`,
          "write profile: none",
        ),
      );
  }
  return report.problems;
}

/** Whether the schema refuses a host, with a better reason: it is no host name, or the default of a misspelled key. */
function isRefusedAnyway(app: Readonly<Record<string, unknown>>, [key]: PathPart[], host: string): boolean {
  const isMisspelled = key === "host" && app.host === undefined && Object.keys(app).some(isLikeHost);
  return isMisspelled || !appHost.safeParse(host).success;
}

const isLikeHost = (key: string): boolean =>
  !Object.hasOwn(appKeys, key) && nearest(key, Object.keys(appKeys)) === "host";

/** The host that was probably meant: a similar one, or else the app's name below the first wildcard. */
function closest(name: string, host: string, hosts: readonly string[]): string | undefined {
  const below = hosts.find(isWildcard);
  const names = hosts.filter((one) => !isWildcard(one));
  return nearest(host, names) ?? (below === undefined ? undefined : `${name}${below.slice(1)}`);
}

import { z } from "zod";
import { text } from "../../stack-file/fields.ts";
import { inNoZone, isWildcard, standsFor, withoutWildcard, zoneOf } from "../../stack-file/hosts.ts";
import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { hostOrWildcardPattern, isHost } from "../../stack-file/values.ts";
import { hostInNames } from "../cluster/names.ts";

/** A host of an app: a host name, or a wildcard for every name below a domain. */
export const appHost = text(
  (value) => isHost(withoutWildcard(value)),
  "is not a host name: lower case labels of letters, digits and hyphens, joined by dots, without port; `*.` in front stands for every name below",
  { pattern: hostOrWildcardPattern, examples: ["komga.example.org"] },
);

export const aliasesSchema = z
  .array(appHost)
  .min(1, { error: "is empty: leave the key out" })
  .optional()
  .describe(
    "Further hosts of the app, such as `www.example.org`, with the same Service, paths and access. Each has its own certificate. Default: none.",
  )
  .meta({ examples: [["www.example.org"]] });

/** Keys that look like a redirect. Pomerium's route has one, but no annotation of an Ingress sets it. */
const redirects = ["redirect", "redirects", "redirectTo", "redirectFrom"];

/** Why an app has no such key; undefined if nothing more is known about it. */
export function unknownAppKey(key: string): string | undefined {
  return redirects.includes(key)
    ? "no annotation of a Pomerium Ingress makes a redirect: name the host under `aliases` and let the app redirect (it sees the host with `route: {preserve_host_header: true}`), or redirect at the DNS provider"
    : undefined;
}

/** A further host of an app. */
export interface Alias {
  host: string;
  zone: string;
}

/**
 * Resolves the further hosts of an app. Hosts outside all zones are reported and left out, unless somebody else renews
 * their certificate.
 */
export function resolveAliases(
  aliases: readonly string[],
  {
    at,
    zones,
    needsZone,
  }: { at: readonly PathPart[]; zones: readonly string[] | undefined; needsZone: boolean },
  report: Report,
): Alias[] {
  return aliases.flatMap((host, i) => {
    const found = zones === undefined ? undefined : zoneOf(host, zones);
    const zone = needsZone ? found : (found ?? host);
    if (zones !== undefined && zone === undefined) report.problem([...at, i], inNoZone(host));
    return zone === undefined ? [] : [{ host, zone }];
  });
}

/**
 * An app for each of its hosts. A further host is a separate app, named after the app and the host. A host that comes,
 * goes or fails leaves the others alone.
 */
export function everyHost<
  App extends { name: string; tlsSecret: string; isExistingSecret?: boolean; aliases: readonly Alias[] },
>(app: App): App[] {
  return [
    app,
    ...app.aliases.map(({ host, zone }) => ({
      ...app,
      name: `${app.name}.${hostInNames(host)}`,
      host,
      zone,
      tlsSecret: app.isExistingSecret ? app.tlsSecret : `${hostInNames(host)}-tls`,
      // The first host answers for what the app takes over.
      replaces: [],
      aliases: [],
    })),
  ];
}

/** Finds wildcards that overlap, and wildcards that a tunnel would carry. */
export function checkWildcards(
  apps: readonly { key: string; at: string; host: string }[],
  tunnels: Readonly<Record<string, { apps: readonly string[] }>>,
  report: Report,
): void {
  const wildcards = apps.filter(({ host }) => isWildcard(host));
  for (const { at, host } of wildcards) {
    const outer = wildcards.find((other) => other.host !== host && standsFor(other.host, host));
    if (outer !== undefined)
      report.problemAt(
        `${at}.host`,
        `${host} is below ${outer.host} of ${outer.at}, and Pomerium takes the first of the two by the alphabet; name the hosts one by one`,
      );
  }
  for (const [name, { apps: carried }] of Object.entries(tunnels))
    for (const [i, app] of carried.entries()) {
      const found = wildcards.find(({ key }) => key === app);
      if (found !== undefined)
        report.problem(
          ["tunnels", name, "apps", i],
          `carries ${found.host}, and a tunnel carries no wildcard of an app: its rule would answer for hosts of other rules; name the hosts one by one`,
        );
    }
}

import type { LiveIngress } from "../components/cluster/live.ts";
import { idsOf, objectId } from "../components/cluster/objects.ts";
import { isCanary } from "../components/ingress-nginx/annotations/booleans.ts";
import { anyHost, expressionsOf, hostsOf } from "../components/ingress-nginx/annotations/hosts.ts";
import type { LiveAccount } from "../components/tunnels/account.ts";
import { isWildcard, liesIn, standsFor } from "../stack-file/hosts.ts";
import { withAliases } from "./aliases.ts";
import { AppNames } from "./app-names.ts";
import { type PlannedCertificates, planCertificates } from "./certificates.ts";
import type { Inventory } from "./inventory.ts";
import { type PlannedApp, planApp } from "./planned-app.ts";
import { type ServedHost, servedHosts } from "./served-hosts.ts";
import { servedIngresses, servingControllers } from "./serving-controllers.ts";
import { isWritableHost } from "./writable.ts";

/** What a stack file says about a cluster, before it is written. */
export interface Plan {
  /** Domain of most hosts. */
  domain?: string;
  apps: PlannedApp[];
  /** Hosts that no app can take over unchanged, and why. */
  leftOut: (LeftOut & { served: ServedHost })[];
  /** Hosts of Ingresses that no ingress-nginx serves as far as is known, and why. No app has them. */
  unserved: LeftOut[];
  certificates: PlannedCertificates;
  inventory: Inventory;
  /** The zones and tunnels that a token may see at Cloudflare; absent without a token. */
  cloudflare?: LiveAccount;
}

/** A host without an app. */
export interface LeftOut {
  host: string;
  /** Its Ingresses, `namespace/name`. */
  ingress: string;
  why: string;
}

/** Facts that do not come from the cluster. */
export interface PlanOptions {
  /** Zones that need no guess. */
  zones?: readonly string[];
  /** The zones and tunnels that a token may see at Cloudflare. */
  cloudflare?: LiveAccount | undefined;
  /** Names of apps that are taken, because a stack file has them. */
  names?: readonly string[];
  /** Hosts that a stack file has already. */
  hosts?: readonly string[];
  /** Domain of the stack file. */
  domain?: string;
  /** Whether each host gets its own app. Default: an app may have aliases. */
  eachHost?: boolean;
}

/** Plans a stack file for a cluster. Only the Ingresses that a controller of ingress-nginx serves count. */
export function planStack(inventory: Inventory, options: PlanOptions = {}): Plan {
  const ingresses = servedIngresses(inventory);
  const present = new Set(options.hosts);
  const hosts = servedHosts(servingControllers(inventory)).filter(({ host }) => !present.has(host));
  // `verify` is the name of Pomerium's own page.
  const names = new AppNames(["verify", ...(options.names ?? [])]);
  const wildcards = hosts.map(({ host }) => host).filter(isWildcard);
  const leftOut: Plan["leftOut"] = [];
  const apps = hosts.flatMap((served) => {
    const why = whyLeftOut(served, wildcards);
    const app = why === undefined ? planApp(served, names, inventory) : why;
    if (typeof app === "object") return [app];
    const ingress = served.ingresses.map(objectId).join(", ");
    leftOut.push({ host: served.host, ingress, why: app, served });
    return [];
  });
  const certificates = planCertificates(
    apps.map(({ host }) => host),
    ingresses,
    inventory.issuance,
    options.zones ?? options.cloudflare?.zones.map(({ name }) => name),
  );
  const domain =
    options.domain ??
    commonest(
      certificates.zones.map(({ zone }) => zone),
      apps,
    );
  return {
    ...(domain === undefined ? {} : { domain }),
    apps: (options.eachHost ? apps : withAliases(apps, options.cloudflare)).sort((one, other) =>
      one.name < other.name ? -1 : 1,
    ),
    leftOut,
    unserved: unservedHosts(inventory, ingresses, [
      ...hosts.map(({ host }) => host),
      ...(options.hosts ?? []),
    ]),
    certificates,
    inventory,
    ...(options.cloudflare === undefined ? {} : { cloudflare: options.cloudflare }),
  };
}

/**
 * Hosts of Ingresses that no ingress-nginx serves as far as is known, and no other program either.
 *
 * @param served Ingresses that count as ingress-nginx's.
 * @param known Hosts that need no word.
 */
function unservedHosts(
  { cluster, unclaimed }: Inventory,
  served: readonly LiveIngress[],
  known: readonly string[],
): LeftOut[] {
  const ids = idsOf(served);
  const named = new Set(known);
  const signs = new Map(unclaimed.flatMap(({ ingresses, why }) => ingresses.map((id) => [id, why] as const)));
  return cluster.ingresses
    .filter((ingress) => !ids.has(objectId(ingress)) && !ingress.solver && !isCanary(ingress.annotations))
    .flatMap((ingress) => {
      const { ingressClass } = ingress;
      const sign = signs.get(objectId(ingress));
      if (ingressClass !== undefined && sign === undefined) return [];
      const why =
        ingressClass === undefined
          ? `no ingress-nginx serves Ingresses without a class${sign === undefined ? "" : ` (${sign})`}`
          : `no ingress-nginx serves class ${ingressClass}: ${sign}`;
      return hostsOf(ingress)
        .filter((host) => !named.has(host))
        .map((host) => ({ host, ingress: objectId(ingress), why }));
    });
}

/**
 * Why no app can have a host; undefined if one can.
 *
 * @param wildcards All hosts that are wildcards.
 */
function whyLeftOut({ host, ingresses }: ServedHost, wildcards: readonly string[]): string | undefined {
  if (host === anyHost) {
    const expressions = ingresses.flatMap(expressionsOf);
    const takesAll = ingresses.some((each) => expressionsOf(each).length === 0 || each.anyHost);
    const regex = `server-alias names hosts by the regular expression ${expressions.join(", ")}`;
    const all = "it takes every host that no other Ingress has";
    return `${[...(takesAll ? [all] : []), ...(expressions.length > 0 ? [regex] : [])].join(", and ")}, and an app needs a host; name the hosts that people use`;
  }
  if (!isWritableHost(host))
    return "an app's host is a name of at least two labels, of lower case letters, digits and hyphens; `*.` may be in front";
  const outer = isWildcard(host)
    ? wildcards.find((other) => other !== host && standsFor(other, host))
    : undefined;
  return outer === undefined
    ? undefined
    : `it is below ${outer}, and Pomerium takes the first of two such wildcards by the alphabet; name the hosts that people use`;
}

/** The zone with most hosts. */
function commonest(zones: readonly string[], apps: readonly PlannedApp[]): string | undefined {
  const count = (zone: string): number => apps.filter(({ host }) => liesIn(host, zone)).length;
  return [...zones].sort((one, other) => count(other) - count(one))[0];
}

import type { LiveIngress } from "../components/cluster/live.ts";
import { objectId } from "../components/cluster/objects.ts";
import { forWholeHost, guardsOf } from "../components/ingress-nginx/annotations/guards.ts";
import { hostsOf } from "../components/ingress-nginx/annotations/hosts.ts";
import type { Serving } from "../components/ingress-nginx/protections.ts";
import { ingressesOfApp, pathsOfApp } from "../components/ingress-nginx/served-of-app.ts";
import { type HostPath, withoutShadowed } from "../components/ingress-nginx/shadowed.ts";
import type { Before, Guarded, HostBefore } from "../policies/access/before-pomerium.ts";
import type { Stack } from "../stack/stack.ts";
import { standsFor } from "../stack-file/hosts.ts";
import type { Inventory } from "./inventory.ts";
import { exportCommands, missingUses } from "./missing.ts";
import { hostsOfController } from "./served-hosts.ts";
import { servedIngresses, servingControllers } from "./serving-controllers.ts";

type Asked = Pick<Inventory, "cluster" | "nginx" | "controllers" | "missing">;

/**
 * The callers that ingress-nginx lets through to the apps of a stack, and to the hosts that no app takes over.
 *
 * @param source Where the inventory was read, as the end of "from …".
 */
export function underNginx(
  inventory: Asked,
  {
    apps,
    ingressNginx,
  }: Pick<Stack, "apps"> & { ingressNginx?: Pick<NonNullable<Stack["ingressNginx"]>, "stays" | "abandon"> },
  source: string,
): Before {
  const ingresses = servedIngresses(inventory);
  const controllers = servingControllers(inventory);
  const own = apps.flatMap((app): HostBefore[] => {
    const parts = controllers.flatMap(({ ingresses: all, settings }): Part[] => {
      const paths = pathsOfApp(app, apps, all);
      const served = [...new Set(paths.map(({ ingress }) => ingress))];
      return paths.length === 0 ? [] : [{ paths: withoutShadowed(paths), ingresses: served, settings }];
    });
    if (parts.length === 0) return [];
    const names = parts.flatMap((part) => part.ingresses.flatMap(hostsOf));
    const host = names.includes(app.host) || names.length === 0 ? app.host : names[0]!;
    return [{ ...guardedHost(host, parts), app: { name: app.name, host: app.host } }];
  });
  const renamed = new Set(
    apps.flatMap((app) =>
      ingressesOfApp(app, ingresses)
        .filter((ingress) => !hostsOf(ingress).some((host) => isOf(app.host, host)))
        .flatMap(hostsOf),
    ),
  );
  const parts = controllers.flatMap(({ ingresses: all, settings }) =>
    hostsOfController(all)
      .filter(({ host }) => !renamed.has(host) && !apps.some((app) => isOf(app.host, host)))
      .map((served) => ({ ...served, settings })),
  );
  const others = [...Map.groupBy(parts, ({ host }) => host)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([host, all]): HostBefore => {
      const fate = fateOf(host, ingressNginx);
      return { ...guardedHost(host, all), ...(fate === undefined ? {} : { fate }) };
    });
  return { source, hosts: [...own, ...others], unknown: notKnown(inventory, ingresses) };
}

const isOf = (appHost: string, host: string): boolean => appHost === host || standsFor(appHost, host);

function fateOf(
  host: string,
  { stays = {}, abandon = {} }: Partial<NonNullable<Stack["ingressNginx"]>> = {},
): HostBefore["fate"] {
  if (Object.hasOwn(stays, host)) return "stays";
  return Object.hasOwn(abandon, host) ? "abandoned" : undefined;
}

/** The Ingresses of one controller for a host. */
interface Part extends Serving {
  paths: readonly HostPath[];
  /** All Ingresses of the host, also those whose paths others shadow. */
  ingresses: readonly LiveIngress[];
}

interface GuardedPath {
  path: string;
  exact: boolean;
  guarded: Guarded;
}

function guardedHost(host: string, parts: readonly Part[]): HostBefore {
  const found = together(parts.map(guardedPaths)).sort((one, other) => one.path.length - other.path.length);
  const site: Guarded = found[0]?.guarded ?? { guards: [] };
  const alike = JSON.stringify(site);
  return {
    host,
    ingresses: [...new Set(parts.flatMap(({ ingresses }) => ingresses.map(objectId)))].sort(),
    site,
    paths: found
      .filter(({ guarded }) => JSON.stringify(guarded) !== alike)
      .map(({ path, guarded }) => ({ path, guarded })),
  };
}

/** Who passes at each path of one controller. */
function guardedPaths({ paths, ingresses, settings }: Part): GuardedPath[] {
  const shared = Object.assign(
    {},
    ...ingresses.map(({ annotations }) => forWholeHost(annotations)),
  ) as Record<string, string>;
  return paths.map(({ path, exact, ingress, rivals = [] }) => {
    const all = [ingress, ...rivals.map((rival) => rival.ingress)].map(({ annotations }) =>
      guardsOf({ ...shared, ...annotations }, settings, path),
    );
    return { path, exact, guarded: theOnly(all) ?? notKnownWho("metadata.creationTimestamp") };
  });
}

/** Who passes at each path of all controllers. A caller may reach any controller that has the path. */
function together(controllers: readonly GuardedPath[][]): GuardedPath[] {
  const each = controllers.map((own) =>
    own.map(({ path, exact, guarded }): GuardedPath => {
      const others = controllers.flatMap((paths) => (paths === own ? [] : guardedAt(paths, { path, exact })));
      return { path, exact, guarded: theOnly([guarded, ...others]) ?? notKnownWho("spec.ingressClassName") };
    }),
  );
  const [first = [], ...others] = each;
  const told = new Set(first.map((one) => JSON.stringify(one)));
  return [...first, ...others.flat().filter((one) => !told.has(JSON.stringify(one)))];
}

/** The guards of a path: its own, or those of the longest path above it. Several if several hosts have it. */
function guardedAt(paths: readonly GuardedPath[], asked: Pick<GuardedPath, "path" | "exact">): Guarded[] {
  const own = paths.filter(({ path, exact }) => path === asked.path && exact === asked.exact);
  const above = ({ path, exact }: GuardedPath): boolean =>
    !exact && (path === asked.path || asked.path.startsWith(path.endsWith("/") ? path : `${path}/`));
  const all = paths.filter(above);
  const longest = Math.max(...all.map(({ path }) => path.length));
  const found = own.length > 0 ? own : all.filter(({ path }) => path.length === longest);
  return found.map(({ guarded }) => guarded);
}

/** What all have in common; undefined if they differ. */
function theOnly(all: readonly Guarded[]): Guarded | undefined {
  const [first, ...others] = all.map((each) => JSON.stringify(each));
  return others.every((each) => each === first) ? all[0] : undefined;
}

/** @param detail The field by which the Ingresses differ. */
const notKnownWho = (detail: string): Guarded => ({ guards: [{ kind: "unclear", detail }] });

/** The parts of ingress-nginx that may restrict callers and could not be read. */
function notKnown({ controllers, missing }: Asked, ingresses: readonly LiveIngress[]): string[] {
  const howToFix = (...kinds: string[]): string => {
    const commands = exportCommands(missingUses(kinds.filter((kind) => missing.includes(kind))));
    return commands.length === 0 ? "" : `; export it too: ${commands.join(" and ")}`;
  };
  const kinds = ["configmaps", "deployments.apps", "daemonsets.apps"];
  if (missing.includes("ingresses.networking.k8s.io"))
    return [`the export holds no Ingress${howToFix("ingresses.networking.k8s.io", ...kinds)}`];
  if (ingresses.length === 0) return [];
  if (controllers.length === 0)
    return [
      `no controller of ingress-nginx was found: the Ingresses are those that look like its own, and its ConfigMap may restrict callers too${howToFix(...kinds)}`,
    ];
  return missing.includes("configmaps")
    ? [
        `ingress-nginx's ConfigMap may restrict callers too, and is not in the export${howToFix("configmaps")}`,
      ]
    : [];
}

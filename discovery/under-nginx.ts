import type { LiveIngress } from "../components/cluster/live.ts";
import { objectId } from "../components/cluster/objects.ts";
import { forWholeHost, guardsOf } from "../components/ingress-nginx/annotations/guards.ts";
import { hostsOf } from "../components/ingress-nginx/annotations/hosts.ts";
import { ingressesOfApp, pathsOfApp } from "../components/ingress-nginx/served-rules.ts";
import { type HostPath, withoutShadowed } from "../components/ingress-nginx/shadowed.ts";
import type { Before, Guarded, HostBefore } from "../policies/access/before.ts";
import type { Stack } from "../stack/stack.ts";
import { standsFor } from "../stack-file/hosts.ts";
import type { Inventory } from "./inventory.ts";
import { exportCommands, missingUses } from "./missing.ts";
import { servedIngresses } from "./plan.ts";
import { servedHosts } from "./served-hosts.ts";

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
  const settings = (ingress: LiveIngress) =>
    inventory.controllers.find((each) => each.ingresses.includes(ingress))?.settings ?? {};
  const own = apps.flatMap((app): HostBefore[] => {
    const paths = pathsOfApp(app, apps, ingresses);
    if (paths.length === 0) return [];
    const served = [...new Set(paths.map(({ ingress }) => ingress))];
    const names = served.flatMap(hostsOf);
    const host = names.includes(app.host) || names.length === 0 ? app.host : names[0]!;
    return [
      {
        ...guardedHost(host, withoutShadowed(paths), served, settings),
        app: { name: app.name, host: app.host },
      },
    ];
  });
  const renamed = new Set(
    apps.flatMap((app) =>
      ingressesOfApp(app, ingresses)
        .filter((ingress) => !hostsOf(ingress).some((host) => isOf(app.host, host)))
        .flatMap(hostsOf),
    ),
  );
  const others = servedHosts(ingresses)
    .filter(({ host }) => !renamed.has(host) && !apps.some((app) => isOf(app.host, host)))
    .map(({ host, paths, ingresses: all }): HostBefore => {
      const fate = fateOf(host, ingressNginx);
      return { ...guardedHost(host, paths, all, settings), ...(fate === undefined ? {} : { fate }) };
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

/** @param ingresses All Ingresses of the host, also those whose paths others shadow. */
function guardedHost(
  host: string,
  paths: readonly HostPath[],
  ingresses: readonly LiveIngress[],
  settings: (ingress: LiveIngress) => Readonly<Record<string, string>>,
): HostBefore {
  const shared = Object.assign(
    {},
    ...ingresses.map(({ annotations }) => forWholeHost(annotations)),
  ) as Record<string, string>;
  const found = paths
    .map(({ path, ingress, rivals = [] }) => {
      const [first = { guards: [] }, ...others] = [ingress, ...rivals].map((each) =>
        guardsOf({ ...shared, ...each.annotations }, settings(each), path),
      );
      const isOne = others.every((each) => JSON.stringify(each) === JSON.stringify(first));
      return { path, guarded: isOne ? first : unknownAge };
    })
    .sort((one, other) => one.path.length - other.path.length);
  const site: Guarded = found[0]?.guarded ?? { guards: [] };
  const alike = JSON.stringify(site);
  return {
    host,
    ingresses: ingresses.map(objectId).sort(),
    site,
    paths: found.filter(({ guarded }) => JSON.stringify(guarded) !== alike),
  };
}

/** Ingresses differ, and which of them is the oldest is not known. */
const unknownAge: Guarded = { guards: [{ kind: "unclear", detail: "metadata.creationTimestamp" }] };

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

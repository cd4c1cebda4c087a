import { objectId } from "../components/cluster/objects.ts";
import { hostsOf } from "../components/ingress-nginx/annotations/hosts.ts";
import type { LiveAccount } from "../components/tunnels/account.ts";
import { isWildcard } from "../stack-file/hosts.ts";
import type { PlannedApp } from "./planned-app.ts";
import { carriers } from "./tunnels-section.ts";

/**
 * Makes one app of hosts that would have the same entry in a stack file: the further hosts are its aliases. Hosts of
 * one Ingress that differ stay separate, and the app of the second host says why.
 */
export function withAliases(apps: readonly PlannedApp[], cloudflare: LiveAccount | undefined): PlannedApp[] {
  const tunnelsOf = (app: PlannedApp): string[] =>
    cloudflare === undefined ? [] : carriers(cloudflare, [app]).map(({ tunnel }) => tunnel.name);
  const groups = Map.groupBy(apps, (app) =>
    isWildcard(app.host) ? app.host : JSON.stringify([...essence(app), tunnelsOf(app)]),
  );
  const merged = [...groups.values()].map(mergedApp);
  // A large cluster has thousands of apps, and only those with one Service can be twins.
  const before = new Map<string, PlannedApp[]>();
  return merged.map((app) => {
    const service = JSON.stringify(app.backend);
    const others = before.get(service) ?? [];
    const twin = others.find((other) => isTwin(app, other));
    before.set(service, [...others, app]);
    return twin === undefined ? app : { ...app, apart: whyApart(app, twin, tunnelsOf) };
  });
}

/** Everything about an app that all its hosts share. */
function essence(app: PlannedApp): unknown[] {
  const { backend, known, route, paths, unwritable, annotations, today, protections, findings, onlyPaths } =
    app;
  return [
    // Two classes may be two ways into the cluster, such as one from outside and one from inside.
    [...new Set(app.served.ingresses.map(({ ingressClass }) => ingressClass ?? ""))].sort(),
    ...[backend, known?.entry, route, paths, unwritable, annotations, today, protections, onlyPaths],
    findings.map(({ annotation, value, lack }) => [annotation, value, lack]),
    app.served.canaries.map(objectId),
    app.served.ingresses.filter(({ namespace }) => namespace !== backend.namespace).map(({ name }) => name),
  ];
}

function mergedApp(same: readonly PlannedApp[]): PlannedApp {
  const [first] = same as [PlannedApp];
  if (same.length === 1) return first;
  // The first host of the Ingress is the one that people know.
  const order = same.flatMap(({ served }) => served.ingresses.flatMap(hostsOf));
  const inOrder = [...same].sort((one, other) => order.indexOf(one.host) - order.indexOf(other.host));
  const main = inOrder[0]!;
  // Only one of them could have the name of the catalogue's entry.
  const name = same.find((app) => app.name === app.known?.entry)?.name ?? main.name;
  return {
    ...main,
    name,
    aliases: inOrder.filter((app) => app !== main).map(({ host }) => host),
    replaces: [...new Set(inOrder.flatMap(({ replaces }) => replaces))],
  };
}

/** Whether two apps with one Service come from one Ingress. */
function isTwin(app: PlannedApp, other: PlannedApp): boolean {
  return app.replaces.some((ingress) => other.replaces.includes(ingress));
}

function whyApart(app: PlannedApp, twin: PlannedApp, tunnelsOf: (app: PlannedApp) => string[]): string {
  const same = (read: (app: PlannedApp) => unknown): boolean =>
    JSON.stringify(read(app)) === JSON.stringify(read(twin));
  const why =
    isWildcard(app.host) || isWildcard(twin.host)
      ? "one of the two hosts is a wildcard, which no tunnel carries"
      : !same(tunnelsOf)
        ? "a tunnel carries only one of the two hosts, and it carries all hosts of an app"
        : !same(({ paths, unwritable, onlyPaths }) => [paths, unwritable, onlyPaths])
          ? "the paths of the two hosts differ"
          : "the settings of the two hosts differ";
  return `It has the Service of apps.${twin.name}, and is not an alias there: ${why}`;
}

import { standsForAll } from "../../../stack-file/hosts.ts";
import type { RoutePath } from "../routes.ts";
import type { ProtectedApp, ProtectedRoute } from "./view.ts";

/**
 * One app for each host. Several Ingresses of one host become one app with the name of the first. The app of a wildcard
 * also has the routes of all other wildcards that stand for its hosts.
 *
 * Pomerium tries the wildcards by the alphabet, and takes the first one that has the path. It tries no wildcard for a
 * host that an Ingress names, unless it has taken no Ingress with that host.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.0/config/envoyconfig/route_configurations.go
 */
export function byHost(apps: readonly ProtectedApp[]): Map<string, ProtectedApp> {
  const hosts = Map.groupBy(apps, ({ host }) => host);
  const own = new Map([...hosts].map(([host, same]) => [host, asOne(same)]));
  const wildcards = [...own.values()]
    .filter(({ host }) => host.startsWith("*"))
    .sort((one, other) => (one.host < other.host ? -1 : 1));
  return new Map(
    [...own].map(([host, app]) => [
      host,
      host.startsWith("*") || !hosts.get(host)!.some(isTaken) ? withWildcards(app, wildcards) : app,
    ]),
  );
}

/** Whether Pomerium serves an app as it is. Its routes can then be read, or they are expressions. */
const isTaken = ({ routes }: ProtectedApp): boolean =>
  routes.some(
    ({ authorization, beforePrefixes }) => beforePrefixes || authorization.unreadable === undefined,
  );

function withWildcards(app: ProtectedApp, wildcards: readonly ProtectedApp[]): ProtectedApp {
  const others = wildcards.filter(({ host }) => host !== app.host && standsForAll(host, app.host));
  if (others.length === 0) return app;
  // The host itself comes before all wildcards.
  const answering = wildcards.includes(app)
    ? wildcards.filter((one) => one === app || others.includes(one))
    : [app, ...others];
  const routes = answering.flatMap((other, turn) =>
    other.routes.map(({ own, ...route }): ProtectedRoute => {
      if (other === app) return { ...route, ...(own && { own }), turn };
      const { at = other.at } = route;
      return { ...route, turn, of: own === undefined ? other : { ...other, at, access: own.access } };
    }),
  );
  return { ...app, routes };
}

function asOne(apps: readonly ProtectedApp[]): ProtectedApp {
  const placed = ({ at, routes }: ProtectedApp): ProtectedRoute[] =>
    routes.map((route) => ({ at, ...route }));
  return apps.length === 1 ? apps[0]! : { ...apps[0]!, routes: withoutTies(apps.flatMap(placed)) };
}

/**
 * The routes of one host. Of two routes with the same path, their ids in Pomerium decide which one answers. So such a
 * path is unreadable if they let in different people.
 */
function withoutTies(routes: readonly ProtectedRoute[]): ProtectedRoute[] {
  const idOf = ({ path, exact }: RoutePath): string => `${exact} ${path}`;
  const all = routes
    .filter(({ beforePrefixes }) => !beforePrefixes)
    .flatMap((route) => route.paths.map((path) => ({ path, route })));
  const ties = [...Map.groupBy(all, ({ path }) => idOf(path))].filter(
    ([, same]) =>
      new Set(
        same.map(({ route: { authorization, hasClientAuthority } }) =>
          JSON.stringify([authorization, hasClientAuthority]),
        ),
      ).size > 1,
  );
  if (ties.length === 0) return [...routes];
  const tied = new Set(ties.map(([id]) => id));
  return [
    ...ties.map(([, same]): ProtectedRoute => {
      const broken = same.find(({ route }) => route.authorization.unreadable !== undefined)?.route;
      const places = [...new Set(same.flatMap(({ route }) => route.at ?? []))];
      const unreadable =
        broken?.authorization.unreadable ??
        `${places.join(" and ")} have the same host and path, and different access: Pomerium takes one by its name`;
      const at = broken?.at ?? places[0];
      return { paths: [same[0]!.path], authorization: { unreadable }, ...(at && { at }) };
    }),
    ...routes.flatMap((route) => {
      const paths = route.paths.filter((path) => route.beforePrefixes || !tied.has(idOf(path)));
      return paths.length > 0 ? [{ ...route, paths }] : [];
    }),
  ];
}

/**
 * The app that answers a host: the one with exactly this host, or else that of its narrowest wildcard. The latter also
 * has the routes of all wider wildcards.
 *
 * @param apps As {@link byHost} returns them.
 * @param host A host name. For a wildcard that no app has: the app that answers all its hosts.
 */
export function appOfHost(apps: ReadonlyMap<string, ProtectedApp>, host: string): ProtectedApp | undefined {
  const exact = apps.get(host);
  if (exact) return exact;
  let narrowest: ProtectedApp | undefined;
  for (const app of apps.values())
    if (standsForAll(app.host, host) && app.host.length > (narrowest?.host.length ?? 0)) narrowest = app;
  return narrowest;
}

import type { Policy } from "../../language/types.ts";
import type { Directory } from "../people.ts";
import { type Access, accessRoutes, type RoutePath } from "../routes.ts";

/** An app as far as access goes: where it answers and what Pomerium was told about it. */
export interface ProtectedApp {
  /** The app's key in the stack file; `namespace/name` of an Ingress read from a cluster. */
  name: string;
  /** Where the reader finds it: key path `apps.komga`, or `Ingress komga/komga`. */
  at: string;
  host: string;
  /** The nearest one answers a path; the host answers no other. */
  routes: readonly ProtectedRoute[];
  /** The access as the stack file states it; absent when only the deployed policies are known. */
  access?: Access;
  /** Release of Pomerium that answers, which decides how paths are read; the newest known when absent. */
  pomerium?: string;
}

/** An app of a checked stack file, as far as access goes. */
export interface DeclaredApp {
  name: string;
  /** Key path: `apps.komga`. */
  at: string;
  host: string;
  access: Access;
}

/** Some paths of a host, and what is asked of who calls them. */
export interface ProtectedRoute {
  paths: readonly RoutePath[];
  authorization: Protection;
  /** Where the reader finds the route, when it has a place of its own: `Ingress komga/komga-api`. */
  at?: string;
}

/**
 * What Pomerium was told; `unreadable` (a line for each problem) where that cannot be told, since it keeps
 * the last good version of a route that it cannot read.
 */
export type Protection =
  | { public: true; policy?: never; unreadable?: never }
  | { policy: Policy; public?: never; unreadable?: never }
  | { unreadable: string; public?: never; policy?: never };

/** Everything that answers on one cluster at one time, as the stack file or the cluster has it. */
export interface View {
  /** What the reader calls it: `now`, `HEAD~1`, `live`. */
  name: string;
  apps: readonly ProtectedApp[];
  /** People and groups, where a stack file gave them. */
  directory?: Directory;
}

/**
 * The apps of a checked stack file, with what Pomerium is told about each.
 *
 * @param pomerium Release of Pomerium, `v0.33.1`.
 */
export function appsOf(apps: readonly DeclaredApp[], pomerium?: string): ProtectedApp[] {
  return apps.map(({ name, at, host, access }) => ({
    name,
    at,
    host,
    access,
    routes: accessRoutes(access).filter((route) => route !== undefined),
    ...(pomerium === undefined ? {} : { pomerium }),
  }));
}

/** One app for each host: what several Ingresses say of one host counts together, under the first's name. */
export function byHost(apps: readonly ProtectedApp[]): Map<string, ProtectedApp> {
  const hosts = new Map<string, ProtectedApp>();
  for (const app of apps) {
    const other = hosts.get(app.host);
    const placed = ({ at, routes }: ProtectedApp): ProtectedRoute[] =>
      routes.map((route) => ({ at, ...route }));
    hosts.set(app.host, other ? { ...other, routes: [...placed(other), ...placed(app)] } : app);
  }
  return hosts;
}

/** Why something cannot be told about the app, one line for each problem. */
export function unreadable({ routes }: ProtectedApp): string[] {
  return routes.flatMap(({ authorization }) => authorization.unreadable?.split("\n") ?? []);
}

/**
 * The route that answers a path of its host: an exact path first, then the longest prefix, compared letter
 * by letter the way Envoy does. Of two with the same path the first given answers.
 *
 * @param path As Pomerium sees it, without its query.
 */
export function routeAt(routes: readonly ProtectedRoute[], path: string): ProtectedRoute | undefined {
  let best: ProtectedRoute | undefined;
  let rank = -1;
  for (const route of routes)
    for (const { path: own, exact } of route.paths) {
      if (exact ? path !== own : !path.startsWith(own)) continue;
      const length = exact ? Number.POSITIVE_INFINITY : own.length;
      if (length > rank) {
        best = route;
        rank = length;
      }
    }
  return best;
}

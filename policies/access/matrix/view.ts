import { asksForCertificates, type CertificateSettings } from "../../annotations/annotations.ts";
import type { PathSettings } from "../../language/evaluate/path.ts";
import type { Policy } from "../../language/types.ts";
import type { Directory } from "../people.ts";
import {
  type Access,
  type AppPath,
  accessRoutes,
  pathAuthorization,
  type RoutePath,
  routePaths,
} from "../routes.ts";

/** Pomerium's settings, as far as they decide about requests. */
export interface DecidingSettings extends PathSettings {
  /** Client certificates, and the authority of them. */
  downstreamMtls?: { ca?: string | undefined } | undefined;
}

/** An app as far as access is concerned: its host and its routes. */
export interface ProtectedApp {
  /** The app's key in the stack file; `namespace/name` of an Ingress read from a cluster. */
  name: string;
  /** Name of the whole app, where this is one of its paths. */
  pathOf?: string;
  /** The place of the app: key path `apps.komga`, or `Ingress komga/komga`. */
  at: string;
  host: string;
  /** {@link routeAt} says which one answers. A path without a route is not served. */
  routes: readonly ProtectedRoute[];
  /** The access according to the stack file. Absent if only the deployed policies are known. */
  access?: Access;
  /** Release of Pomerium, which decides how paths are read. Default: the newest known one. */
  pomerium?: string;
  /** Pomerium's settings. Absent if they are not known. */
  settings?: DecidingSettings | undefined;
  /** Whether only Pomerium reaches its pods. Absent if that is not known, or if the stack isolates no app. */
  isolated?: boolean;
}

/** An app of a checked stack file, as far as access is concerned. */
export interface DeclaredApp {
  name: string;
  /** Key in the stack file, which the hosts of one app share. Default: the name. */
  key?: string;
  /** Key path: `apps.komga`. */
  at: string;
  host: string;
  access: Access;
  /** Paths that have their own route. Default: none. */
  paths?: readonly AppPath[];
  /** Whether only Pomerium reaches its pods. Absent if the stack isolates no app. */
  isolated?: boolean;
  /** Settings of its routes. */
  route?: CertificateSettings;
}

/** Paths of a host, and what protects them. */
export interface ProtectedRoute {
  paths: readonly RoutePath[];
  authorization: Protection;
  /** The place of the route if it is not the app's: `Ingress komga/komga-api`, `apps.wiki.paths["/admin"]`. */
  at?: string;
  /** The path of the stack file that has its own access. Absent for all other routes. */
  own?: { path: string; access: Access };
  /** Whether it asks for client certificates of an authority that `settings` do not name. Default: no. */
  hasClientAuthority?: boolean;
  /** Its paths are expressions: Pomerium tries them after all exact paths of the host and before all prefixes. */
  beforePrefixes?: true;
  /** The app that has the route, where a host also has the routes of other wildcards. Absent for the app's own. */
  of?: ProtectedApp;
  /** Place of the route's wildcard among all that stand for the host, in whose order routes are. Default: 0. */
  turn?: number;
}

/**
 * The protection of a route. `unreadable` (one line for each problem): Pomerium cannot read the route and still serves
 * the last version that it could read.
 */
export type Protection =
  | { public: true; policy?: never; unreadable?: never }
  | { policy: Policy; public?: never; unreadable?: never }
  | { unreadable: string; public?: never; policy?: never };

/** All apps of one cluster at one time, according to a stack file or to the cluster. */
export interface View {
  /** Name for the reader: `now`, `HEAD~1`, `live`. */
  name: string;
  apps: readonly ProtectedApp[];
  /** People and groups, if a stack file names them. */
  directory?: Directory;
  /** Finds the app file that has a key path; undefined for the stack file. Absent if no file is known. */
  fileOf?: (keyPath: string) => string | undefined;
}

/**
 * The apps of a checked stack file with their routes.
 *
 * @param pomerium Release of Pomerium, `v0.33.1`.
 * @param settings Pomerium's settings. Default: not known.
 */
export function appsOf(
  apps: readonly DeclaredApp[],
  pomerium?: string,
  settings?: DecidingSettings,
): ProtectedApp[] {
  return apps.map(({ name, at, host, access, paths = [], isolated, route }) => ({
    name,
    at,
    host,
    access,
    routes: [
      ...accessRoutes(access).flatMap((each) =>
        each === undefined ? [] : { ...each, ...authorityOf(route) },
      ),
      ...paths.map((path) => ({
        paths: routePaths(path),
        authorization: pathAuthorization(path, access),
        ...(path.access === undefined ? {} : { at: path.at, own: { path: path.path, access: path.access } }),
        ...authorityOf(path.route),
      })),
    ],
    ...(pomerium === undefined ? {} : { pomerium }),
    ...(settings === undefined ? {} : { settings }),
    ...(isolated === undefined ? {} : { isolated }),
  }));
}

const authorityOf = (route: CertificateSettings | undefined): Pick<ProtectedRoute, "hasClientAuthority"> =>
  asksForCertificates(route) ? { hasClientAuthority: true } : {};

/** The place and the access that decide at a route: its own, or the app's. */
export function sourceOf(
  app: ProtectedApp,
  route: ProtectedRoute | undefined,
): Pick<ProtectedApp, "at" | "access"> {
  if (route?.own === undefined) return route?.of ?? app;
  return { at: route.at ?? app.at, access: route.own.access };
}

/** The route that answers a request's path, which may have a query. */
export function routeFor(app: ProtectedApp, path: string): ProtectedRoute | undefined {
  return routeAt(app.routes, path.split("?")[0]!);
}

/** Why routes of the app cannot be read: one line for each problem. */
export function unreadable({ routes }: Pick<ProtectedApp, "routes">): string[] {
  return routes.flatMap(({ authorization }) => authorization.unreadable?.split("\n") ?? []);
}

/** The app that answers a path of a host: the host's own, or that of another wildcard. */
export function answererAt(app: ProtectedApp, path: string): ProtectedApp {
  return routeFor(app, path)?.of ?? app;
}

/**
 * The route that answers a path: an exact path, then one of expressions, then the longest prefix. Paths are compared
 * letter by letter, as Envoy does. Of two routes with the same path, the first answers: they let in the same people.
 * Of several wildcards, the first one with a route for the path answers.
 *
 * @param path Path as routes see it, without its query.
 */
export function routeAt(routes: readonly ProtectedRoute[], path: string): ProtectedRoute | undefined {
  let best: ProtectedRoute | undefined;
  let rank = -1;
  for (const route of routes) {
    if (best && (route.turn ?? 0) > (best.turn ?? 0)) return best;
    for (const { path: own, exact } of route.paths) {
      if (exact ? path !== own : !path.startsWith(own)) continue;
      const length = exact
        ? Number.POSITIVE_INFINITY
        : route.beforePrefixes
          ? Number.MAX_SAFE_INTEGER
          : own.length;
      if (length > rank) {
        best = route;
        rank = length;
      }
    }
  }
  return best;
}

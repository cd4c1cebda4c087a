import { signedIn } from "../../policies/access/principals.ts";
import { type Access, accessRoutes, covers, openPathsOf } from "../../policies/access/routes.ts";
import type { Route } from "../../policies/annotations/annotations.ts";
import type { ServiceBackend } from "./ingress.ts";
import type { PathConfig } from "./paths.ts";

/** A path of the host that a route answers. The site is `/`. */
export interface Place {
  path: string;
  exact: boolean;
  service: ServiceBackend;
  access: Access;
  route: Route;
  /** Key path of the route settings. */
  at: string;
}

/** An app, as far as its places depend on it. */
export interface PlacedApp {
  service: ServiceBackend;
  access: Access;
  route: Route;
  paths: readonly PathConfig[];
  at: string;
}

/** The site of an app, its open paths and its paths. */
export function placesOf({ service, access, route, paths, at }: PlacedApp): Place[] {
  const own = { service, route, at: `${at}.route` };
  const opened = accessRoutes(access)[1]?.authorization;
  const open: Access =
    opened === undefined || opened.public ? { kind: "public" } : { kind: "policy", policy: opened.policy };
  return [
    { path: "/", exact: false, access, ...own },
    ...openPathsOf(access).map(({ path, exact = false }) => ({ path, exact, access: open, ...own })),
    ...paths.map((path) => ({
      path: path.path,
      exact: path.exact ?? false,
      service: path.service,
      access: path.access ?? access,
      route: path.route,
      at: rewriteOf(path.route) === rewriteOf(route) ? own.at : `${path.at}.route`,
    })),
  ];
}

export const serviceOf = ({ service }: Place): string => `${service.name}:${service.port}`;

/** The rewrite of a route, for comparisons. */
export const rewriteOf = (route: Route): string =>
  JSON.stringify([route.prefix_rewrite, route.regex_rewrite_pattern, route.regex_rewrite_substitution]);

/** The place that answers a path. */
export function ownerOf(path: string, places: readonly Place[]): Place | undefined {
  return places
    .filter((place) => covers(place, path))
    .toSorted((one, other) => other.path.length - one.path.length)[0];
}

/** Whether an access may let in somebody whom the other one keeps out. */
export function letsInOthers(access: Access, other: Access): boolean {
  if (other.kind === "public" || JSON.stringify(access) === JSON.stringify(other)) return false;
  if (access.kind === "apiOnly") return false;
  if (access.kind !== "people" || other.kind !== "people") return true;
  const principals = new Set(other.people.map(({ principal }) => principal));
  return (
    (!principals.has(signedIn) && access.people.some(({ principal }) => !principals.has(principal))) ||
    (other.from.length > 0 && JSON.stringify(access.from) !== JSON.stringify(other.from))
  );
}

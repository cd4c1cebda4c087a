import type { CertificateSettings } from "../annotations/annotations.ts";
import type { Criterion, Policy } from "../language/types.ts";
import type { Grant } from "./people.ts";
import { claimOf, domainOf, isPerson, type Principal, signedIn } from "./principals.ts";

/** Who may reach an app. Exactly one kind, so an app is never public and under a policy at once. */
export type Access = People | ApiOnly | Public | RawPolicy;

/** People who have signed in, by address, domain or claim. Callers of the paths in `api` need no session. */
export interface People {
  kind: "people";
  people: readonly Grant[];
  /** Paths that anybody may call without signing in, because the app itself checks credentials there. */
  api: readonly ApiPath[];
  /** Networks (IP or CIDR) outside which nobody passes; empty means anywhere. */
  from: readonly string[];
}

/** No human passes; only the API paths are open. */
export interface ApiOnly {
  kind: "apiOnly";
  api: readonly ApiPath[];
  from: readonly string[];
}

/** Everybody passes, signed in or not. */
export interface Public {
  kind: "public";
}

/** A hand-written policy in Pomerium's language. */
export interface RawPolicy {
  kind: "policy";
  policy: Policy;
}

/**
 * A path that is open to anonymous callers. `/api` means `/api` itself and everything below `/api/`, but not
 * `/apixyz`. With `exact` it means the path alone.
 */
export interface ApiPath {
  path: string;
  exact?: boolean;
  /** Why the app needs it open; reports show it. */
  reason?: string;
}

/** Paths of an access that anybody may call. */
export function openPathsOf(access: Access | undefined): readonly ApiPath[] {
  return access?.kind === "people" || access?.kind === "apiOnly" ? access.api : [];
}

/** Paths of an app that anybody may call, its own public paths included. */
export function allOpenPaths<P extends Pick<AppPath, "path" | "exact" | "access">>({
  access,
  paths = [],
}: {
  access: Access;
  paths?: readonly P[];
}): (ApiPath | P)[] {
  return [...openPathsOf(access), ...paths.filter((path) => path.access?.kind === "public")];
}

/** Networks outside which an access lets nobody pass; none means anywhere. */
export function networksOfAccess(access: Access | undefined): readonly string[] {
  return access?.kind === "people" || access?.kind === "apiOnly" ? access.from : [];
}

/** Those whom an access names. */
export function principalsOf(access: Access | undefined): Principal[] {
  return access?.kind === "people" ? access.people.map(({ principal }) => principal) : [];
}

/** The authorization of a route: a policy, or public. */
export type Authorization = { public: true } | { public?: never; policy: Policy };

/** A path of a route. A prefix is compared letter by letter: `/foo` also matches `/foobar`. */
export interface RoutePath {
  path: string;
  exact: boolean;
}

/** Paths of a host, and who may pass there. */
export interface AccessRoute {
  paths: readonly RoutePath[];
  authorization: Authorization;
}

/** A path of an app that Pomerium treats apart from the rest: `/admin` itself and everything below `/admin/`. */
export interface AppPath {
  path: string;
  /** The path alone, nothing below it. Default: false. */
  exact?: boolean;
  /** Key path: `apps.wiki.paths["/admin"]`. */
  at: string;
  /** Who may pass there. Default: whoever passes at the rest of the app. */
  access?: Access;
  /** Settings of its route. */
  route?: CertificateSettings;
}

/** A policy that lets nobody pass. An empty policy looks like a mistake; this one does not. */
const nobody: Policy = [{ allow: { or: [{ reject: true }] } }];

/**
 * The access as Pomerium's routes: the host as a whole, and apart from it the paths that are open to anybody.
 *
 * The open paths are a separate route, not a criterion of the policy. Pomerium compares `http_path` with every text of
 * a request, its query included: `/admin?/api/` would pass wherever `/api/` does. It chooses a route by the path alone.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.1/pkg/policy/criteria/http_path.go
 * @throws RangeError for the open path `/`, which would be the whole app.
 */
export function accessRoutes(access: Access): [site: AccessRoute, open?: AccessRoute] {
  const site = (authorization: Authorization): AccessRoute => ({
    paths: [{ path: "/", exact: false }],
    authorization,
  });
  switch (access.kind) {
    case "public":
      return [site({ public: true })];
    case "policy":
      return [site({ policy: access.policy })];
    case "people":
    case "apiOnly": {
      const criteria = access.kind === "people" ? criteriaFor(access.people) : [];
      const people: Policy = criteria.length > 0 ? [{ allow: { or: criteria } }] : nobody;
      const whole = site({ policy: within(access.from, people) });
      if (access.api.length === 0) return [whole];
      const anybody: Authorization =
        access.from.length > 0
          ? { policy: within(access.from, [{ allow: { or: [{ accept: true }] } }]) }
          : { public: true };
      return [whole, { paths: withoutRepeats(access.api.flatMap(routePaths)), authorization: anybody }];
    }
  }
}

/** One criterion for all addresses, one for all domains, and one for each claim; one alone for everybody who signs in. */
function criteriaFor(people: readonly Grant[]): Criterion[] {
  const principals = people.map(({ principal }) => principal);
  if (principals.includes(signedIn)) return [{ authenticated_user: true }];
  const addresses = principals.filter(isPerson);
  const domains = principals.flatMap((principal) => domainOf(principal) ?? []);
  return [
    ...(addresses.length > 0 ? [{ email: { in: addresses } }] : []),
    ...(domains.length > 0 ? [{ domain: { in: domains } }] : []),
    ...principals.flatMap((principal): Criterion[] => {
      const claim = claimOf(principal);
      return claim === undefined ? [] : [{ [`claim/${claim.path}`]: claim.value }];
    }),
  ];
}

/** Who may pass at a path of an app. */
export function pathAuthorization({ access }: Pick<AppPath, "access">, app: Access): Authorization {
  return accessRoutes(access ?? app)[0].authorization;
}

/** The route paths of a path of the stack file. A plain prefix `/api` would also be that of `/apixyz`. */
export function routePaths({ path, exact = false }: Pick<ApiPath, "path" | "exact">): RoutePath[] {
  if (exact) return [{ path, exact }];
  if (path === "/") throw new RangeError("the open path / would be the whole app");
  const bare = path.replace(/\/$/, "");
  return [
    { path: bare, exact: true },
    { path: `${bare}/`, exact: false },
  ];
}

/**
 * Each path once, as a prefix if it is one. Pomerium refuses a whole Ingress that names a path twice, also with two
 * types. `/api` and `/api/` of the stack file both stand for the path `/api`.
 *
 * @see https://github.com/pomerium/ingress-controller/blob/v0.33.1/pomerium/route_list.go toMap
 */
function withoutRepeats(paths: readonly RoutePath[]): RoutePath[] {
  return [...Map.groupBy(paths, ({ path }) => path).values()].map(
    (same) => same.find(({ exact }) => !exact) ?? same[0]!,
  );
}

/**
 * Whether a path of the stack file stands for the path of a request: the one rule, which {@link routePaths} writes as
 * routes. Letters count with their case, as in Envoy; `/api` and `/api/` both stand for `/api` itself and everything
 * below `/api/`. `/` stands for the whole app.
 *
 * @param asked As routes see it, without its query.
 */
export function covers({ path, exact = false }: Pick<ApiPath, "path" | "exact">, asked: string): boolean {
  if (exact) return asked === path;
  const bare = path.replace(/\/$/, "");
  return asked === bare || asked.startsWith(`${bare}/`);
}

/** Adds the networks as a deny rule, because deny wins over every allow rule. */
function within(networks: readonly string[], policy: Policy): Policy {
  return networks.length === 0 ? policy : [...policy, { deny: { not: [{ source_ip: [...networks] }] } }];
}

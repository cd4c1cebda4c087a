import { z } from "zod";
import { unknownPathKey } from "../../policies/access/api-paths.ts";
import {
  type AccessContext,
  type AccessInput,
  accessSchema,
  resolveAccess,
} from "../../policies/access/config.ts";
import { withAuthority } from "../../policies/access/consent.ts";
import { isOpenAt } from "../../policies/access/matrix/opens.ts";
import { isOwnPath } from "../../policies/access/own-paths.ts";
import { type Access, type AppPath, openPathsOf } from "../../policies/access/routes.ts";
import { type Route, routeSchema } from "../../policies/annotations/annotations.ts";
import { checkRoute, routeWarnings, unknownAnnotation } from "../../policies/annotations/check.ts";
import { apiPath } from "../../policies/catalogue/config.ts";
import { newestRelease } from "../../policies/language/releases.ts";
import { text, unknownKeys } from "../../stack-file/fields.ts";
import { keyPath, type PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { isPathless, type ServiceBackend } from "./ingress.ts";
import { serviceSchema } from "./service.ts";

/** A path of an app with everything that its route needs. */
export interface PathConfig extends AppPath {
  service: ServiceBackend;
  route: Route;
}

const pathSchema = z
  .strictObject({
    exact: z.boolean().optional().describe("The path alone, nothing below it. Default: false."),
    service: serviceSchema
      .optional()
      .describe("Where Pomerium sends the requests of this path. Default: the app's Service."),
    access: accessSchema
      .optional()
      .describe(
        "Who may reach this path, in place of the app's access. `public` opens it to anybody, as the app's open API paths are. Default: the app's access.",
      ),
    route: routeSchema
      .register(unknownKeys, { explain: (name) => unknownAnnotation(name, newestRelease) })
      .optional()
      .describe(
        "Route settings of this path, over those of the app. A path that has its own Service begins without any.",
      ),
  })
  .register(unknownKeys, { explain: unknownPathKey });

/** A path of a host, apart from the app itself. */
export const pathKey = text(
  (value) => value !== "/" && apiPath.safeParse(value).success,
  (value) =>
    value === "/"
      ? "is the app itself: write its Service, access and route settings at the app"
      : (apiPath.safeParse(value).error?.issues[0]?.message ?? ""),
);

export const pathsSchema = z
  .record(pathKey, pathSchema)
  .default({})
  .describe(
    "Paths of the host that have their own Service, access or route settings: `/admin` is /admin and everything below /admin/. The longest path answers. Default: none.",
  )
  .meta({
    examples: [
      {
        "/admin": { access: "admins" },
        "/hub": { service: { name: "hub", port: 3012 }, route: { allow_websockets: true } },
      },
    ],
  });

type PathsInput = z.output<typeof pathsSchema>;

/** The app as far as its paths depend on it. Its access is undefined if it has a mistake. */
export interface PathOwner {
  hosts: readonly string[];
  service: ServiceBackend;
  access: Access | undefined;
  route: Route;
  /** Pomerium's release tag. */
  version: string | undefined;
}

/** Resolves the paths of an app. */
export function resolvePaths(
  inputs: PathsInput,
  at: readonly PathPart[],
  app: PathOwner,
  context: AccessContext,
  report: Report,
): PathConfig[] {
  const paths = Object.entries(inputs).flatMap(([path, input]): PathConfig[] => {
    const here = [...at, path];
    if (input.service === undefined && input.access === undefined && input.route === undefined)
      report.problem(here, "says nothing of its own: name a service, an access or route settings");
    const base = input.service === undefined ? app.route : {};
    const own = withAuthority(context, { ...base, ...input.route });
    if (input.access === undefined) checkInheritedAccess(here, app, own, context, report);
    const access =
      input.access === undefined
        ? undefined
        : resolvePathAccess(input.access, [...here, "access"], app, path, own, report);
    const effective = access ?? app.access;
    const route: Route = {
      ...(effective?.kind === "people" ? { pass_identity_headers: true } : {}),
      ...base,
      ...input.route,
    };
    checkPathRoute(route, input, here, app.version, report);
    if (isOwnPath(path))
      report.warning(here, "has no effect: Pomerium answers this path itself on every host");
    return [
      {
        path,
        ...(input.exact ? { exact: true } : {}),
        at: keyPath(here),
        service: input.service ?? app.service,
        ...(access === undefined ? {} : { access }),
        route,
      },
    ];
  });
  checkOverlaps(paths, app.access, at, report);
  return paths;
}

/**
 * A path without its own access has the app's policy. A rule of it about invalid client certificates depends on the
 * authority of the path's route.
 *
 * @param own The context of the path.
 */
function checkInheritedAccess(
  at: readonly PathPart[],
  { access, route }: PathOwner,
  own: AccessContext,
  context: AccessContext,
  report: Report,
): void {
  if (access?.kind !== "policy") return;
  const { policy } = access;
  if (isOpenAt(policy, own) && !isOpenAt(policy, withAuthority(context, route)))
    report.problem(
      at,
      "is public, and the app is not: the app's policy has a rule about client certificates, and the routes have different values of tls_downstream_client_ca_secret; write the app's value under `route` here, or give the path its own access",
    );
}

/**
 * Who may reach a path. The open paths of an app are for its whole host, so a path has none. A public path needs the
 * consent that a public app needs, unless its app is public already.
 */
function resolvePathAccess(
  input: AccessInput,
  at: readonly PathPart[],
  { hosts, access }: Pick<PathOwner, "hosts" | "access">,
  path: string,
  context: AccessContext,
  report: Report,
): Access | undefined {
  if (input === "public" && access?.kind === "public") return { kind: "public" };
  if (typeof input === "object") {
    for (const key of ["api", "apiOnly"] as const)
      if (key in input) {
        report.problem(
          [...at, key],
          "belongs to the app's access; to open a path, write it under `paths` with `access: public`",
        );
        return undefined;
      }
  }
  return resolveAccess(input, at, { hosts, path }, context, report);
}

function checkPathRoute(
  route: Route,
  input: PathsInput[string],
  at: readonly PathPart[],
  version: string | undefined,
  report: Report,
): void {
  if (isPathless(route))
    report.problem([...at, "route"], "is a stream of bytes (tcp, udp, ssh), which has no paths");
  if (version === undefined || input.route === undefined) return;
  const base = keyPath([...at, "route"]);
  for (const problem of checkRoute(route, version))
    report.problemAt(`${base}.${problem.at}`, problem.message);
  for (const warning of routeWarnings(input.route))
    report.warningAt(`${base}.${warning.at}`, warning.message);
  const { prefix_rewrite: rewrite } = input.route;
  if (rewrite !== undefined && !input.exact && !rewrite.endsWith("/"))
    report.problem(
      [...at, "route", "prefix_rewrite"],
      `turns ${at.at(-1)}/x into ${rewrite}x, because it replaces the path with its slash; write ${rewrite}/`,
    );
}

/** With two routes for one path, it would be uncertain which of them answers. */
function checkOverlaps(
  paths: readonly PathConfig[],
  access: Access | undefined,
  at: readonly PathPart[],
  report: Report,
): void {
  const bare = (path: string): string => path.replace(/\/$/, "");
  for (const [i, { path }] of paths.entries()) {
    const twin = paths.slice(0, i).find((other) => bare(other.path) === bare(path));
    if (twin !== undefined)
      report.problem([...at, path], `is the same path as ${twin.path}: keep one of them`);
  }
  const open = openPathsOf(access);
  for (const { path, exact } of paths)
    for (const { path: api } of open)
      if (bare(api) === bare(path) || (!exact && api.startsWith(`${bare(path)}/`)))
        report.problem(
          [...at, path],
          `the app's access opens ${api}, which lies here; write ${api} under \`paths\` with \`access: public\`, and take it out of the app's open paths`,
        );
}

import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { lintPolicy } from "../language/lint.ts";
import { behaves, newestRelease } from "../language/releases.ts";
import type { DeclaredApp } from "./matrix/view.ts";
import { type Access, accessRoutes, allOpenPaths } from "./routes.ts";

type LintedApp = Pick<DeclaredApp, "name" | "access" | "paths">;

/**
 * Reports parts of the apps' policies that Pomerium accepts, but that do not do what they seem to do.
 *
 * @param version Pomerium's tag.
 */
export function lintPolicies(apps: readonly LintedApp[], version: string, report: Report): void {
  // A policy from refused values would only repeat their problems.
  const clean = report.problems.length === 0;
  const places = apps.flatMap(({ name, access, paths = [] }) => [
    { access, at: ["apps", name, "access"] },
    ...paths.flatMap((path) =>
      path.access === undefined
        ? []
        : [{ access: path.access, at: ["apps", name, "paths", path.path, "access"] }],
    ),
  ]);
  for (const { access, at } of places)
    if (clean || access.kind === "policy") lintAccess(access, at, version, report);
  if (clean) warnOfEscapedSlashes(apps, version, report);
}

function lintAccess(access: Access, at: readonly PathPart[], version: string, report: Report): void {
  const [{ authorization }] = accessRoutes(access);
  if (authorization.public) return;
  const written = access.kind === "policy";
  // Capitals and the addresses of callers have warnings at their own keys of the stack file. That a domain covers a
  // person too is no mistake there.
  const options = { pomerium: version, ...(written ? { clientAddresses: "proxied" as const } : {}) };
  for (const { code, severity, message, where, fix } of lintPolicy(authorization.policy, options)) {
    if (!written && ["capitals", "shadowed"].includes(code)) continue;
    const place = written ? [...at, "policy"] : at;
    const text = written ? `${where}: ${message}; ${fix}` : message;
    if (severity === "error") report.problem(place, text);
    else report.warning(place, text);
  }
}

/** Warns of releases in which a path below an open one can be another path to the app. */
function warnOfEscapedSlashes(apps: readonly LintedApp[], version: string, report: Report): void {
  if (behaves(version, "strictRequests")) return;
  const open = apps.flatMap((app) => {
    const prefix = allOpenPaths(app).find(({ exact }) => !exact);
    return prefix === undefined ? [] : [{ name: app.name, path: prefix.path.replace(/\/$/, "") }];
  });
  const [first] = open;
  if (first === undefined) return;
  const names = open.map(({ name }) => name).join(", ");
  report.warning(
    ["pomerium", "version"],
    `${version} keeps escaped slashes: ${first.path}/..%2fadmin is below an open path, and many apps read it as /admin; this concerns ${names}; use ${newestRelease}`,
  );
}

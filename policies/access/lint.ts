import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { lintPolicy } from "../language/lint.ts";
import type { DeclaredApp } from "./matrix/view.ts";
import { type Access, accessRoutes } from "./routes.ts";

/**
 * What Pomerium would accept of the apps' policies although it does not do what it seems to.
 *
 * @param version Pomerium's tag.
 */
export function lintPolicies(
  apps: readonly Pick<DeclaredApp, "name" | "access">[],
  version: string,
  report: Report,
): void {
  // A policy made of what has been refused would only say so again.
  const clean = report.problems.length === 0;
  for (const { name, access } of apps)
    if (clean || access.kind === "policy") lintAccess(access, ["apps", name, "access"], version, report);
}

function lintAccess(access: Access, at: readonly PathPart[], version: string, report: Report): void {
  const [{ authorization }] = accessRoutes(access);
  if (authorization.public) return;
  const written = access.kind === "policy";
  // What `from` says of callers' addresses is told at its own key.
  const options = { pomerium: version, ...(written ? { clientAddresses: "proxied" as const } : {}) };
  for (const { severity, message, where, mend } of lintPolicy(authorization.policy, options)) {
    const place = written ? [...at, "policy"] : at;
    const text = written ? `${where}: ${message}; ${mend}` : message;
    if (severity === "error") report.problem(place, text);
    else report.warning(place, text);
  }
}

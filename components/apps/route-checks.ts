import type { Route } from "../../policies/annotations/annotations.ts";
import { checkRoute, routeWarnings } from "../../policies/annotations/check.ts";
import { keyPath, type PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";

/**
 * Checks the settings of an app's route.
 *
 * @param route All settings: those of the stack file over those of the catalogue.
 * @param own The settings that the stack file has.
 * @param where Key path of the app, and Pomerium's release. Without a release, what depends on it is not checked.
 */
export function checkAppRoute(
  route: Route,
  own: Route | undefined,
  { at, version }: { at: readonly PathPart[]; version?: string | undefined },
  report: Report,
): void {
  if (version !== undefined) {
    const base = keyPath([...at, "route"]);
    for (const problem of checkRoute(route, version))
      report.problemAt(`${base}.${problem.at}`, problem.message);
    for (const warning of routeWarnings(route)) report.warningAt(`${base}.${warning.at}`, warning.message);
  }
  for (const key of ["ssh_upstream", "upstream_tunnel"] as const)
    if (own?.[key])
      report.problem(
        [...at, "route", key],
        "needs an SSH listener, host keys and a certificate authority for users in Pomerium's settings, and this program sets up none of them",
      );
  if (own?.pass_identity_headers && !removesClaims(own))
    report.warning(
      [...at, "route", "pass_identity_headers"],
      `a caller's own X-Pomerium-Claim-* headers reach the app unchanged; an app that trusts them instead of the signed X-Pomerium-Jwt-Assertion needs remove_request_headers: [${claimHeader}Email]`,
    );
}

/** Only if its settings name claims for these headers, Pomerium sets them, and removes those of a caller. */
const claimHeader = "X-Pomerium-Claim-";

function removesClaims({ remove_request_headers = [] }: Route): boolean {
  return remove_request_headers.some((name) => name.toLowerCase().startsWith(claimHeader.toLowerCase()));
}

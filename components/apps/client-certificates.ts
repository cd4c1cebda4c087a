import { openPathsOf } from "../../policies/access/routes.ts";
import { asksForCertificates } from "../../policies/annotations/annotations.ts";
import type { Report } from "../../stack-file/problems.ts";
import type { PlacedApp } from "./places.ts";

/**
 * Warns of open places whose route asks for client certificates. Pomerium refuses callers without one there before it
 * looks at the policy, unless its settings leave client certificates to the policies.
 *
 * @param hasSettings Whether `pomerium.settings.downstreamMtls` is there. Then it has a warning of its own, if it needs one.
 * @see https://github.com/pomerium/pomerium/blob/v0.33.0/authorize/authorize.go newPolicyEvaluator
 */
export function warnOfClientCertificates(
  apps: readonly (PlacedApp & { name: string; key: string })[],
  hasSettings: boolean,
  report: Report,
): void {
  if (hasSettings) return;
  // The further hosts of an app have no entry in the file.
  for (const app of apps.filter(({ name, key }) => name === key)) {
    const key = "tls_downstream_client_ca_secret";
    const own = { at: `${app.at}.route`, route: app.route };
    const site = app.access.kind === "public" ? ["/"] : [];
    const open = [
      ...[...site, ...openPathsOf(app.access).map(({ path }) => path)].map((path) => ({ path, ...own })),
      ...app.paths
        .filter(({ access }) => (access ?? app.access).kind === "public")
        .map(({ path, route, at }) => ({
          ...{ path, route },
          // A path without its own Service begins with the settings of its app.
          at: route[key] === app.route[key] ? own.at : `${at}.route`,
        })),
    ];
    const closed = open.filter(({ route }) => asksForCertificates(route));
    for (const [at, places] of Map.groupBy(closed, ({ at }) => at))
      report.warningAt(
        `${at}.${key}`,
        `refuses every caller without a valid client certificate, also at ${places.map(({ path }) => path).join(", ")}, which anybody may call; the access matrix does not show that. To leave it to the policies, write \`downstreamMtls: {enforcement: policy}\` under pomerium.settings`,
      );
  }
}

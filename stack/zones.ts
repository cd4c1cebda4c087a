import type { AppConfig, AppContext, AppInput } from "../components/apps/config.ts";
import { inNoZone, zoneOf } from "../stack-file/hosts.ts";
import type { Report } from "../stack-file/problems.ts";

/**
 * Reports hosts outside of all zones, and zones without a host. Hosts that are derived from the domain are reported once,
 * at the domain. Each app reports its own host.
 */
export function checkZones(
  apps: ReadonlyMap<string, AppInput>,
  resolved: readonly AppConfig[],
  { domain, zones, authenticateHost }: AppContext,
  signInHostIsNamed: boolean,
  report: Report,
): void {
  if (zones === undefined || domain === undefined) return;
  const defaulted = [...apps.values()].some(
    ({ host, tls }) => host === undefined && !(tls !== undefined && "existing" in tls),
  );
  if ((defaulted || !signInHostIsNamed) && zoneOf(domain, zones) === undefined)
    report.problem(["domain"], inNoZone(domain));
  if (signInHostIsNamed && authenticateHost !== undefined && zoneOf(authenticateHost, zones) === undefined)
    report.problem(["pomerium", "authenticateHost"], inNoZone(authenticateHost));
  const used = new Set(resolved.map((app) => app.zone));
  if (authenticateHost !== undefined) used.add(zoneOf(authenticateHost, zones) ?? "");
  for (const zone of zones)
    if (!used.has(zone)) report.warning(["certificates", "zones", zone], "no host is in this zone");
}

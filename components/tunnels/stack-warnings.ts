import { depth, zoneOf } from "../../stack-file/hosts.ts";
import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import type { Cluster } from "../cluster/config.ts";
import type { TunnelApp, TunnelStack } from "./carried-hosts.ts";
import type { TunnelConfig } from "./config.ts";
import { zoneNames } from "./dns-zones.ts";
import type { CheckedApp } from "./past-pomerium.ts";
import { firstHosts } from "./stack-checks.ts";

/** Warns about settings that are allowed, but do not work through a tunnel in the long run. */
export function warnOfTunnels<App extends Pick<CheckedApp, keyof TunnelApp | "key" | "at">>(
  {
    tunnels,
    apps,
    cluster,
    certificates,
    pomerium,
  }: Omit<TunnelStack, "apps"> & { apps: readonly App[]; cluster: Pick<Cluster, "exposure"> },
  known: (app: App) => { streaming?: boolean; uploads?: boolean },
  report: Report,
): void {
  const zones = Object.keys(certificates.zones);
  const warnOfDepth = ({ zoneId }: Pick<TunnelConfig, "zoneId">, host: string, at: PathPart[]): void => {
    const zone = zoneOf(host, zoneNames(zoneId, zones));
    if (zone !== undefined && depth(host, zone) > 1)
      report.warning(
        at,
        `${host} is more than one level below ${zone}: Cloudflare's own certificate does not cover it, browsers will refuse it`,
      );
  };
  for (const tunnel of tunnels) {
    if (tunnel.authenticate)
      warnOfDepth(tunnel, pomerium.authenticateHost, ["tunnels", tunnel.name, "authenticate"]);
    for (const [i, { hostname }] of tunnel.extraRules.entries())
      if (hostname !== undefined)
        warnOfDepth(tunnel, hostname, ["tunnels", tunnel.name, "extraRules", i, "hostname"]);
    for (const name of tunnel.apps) {
      const app = apps.find((candidate) => candidate.name === name);
      if (app === undefined) continue;
      // The further hosts of an app have no entry in the file.
      const at = ["tunnels", tunnel.name, "apps", Math.max(0, tunnel.apps.indexOf(app.key))];
      warnOfDepth(tunnel, app.host, at);
      if (app.name !== app.key) continue;
      const { streaming, uploads } = known(app);
      if (streaming)
        report.warning(at, `${name} streams media, which Cloudflare's terms for its free plan do not allow`);
      if (uploads)
        report.warning(
          at,
          `${name} receives large files, and Cloudflare refuses requests of more than 100 MB on its free plan`,
        );
    }
    if (tunnel.tunnelId === undefined && tunnel.connector === undefined)
      report.warning(
        ["tunnels", tunnel.name],
        "is a new tunnel that nothing connects to: set `connector: {}`, or run cloudflared with its token",
      );
  }
  const carried = new Set(tunnels.flatMap((tunnel) => tunnel.apps));
  for (const app of firstHosts(apps))
    if (app.migrated !== undefined && !carried.has(app.name))
      report.warningAt(`${app.at}.migrated`, "has no effect: no tunnel carries this app");
  if (cluster.exposure !== "tunnelOnly") return;
  for (const app of firstHosts(apps))
    if (!carried.has(app.name))
      report.warningAt(app.at, "no tunnel carries this app, and nothing else leads to the cluster");
  if (!tunnels.some((tunnel) => tunnel.authenticate))
    report.warning(
      ["tunnels"],
      "no tunnel carries the sign-in pages, and nothing else leads to the cluster: set `authenticate: true` on one",
    );
}

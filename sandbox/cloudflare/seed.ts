import { zoneIdOf } from "../../components/tunnels/dns-zones.ts";
import { tunnelTarget } from "../../components/tunnels/live.ts";
import type { Rule } from "../../components/tunnels/rules.ts";
import type { Stack } from "../../stack/stack.ts";
import type { CloudflareSeed } from "./account.ts";

/**
 * The Cloudflare account before the migration. It has the tunnels that the stacks take over, with hand-made
 * rules for ingress-nginx, and the CNAMEs that the dashboard made for these rules. Hosts without a
 * former nginx Ingress are missing.
 */
export function accountBefore(stacks: readonly Stack[]): CloudflareSeed {
  const seed: CloudflareSeed = { zones: [], tunnels: [], records: [] };
  for (const { apps, tunnels, ingressNginx } of stacks)
    for (const { tunnelId, accountId, zoneId, name, apps: carried } of tunnels) {
      const served = apps.filter((app) => carried.includes(app.name) && app.migrated !== true);
      const first = apps.find((app) => carried.includes(app.name))?.zone ?? "example.org";
      const zones = typeof zoneId === "string" ? { [first]: zoneId } : zoneId;
      for (const [zone, zoneId] of Object.entries(zones))
        if (!seed.zones.some(({ id }) => id === zoneId)) seed.zones.push({ id: zoneId, name: zone });
      if (tunnelId === undefined) continue;
      const ingress = served.flatMap(({ host }) =>
        rulesByHand(host, ingressNginx?.address ?? "192.168.0.151"),
      );
      seed.tunnels.push({
        id: tunnelId,
        accountId,
        name,
        config: { ingress: [...ingress, { service: "http_status:404" }], "warp-routing": { enabled: false } },
      });
      for (const { host } of served)
        seed.records.push({
          zoneId: zoneIdOf(zoneId, host)!,
          name: host,
          type: "CNAME",
          content: tunnelTarget(tunnelId),
        });
    }
  return seed;
}

/** A rule for HTTP-01 challenges, and one for the host itself, which does not check the origin's certificate. */
function rulesByHand(hostname: string, nginx: string): Rule[] {
  return [
    { hostname, path: "^/.well-known", service: "http://localhost:32080" },
    {
      hostname,
      service: `https://${nginx}`,
      originRequest: { originServerName: hostname, noTLSVerify: true },
    },
  ];
}

import { setSecret } from "../../stack-file/commands.ts";
import { liesIn } from "../../stack-file/hosts.ts";
import { keyPath } from "../../stack-file/paths.ts";
import { SecretText } from "../../stack-file/secret-text.ts";
import { CloudflareError, ReadOnlyCloudflare } from "./api.ts";
import { recordHosts, type TunnelStack } from "./carried-hosts.ts";
import { type TunnelConfig, writableSettings } from "./config.ts";
import { type ZoneIds, zoneIdOf, zoneNameOf } from "./dns-zones.ts";
import { type LiveRule, type LiveTunnel, type LiveTunnels, ownComment } from "./live.ts";
import { dnsForm } from "./rules.ts";

interface TunnelObject {
  name: string;
  deleted_at: string | null;
  remote_config?: boolean;
  config_src?: string;
}

interface Configuration {
  config:
    | ({ ingress?: RuleObject[]; originRequest?: Record<string, unknown> } & Record<string, unknown>)
    | null;
}

interface RuleObject {
  hostname?: string;
  path?: string;
  service: string;
  originRequest?: Record<string, unknown>;
}

interface RecordObject {
  name: string;
  type: string;
  content: string;
  proxied?: boolean;
  comment?: string | null;
}

/** Types of address records. A host has either one CNAME or any number of the other types. */
const addressTypes = ["A", "AAAA", "CNAME"];

/** Reads all tunnels of a stack. A write replaces all rules of a tunnel, so the present rules must be known. */
export async function readTunnels(stack: TunnelStack): Promise<LiveTunnels> {
  const found: LiveTunnels = { live: {}, problems: [] };
  await Promise.all(
    stack.tunnels.map(async (tunnel) => {
      const { name, accountId, tunnelId } = tunnel;
      const problem = (key: string, message: string, fix?: string): void => {
        found.problems.push({ at: keyPath(["tunnels", name, key]), message, ...(fix ? { fix } : {}) });
      };
      try {
        const api = new ReadOnlyCloudflare(tokenOf(tunnel));
        const live = await readTunnel(api, tunnel, recordHosts(stack, tunnel));
        if (live === undefined) problem("tunnelId", `account ${accountId} has no tunnel ${tunnelId}`);
        else found.live[name] = live;
      } catch (error) {
        if (!(error instanceof CloudflareError)) throw error;
        if (error.status === 401 || error.status === 403)
          problem(
            "apiToken",
            `${error.message}; it needs Cloudflare Tunnel: Edit on the account and DNS: Edit on the zone`,
            setSecret(stack.name, ["tunnels", name, "apiToken"]),
          );
        else problem("accountId", error.message);
      }
    }),
  );
  return found;
}

function tokenOf({ apiToken }: TunnelConfig): string {
  // Secrets have a plaintext here. Only the command line has sealed secrets, and it does not call this.
  return apiToken instanceof SecretText ? apiToken.reveal() : "";
}

/**
 * Reads a tunnel and the records of its hosts.
 *
 * @param hosts Hosts in the DNS's form.
 * @returns undefined if no tunnel has this id.
 * @throws CloudflareError
 */
export async function readTunnel(
  cloudflare: ReadOnlyCloudflare,
  place: { accountId: string; tunnelId?: string; zoneId: ZoneIds },
  hosts: readonly string[],
): Promise<LiveTunnel | undefined> {
  const { accountId, tunnelId, zoneId } = place;
  const zones = typeof zoneId === "string" ? [zoneId] : hosts.flatMap((host) => zoneIdOf(zoneId, host) ?? []);
  const lists = await Promise.all(
    [...new Set(zones)].map(
      async (zone) => [zone, await cloudflare.list<RecordObject>(`/zones/${zone}/dns_records`)] as const,
    ),
  );
  const byZone = new Map(lists);
  const all = [...byZone.values()].flat();
  const misplaced = hosts.flatMap((host) => {
    const names = (byZone.get(zoneIdOf(zoneId, host) ?? "") ?? []).map(({ name }) => name);
    const zone = zoneNameOf(zoneId, host);
    return names.length === 0 || names.some((name) => liesIn(dnsForm(name), zone))
      ? []
      : [{ host, beside: names[0]! }];
  });
  const records = Object.fromEntries(
    hosts.flatMap((host) =>
      all
        .filter(({ name, type }) => dnsForm(name) === host && addressTypes.includes(type))
        .map(({ type, content, proxied = false, comment }) => [
          host,
          { type, content, proxied, own: comment === ownComment },
        ]),
    ),
  );
  const ofZones = { records, ...(misplaced.length === 0 ? {} : { misplaced }) };
  if (tunnelId === undefined) return ofZones;
  const path = `/accounts/${accountId}/cfd_tunnel/${tunnelId}`;
  const [tunnel, configuration] = await Promise.all([
    cloudflare.find<TunnelObject>(path),
    cloudflare.find<Configuration>(`${path}/configurations`),
  ]);
  if (tunnel === undefined || tunnel.deleted_at) return undefined;
  const { ingress = [], originRequest, ...settings } = configuration?.config ?? {};
  const ofTunnel = writable(originRequest);
  return {
    tunnel: {
      name: tunnel.name,
      remote: tunnel.remote_config ?? tunnel.config_src === "cloudflare",
      rules: ingress.map(ruleOf),
      ...(ofTunnel.originRequest ? { originRequest: ofTunnel.originRequest } : {}),
      unwritable: [
        ...(ofTunnel.unwritable ?? []).map((name) => `originRequest.${name}`),
        ...Object.entries(settings).flatMap(([name, value]) => (isInForce(value) ? [name] : [])),
      ],
    },
    ...ofZones,
  };
}

function ruleOf({ hostname, path, service, originRequest }: RuleObject): LiveRule {
  return {
    ...(hostname ? { hostname } : {}),
    ...(path ? { path } : {}),
    service,
    ...writable(originRequest),
  };
}

/** Separates settings that can be written from the others. Cloudflare returns empty values for unset ones. */
function writable(settings?: Record<string, unknown> | null): Pick<LiveRule, "originRequest" | "unwritable"> {
  const given = Object.entries(settings ?? {}).filter(([, value]) => !isEmpty(value));
  const known = given.filter(([name]) => writableSettings.includes(name));
  const unknown = given.filter(([name, value]) => !writableSettings.includes(name) && isInForce(value));
  return {
    ...(known.length > 0 ? { originRequest: Object.fromEntries(known) } : {}),
    ...(unknown.length > 0 ? { unwritable: unknown.map(([name]) => name) } : {}),
  };
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === null || value === "";
  return Object.keys(value).length === 0;
}

function isInForce(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return Boolean(value);
  return Array.isArray(value) ? value.length > 0 : Object.values(value).some(isInForce);
}

import type { ReadOnlyCloudflare } from "./api.ts";
import type { OriginRequest, Rule } from "./rules.ts";

/** What the program knows of a tunnel at Cloudflare before it registers anything. */
export interface LiveTunnel {
  /** Absent where the stack names no existing tunnel. */
  tunnel?: {
    name: string;
    /** Its rules are kept at Cloudflare; else in a file beside cloudflared, which heeds no others. */
    remote: boolean;
    /** In the order in which they are tried, the catch-all included. */
    rules: Rule[];
    /** Settings of the whole tunnel besides its rules, by name: `originRequest.noTLSVerify`, `warp-routing`. */
    settings: string[];
  };
  /** The address records of the hosts that were asked for; hosts without one are absent. */
  records: Record<string, LiveRecord>;
}

export interface LiveRecord {
  type: string;
  /** `<tunnel id>.cfargotunnel.com` where it leads to a tunnel. */
  content: string;
  proxied: boolean;
  /** This program made it. */
  own: boolean;
}

/** Comment of the records that this program makes, so that it never takes them for somebody else's. */
export const ownComment = "Made by pomerium-migration; goes when its stack goes";

/** What a CNAME holds that leads to a tunnel. */
export const tunnelTarget = (tunnelId: string): string => `${tunnelId}.cfargotunnel.com`;

interface TunnelObject {
  name: string;
  deleted_at: string | null;
  remote_config?: boolean;
  config_src?: string;
}

interface Configuration {
  config: ({ ingress?: RuleObject[]; originRequest?: OriginRequest } & Record<string, unknown>) | null;
}

interface RuleObject {
  hostname?: string;
  path?: string;
  service: string;
  originRequest?: OriginRequest;
}

interface RecordObject {
  name: string;
  type: string;
  content: string;
  proxied?: boolean;
  comment?: string | null;
}

/** Record types of which a host has either one CNAME or any number of the others. */
const addressTypes = ["A", "AAAA", "CNAME"];

/**
 * A tunnel as it is now, and the records of its hosts.
 *
 * @returns undefined when there is no tunnel of that id.
 * @throws CloudflareError
 */
export async function readTunnel(
  cloudflare: ReadOnlyCloudflare,
  place: { accountId: string; tunnelId?: string; zoneId: string },
  hosts: readonly string[],
): Promise<LiveTunnel | undefined> {
  const { accountId, tunnelId, zoneId } = place;
  const all = await cloudflare.list<RecordObject>(`/zones/${zoneId}/dns_records`);
  const records = Object.fromEntries(
    all
      .filter(({ name, type }) => hosts.includes(name) && addressTypes.includes(type))
      .map(({ name, type, content, proxied = false, comment }) => [
        name,
        { type, content, proxied, own: comment === ownComment },
      ]),
  );
  if (tunnelId === undefined) return { records };
  const path = `/accounts/${accountId}/cfd_tunnel/${tunnelId}`;
  const [tunnel, configuration] = await Promise.all([
    cloudflare.find<TunnelObject>(path),
    cloudflare.find<Configuration>(`${path}/configurations`),
  ]);
  if (tunnel === undefined || tunnel.deleted_at) return undefined;
  const { ingress = [], ...settings } = configuration?.config ?? {};
  return {
    tunnel: {
      name: tunnel.name,
      remote: tunnel.remote_config ?? tunnel.config_src === "cloudflare",
      rules: ingress.map(ruleOf),
      settings: inForce(settings),
    },
    records,
  };
}

/** Cloudflare shows an empty text or object for what is not set. */
function ruleOf({ hostname, path, service, originRequest }: RuleObject): Rule {
  return {
    ...(hostname ? { hostname } : {}),
    ...(path ? { path } : {}),
    service,
    ...(originRequest && Object.keys(originRequest).length > 0 ? { originRequest } : {}),
  };
}

function inForce(settings: Record<string, unknown>, prefix = ""): string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    if (key === "warp-routing") return (value as { enabled?: boolean } | null)?.enabled ? [key] : [];
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return inForce(value as Record<string, unknown>, `${prefix}${key}.`);
    return value === null || value === false || value === "" || value === 0 ? [] : [`${prefix}${key}`];
  });
}

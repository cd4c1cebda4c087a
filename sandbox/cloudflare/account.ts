import { randomUUID } from "node:crypto";
import type { Rule } from "../../components/tunnels/rules.ts";

/** What the stand-in holds, as Cloudflare would, of any number of accounts. */
export interface CloudflareState {
  zones: Zone[];
  tunnels: Tunnel[];
  records: DnsRecord[];
}

export interface Zone {
  id: string;
  name: string;
}

export interface Tunnel {
  id: string;
  accountId: string;
  name: string;
  /** Base64. */
  secret: string;
  /** Its rules are kept at Cloudflare. */
  remote: boolean;
  createdAt: string;
  deletedAt?: string;
  /** Absent until somebody has written one. */
  config?: TunnelConfiguration;
  /** How often the configuration has been written. */
  version: number;
}

export interface TunnelConfiguration {
  ingress: Rule[];
  originRequest?: Record<string, unknown>;
  "warp-routing"?: { enabled: boolean };
}

export interface DnsRecord {
  id: string;
  zoneId: string;
  name: string;
  type: string;
  content: string;
  proxied: boolean;
  ttl: number;
  comment: string | null;
  createdAt: string;
}

/** What an account holds when the stand-in starts; what is left out is made up. */
export interface CloudflareSeed {
  zones: Zone[];
  tunnels: (Pick<Tunnel, "id" | "accountId" | "name"> & { remote?: boolean; config?: TunnelConfiguration })[];
  records: (Pick<DnsRecord, "zoneId" | "name" | "type" | "content"> &
    Partial<Pick<DnsRecord, "proxied" | "comment">>)[];
}

export function stateOf({ zones, tunnels, records }: CloudflareSeed): CloudflareState {
  const createdAt = new Date().toISOString();
  return structuredClone({
    zones,
    tunnels: tunnels.map((tunnel) => ({
      remote: true,
      secret: Buffer.from(randomUUID()).toString("base64"),
      createdAt,
      version: tunnel.config ? 1 : 0,
      ...tunnel,
    })),
    records: records.map((record) => ({
      id: objectId(),
      proxied: true,
      ttl: 1,
      comment: null,
      createdAt,
      ...record,
    })),
  });
}

/** An id as Cloudflare gives to everything but tunnels: 32 hexadecimal digits. */
export function objectId(): string {
  return randomUUID().replaceAll("-", "");
}

import { randomUUID } from "node:crypto";
import type { Rule } from "../../components/tunnels/rules.ts";

/** The contents of the stand-in. As at Cloudflare, there can be several accounts. */
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
  /** Whether the tunnel's rules are kept at Cloudflare. */
  remote: boolean;
  createdAt: string;
  deletedAt?: string;
  /** Absent until a configuration is written. */
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

/** The contents when the stand-in starts. Fields that are left out get invented values. */
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

/** A random id of 32 hexadecimal digits. Cloudflare uses this form for everything except tunnels. */
export function objectId(): string {
  return randomUUID().replaceAll("-", "");
}

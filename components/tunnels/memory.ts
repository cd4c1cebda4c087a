import type { Rule } from "./rules.ts";

/** A stack's record of its tunnels, kept in the cluster. Cloudflare has no reliable place for it. */
export interface TunnelMemory {
  /** Ids of the tunnels that the stack made, by name. */
  tunnels: Record<string, string>;
  /** Hosts whose DNS records the stack made. */
  records: string[];
  /** The rules that led each host to ingress-nginx, by host. The way back from the cutover needs them. */
  rules: Record<string, Rule[]>;
}

const nothing: TunnelMemory = { tunnels: {}, records: [], rules: {} };

/** @param text Text of the record in the cluster; undefined if it does not exist. */
export function readMemory(text: string | undefined): TunnelMemory {
  if (text === undefined) return nothing;
  try {
    return { ...nothing, ...(JSON.parse(text) as Partial<TunnelMemory>) };
  } catch {
    return nothing;
  }
}

/** Writes a record. Equal records give equal texts, independent of the order in which Cloudflare returns settings. */
export function writeMemory(memory: TunnelMemory): string {
  return JSON.stringify(memory, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

import type { Rule } from "./rules.ts";

/** What a stack remembers of its tunnels in the cluster, since nothing at Cloudflare says it for certain. */
export interface TunnelMemory {
  /** Name of each tunnel that the stack made → its id. */
  tunnels: Record<string, string>;
  /** Hosts whose DNS records the stack made. */
  records: string[];
  /** Host → the rules by which it led to ingress-nginx, for the way back from the cutover. */
  rules: Record<string, Rule[]>;
}

const nothing: TunnelMemory = { tunnels: {}, records: [], rules: {} };

/** @param text As it stands in the cluster; undefined when it is not there. */
export function readMemory(text: string | undefined): TunnelMemory {
  if (text === undefined) return nothing;
  try {
    return { ...nothing, ...(JSON.parse(text) as Partial<TunnelMemory>) };
  } catch {
    return nothing;
  }
}

/** The same memory is always the same text, whatever the order in which Cloudflare shows its settings. */
export function writeMemory(memory: TunnelMemory): string {
  return JSON.stringify(memory, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

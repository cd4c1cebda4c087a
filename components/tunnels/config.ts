import type { Secret } from "../../stack-file/secrets.ts";
import type { Rule } from "./rules.ts";

export interface TunnelConfig {
  name: string;
  accountId: string;
  /** Existing tunnel; a new one when absent. */
  tunnelId?: string;
  zoneId: string;
  apiToken: Secret;
  /** Apps whose hosts the tunnel carries. */
  apps: string[];
  /** The tunnel carries the sign-in pages' host too: where nothing but a tunnel leads to Pomerium. */
  authenticate: boolean;
  extraRules: Rule[];
  /** Hosts that the tunnel carries today and no longer needs to. */
  drop: string[];
  /** cloudflared in the cluster; absent, it runs elsewhere. */
  connector?: { image?: string; replicas: number };
}

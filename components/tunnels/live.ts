import type { Problem } from "../../stack-file/problems.ts";
import type { OriginRequest, Rule } from "./rules.ts";

/** The state of a tunnel at Cloudflare before the program registers anything. */
export interface LiveTunnel {
  /** Absent if the stack names no existing tunnel. */
  tunnel?: {
    name: string;
    /** Whether its rules are kept at Cloudflare. Otherwise cloudflared reads them from a local file only. */
    remote: boolean;
    /** Its rules in order, including the catch-all. */
    rules: LiveRule[];
    /** Settings for all rules that do not override them. */
    originRequest?: OriginRequest;
    /** Settings of the whole tunnel that this program cannot write, for example `warp-routing`. */
    unwritable: string[];
  };
  /** The address records of the requested hosts. Hosts without a record are absent. */
  records: Record<string, LiveRecord>;
  /** Hosts whose Cloudflare zone is another domain's, each with one of the records there. Absent without such hosts. */
  misplaced?: { host: string; beside: string }[];
}

export interface LiveRule extends Rule {
  /** Settings of its `originRequest` that this program cannot write and would lose, for example `bastionMode`. */
  unwritable?: string[];
}

export interface LiveRecord {
  type: string;
  /** Content of the record: `<tunnel id>.cfargotunnel.com` if it leads to a tunnel. */
  content: string;
  proxied: boolean;
  /** Whether this program made it. */
  own: boolean;
}

/** Comment of records that this program makes. It identifies them in later runs. */
export const ownComment = "Made by pomerium-migration; goes when its stack goes";

/** Content of a CNAME that leads to a tunnel. */
export const tunnelTarget = (tunnelId: string): string => `${tunnelId}.cfargotunnel.com`;

/** The stack's live tunnels by name, and the problems of those that could not be read. */
export interface LiveTunnels {
  live: Record<string, LiveTunnel>;
  problems: Problem[];
}

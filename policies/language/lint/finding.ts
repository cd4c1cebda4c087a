import type { Placed } from "../criteria.ts";
import type { Action, Operator } from "../types.ts";

/** What each finding is about; stable, so that one can be looked up or expected. */
export type Code =
  | "allowed-and-denied"
  | "always-matches"
  | "anybody"
  | "asks-to-sign-in"
  | "blocks-are-alternatives"
  | "capitals"
  | "claim-path"
  | "double-slash"
  | "empty"
  | "escaped-slash"
  | "groups"
  | "host-bits"
  | "lower-case-method"
  | "malformed"
  | "matches-anonymous"
  | "never-holds"
  | "never-matches"
  | "no-boundary"
  | "part-of-address"
  | "path-form"
  | "proxied-address"
  | "query-opens"
  | "shadowed";

/** Something in a policy that Pomerium accepts and that does not do what it seems to. */
export interface Finding {
  code: Code;
  /** `error` when the policy lets in, or keeps out, others than it says. */
  severity: "error" | "warning";
  message: string;
  /** Where in the policy: `[0].allow.or[2].email`. */
  where: string;
  /** What to write instead. */
  mend: string;
}

export interface LintOptions {
  /** Release of Pomerium: `v0.33.1`. */
  pomerium: string;
  /**
   * Whether Pomerium sees the clients' own addresses (`real`) or those of a tunnel or a node (`proxied`).
   * Nothing is said about `source_ip` when absent.
   */
  clientAddresses?: "real" | "proxied";
}

export function blockAt(rule: number, action: Action, operator?: Operator): string {
  return `[${rule}].${action}${operator === undefined ? "" : `.${operator}`}`;
}

export function at({ rule, action, operator, index, name, path }: Placed): string {
  return `${blockAt(rule, action, operator)}[${index}].${name}${path === "" ? "" : `/${path}`}`;
}

/** Whether a caller for whom the criterion holds is let in by it, not kept out. */
export function opens({ action, operator }: Placed): boolean {
  return (action === "allow") === (operator === "and" || operator === "or");
}

import type { Placed } from "../criteria.ts";
import type { Action, Operator } from "../types.ts";

/** Name of each kind of finding. The names are stable, so tests and documentation can refer to them. */
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

/** Something in a policy that Pomerium accepts although it does not do what it seems to. */
export interface Finding {
  code: Code;
  /** `error` if the policy lets in, or keeps out, other callers than it seems to. */
  severity: "error" | "warning";
  message: string;
  /** Place in the policy: `[0].allow.or[2].email`. */
  where: string;
  /** What to write instead. */
  fix: string;
}

export interface LintOptions {
  /** Release of Pomerium: `v0.33.1`. */
  pomerium: string;
  /**
   * Whether Pomerium sees the addresses of the clients (`real`) or of a tunnel or node (`proxied`). Default: unknown,
   * and `source_ip` is not checked.
   */
  clientAddresses?: "real" | "proxied";
}

export function blockAt(rule: number, action: Action, operator?: Operator): string {
  return `[${rule}].${action}${operator === undefined ? "" : `.${operator}`}`;
}

export function at({ rule, action, operator, index, name, path }: Placed): string {
  return `${blockAt(rule, action, operator)}[${index}].${name}${path === "" ? "" : `/${path}`}`;
}

/** Whether the criterion lets in the callers for whom it holds, and does not keep them out. */
export function opens({ action, operator }: Placed): boolean {
  return (action === "allow") === (operator === "and" || operator === "or");
}

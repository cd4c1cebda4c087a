import type { Question } from "./questions.ts";

/**
 * `danger`: callers reach what the stack file keeps from them. `unexpected`: something works in another way. `note`: worth
 * knowing. `wanted`: the migration is meant to change it.
 */
export type Severity = "danger" | "unexpected" | "note" | "wanted";

/** What differs. */
export type Kind =
  | "access"
  | "answer"
  | "certificate"
  | "cookie"
  | "header"
  | "redirect"
  | "slow"
  | "status"
  | "upload"
  | "websocket";

/** The setting of the stack file that removes a difference. */
export interface Setting {
  /** Key path of the map that the setting belongs into: `apps.komga.route`. */
  at: string;
  /** The line to add: `preserve_host_header: true`. */
  write: string;
}

/** One difference between the old and the new address. */
export interface Difference {
  severity: Severity;
  kind: Kind;
  message: string;
  /** The request; absent for the host as a whole. */
  question?: Question;
  setting?: Setting;
  /** Command that shows more. */
  command?: string;
}

/** A value in one line of YAML. JSON's texts are YAML's. */
export function inYaml(value: string): string {
  return /^[A-Za-z][\w.-]*$/.test(value) && !/^(true|false|yes|no|on|off|null)$/i.test(value)
    ? value
    : JSON.stringify(value);
}

/** A difference before it is known which request showed it. */
export type Found = Omit<Difference, "question">;

export const found = (severity: Severity, kind: Kind, message: string): Found => ({
  severity,
  kind,
  message,
});

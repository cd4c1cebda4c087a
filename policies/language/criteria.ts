import type { Action, Blocks, Criterion, CriterionName, Operator, Policy, Rule } from "./types.ts";

/** The forms of the data of criteria. The parser has one reader for each form. */
export type DataKind =
  | "flag"
  | "string"
  | "plainString"
  | "list"
  | "stringList"
  | "networks"
  | "keys"
  | "claimName"
  | "certificate"
  | "device";

/** The facts about a criterion, for parser, linter and evaluator. */
export interface CriterionKind {
  data: DataKind;
  /** Whether Pomerium accepts an empty value, which never matches. */
  mayBeEmpty: boolean;
  /** What the criterion depends on: the caller's session, the request, both, or nothing. */
  asks: "session" | "request" | "both" | "nothing";
}

const flag = { data: "flag", mayBeEmpty: false } as const;
const text = { data: "string", mayBeEmpty: true } as const;

/** Every criterion of open-source Pomerium, `claim/<path>` under `claim`. */
export const criterionKinds: Readonly<Record<CriterionName | "claim", CriterionKind>> = {
  accept: { ...flag, asks: "nothing" },
  reject: { ...flag, asks: "nothing" },
  authenticated_user: { ...flag, asks: "session" },
  claim: { data: "list", mayBeEmpty: true, asks: "session" },
  client_certificate: { data: "certificate", mayBeEmpty: false, asks: "request" },
  cors_preflight: { ...flag, asks: "request" },
  device: { data: "device", mayBeEmpty: false, asks: "session" },
  domain: { data: "string", mayBeEmpty: false, asks: "session" },
  email: { ...text, asks: "session" },
  groups: { data: "stringList", mayBeEmpty: true, asks: "session" },
  http_method: { data: "plainString", mayBeEmpty: false, asks: "request" },
  http_path: { data: "plainString", mayBeEmpty: false, asks: "request" },
  invalid_client_certificate: { ...flag, asks: "request" },
  mcp_tool: { ...text, asks: "request" },
  source_ip: { data: "networks", mayBeEmpty: false, asks: "request" },
  ssh_ca: { data: "keys", mayBeEmpty: false, asks: "request" },
  ssh_publickey: { data: "keys", mayBeEmpty: false, asks: "request" },
  ssh_username: { ...text, asks: "request" },
  ssh_username_matches_claim: { data: "claimName", mayBeEmpty: false, asks: "both" },
  ssh_username_matches_email: { ...flag, asks: "both" },
  user: { ...text, asks: "session" },
};

/** Names that documentation or other editions know and open-source Pomerium refuses, with what to do instead. */
export const refusedCriteria: Readonly<Record<string, string>> = {
  date: "it belongs to Pomerium Enterprise and Zero; open-source Pomerium refuses the policy",
  day_of_week: "it belongs to Pomerium Enterprise and Zero; open-source Pomerium refuses the policy",
  time_of_day: "it belongs to Pomerium Enterprise and Zero; open-source Pomerium refuses the policy",
  record: "it belongs to Pomerium Enterprise and Zero; open-source Pomerium refuses the policy",
  pomerium_routes: "it is documented, but Pomerium refuses it; its own pages need no rule",
};

/**
 * Control, format and unassigned characters, and line ends. Pomerium's policy engine fails on many of them, and in a
 * name they deceive the reader.
 */
export const invisible = /[\p{C}\p{Zl}\p{Zp}]/u;

export const operators: readonly Operator[] = ["and", "or", "not", "nor"];

/** Comparisons in the order in which they are written. */
export const stringComparisons = [
  "is",
  "not",
  "starts_with",
  "ends_with",
  "contains",
  "in",
  "not_in",
] as const;
export const listComparisons = ["has", "is", "exclude"] as const;
export const certificateFields = ["fingerprint", "spki_hash", "san_email", "san_dns", "san_uri"] as const;
export const deviceFields = ["is", "approved", "type"] as const;

export type StringComparison = (typeof stringComparisons)[number];

/** The parts of a criterion: `claim/groups` is the name `claim` with the path `groups`. */
export interface Named {
  name: CriterionName | "claim";
  /** Path of a claim; empty for other criteria. */
  path: string;
  data: unknown;
}

/** @throws TypeError if the criterion does not have exactly one name that Pomerium knows. */
export function named(criterion: Criterion): Named {
  const [entry, second] = Object.entries(criterion).filter(([, data]) => data !== undefined);
  if (entry === undefined || second !== undefined)
    throw new TypeError(`a criterion has one name, this one has ${Object.keys(criterion).length}`);
  const [key, data] = entry;
  if (key.startsWith("claim/") && key.length > "claim/".length)
    return { name: "claim", path: key.slice("claim/".length), data };
  if (key === "claim" || !Object.hasOwn(criterionKinds, key))
    throw new TypeError(`"${key}" is not a criterion of open-source Pomerium`);
  return { name: key as CriterionName, path: "", data };
}

/** The comparisons of a string matcher. A bare text means `is`; null equals nothing. */
export function comparisons(
  data: unknown,
): Partial<Record<StringComparison, string | readonly string[] | null>> {
  return typeof data === "object" && data !== null ? data : { is: data as string | null };
}

export function actionOf(rule: Rule): Action {
  return rule.allow === undefined ? "deny" : "allow";
}

export function blocksOf(rule: Rule): Blocks {
  return rule.allow ?? rule.deny;
}

/** A criterion and its place: `[0].allow.or[2]`. */
export interface Placed extends Named {
  rule: number;
  action: Action;
  operator: Operator;
  index: number;
}

/** Every criterion of a policy in the order in which Pomerium joins them. */
export function criteriaOf(policy: Policy): Placed[] {
  return policy.flatMap((rule, number) =>
    operators.flatMap((operator) =>
      (blocksOf(rule)[operator] ?? []).map((criterion, index) => ({
        ...named(criterion),
        rule: number,
        action: actionOf(rule),
        operator,
        index,
      })),
    ),
  );
}

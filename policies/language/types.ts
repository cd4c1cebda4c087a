/**
 * The Pomerium Policy Language as open-source Pomerium reads it, in the shape in which it is written.
 *
 * @see https://www.pomerium.com/docs/internals/ppl
 * @see https://github.com/pomerium/pomerium/tree/main/pkg/policy
 */

/** A caller passes when some allow rule holds and no deny rule does; without rules nobody passes. */
export type Policy = Rule[];

/** One action and when it applies. */
export type Rule = AllowRule | DenyRule;

export interface AllowRule {
  allow: Blocks;
  deny?: never;
}

export interface DenyRule {
  deny: Blocks;
  allow?: never;
}

export type Action = "allow" | "deny";

/** Criteria by how they are joined. Several blocks of one rule are alternatives: one that holds suffices. */
export interface Blocks {
  /** Holds when every criterion does. */
  and?: readonly Criterion[];
  /** Holds when some criterion does. */
  or?: readonly Criterion[];
  /** Holds when no criterion does. */
  not?: readonly Criterion[];
  /** Holds when some criterion does not. */
  nor?: readonly Criterion[];
}

export type Operator = keyof Blocks;

/** Some of the fields, at least one: a matcher that asks nothing would match everybody. */
type SomeOf<T> = { [K in keyof T]-?: Required<Pick<T, K>> & Partial<Omit<T, K>> }[keyof T];

/** Compares one text, letter by letter; all given comparisons must hold. */
export type StringMatcher = SomeOf<{
  is?: string;
  not?: string;
  starts_with?: string;
  ends_with?: string;
  contains?: string;
  in?: readonly string[];
  not_in?: readonly string[];
}>;

/** A string matcher without `not_in`, which Pomerium cannot compile for the criteria that take this one. */
export type PlainStringMatcher = SomeOf<{
  is?: string;
  not?: string;
  starts_with?: string;
  ends_with?: string;
  contains?: string;
  in?: readonly string[];
}>;

export type Scalar = string | number | boolean;

/** Compares a list of values; all given comparisons must hold. */
export type ListMatcher<T extends Scalar = Scalar> = SomeOf<{
  /** The value is in the list. */
  has?: T;
  /** The value is the whole list. */
  is?: T;
  /** The value is not in the list. */
  exclude?: T;
}>;

/** Asks about the certificate that the caller presents; empty when any will do. */
export interface CertificateMatcher {
  /** SHA-256: 64 lower-case hexadecimal digits, or upper-case pairs joined by colons. One or several. */
  fingerprint?: string | readonly string[];
  /** Base64 SHA-256 of the public key's SPKI. One or several. */
  spki_hash?: string | readonly string[];
  san_email?: string | PlainStringMatcher;
  san_dns?: string | PlainStringMatcher;
  san_uri?: string | PlainStringMatcher;
}

/** Asks about the device that the caller has registered. */
export type DeviceMatcher = SomeOf<{
  /** Credential id. */
  is?: string;
  approved?: boolean;
  /** Device type id, for instance `enclave_only`; `any` when absent. */
  type?: string;
}>;

/** A bare text means `is`. Null is what an empty value (`email:`) reads as: it never matches. */
type Text = string | StringMatcher | null;
/** A bare value means `has`. Null never matches. */
type List<T extends Scalar> = T | ListMatcher<T> | null;

/**
 * What each criterion takes, `claim/<path>` apart. `true` stands where Pomerium ignores the value.
 */
export interface CriterionData {
  accept: true;
  reject: true;
  authenticated_user: true;
  client_certificate: CertificateMatcher;
  cors_preflight: true;
  device: DeviceMatcher;
  /** What follows the `@` of the e-mail address. */
  domain: string | StringMatcher;
  email: Text;
  /** Needs directory data that open-source Pomerium does not have: never matches. */
  groups: List<string>;
  /** Met by any text of the request, like `http_path`. */
  http_method: string | PlainStringMatcher;
  /** The decoded path; but Pomerium up to 0.33 compares every text of the request, its query too. */
  http_path: string | PlainStringMatcher;
  invalid_client_certificate: true;
  mcp_tool: Text;
  /** Addresses and CIDR networks. */
  source_ip: string | readonly string[];
  /** Certificate authorities, each a line of `authorized_keys`. */
  ssh_ca: string | readonly string[];
  /** Keys, each a line of `authorized_keys`. */
  ssh_publickey: string | readonly string[];
  ssh_username: Text;
  /** Name of the claim that lists the user names. */
  ssh_username_matches_claim: string;
  ssh_username_matches_email: true;
  /** The identity provider's user id. */
  user: Text;
}

/** Names of the criteria, `claim/<path>` apart. */
export type CriterionName = keyof CriterionData;

type ClaimKey = `claim/${string}`;

/** Asks for one criterion and forbids a second beside it. */
type Only<K extends CriterionName> = { [P in K]: CriterionData[P] } & {
  [P in Exclude<CriterionName, K>]?: never;
} & { [P in ClaimKey]?: never };

/** Asks for a claim of the identity provider. Nested claims are joined by dots: `claim/realm_access.roles`. */
type Claim = { [P in ClaimKey]: List<Scalar> } & { [P in CriterionName]?: never };

/** One question about a request. Criteria do not nest. */
export type Criterion = { [K in CriterionName]: Only<K> }[CriterionName] | Claim;

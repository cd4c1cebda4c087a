/**
 * The Pomerium Policy Language as open-source Pomerium reads it.
 *
 * @see https://www.pomerium.com/docs/internals/ppl
 * @see https://github.com/pomerium/pomerium/tree/main/pkg/policy
 */

/** A caller passes if some allow rule holds and no deny rule does. Without rules nobody passes. */
export type Policy = Rule[];

/** An action and its conditions. */
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

/** Criteria by the operator that joins them. Several blocks of one rule are alternatives: one suffices. */
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

/** At least one of the fields. A matcher without a comparison would match everybody. */
type SomeOf<T> = { [K in keyof T]-?: Required<Pick<T, K>> & Partial<Omit<T, K>> }[keyof T];

interface StringComparisons {
  is?: string;
  not?: string;
  starts_with?: string;
  ends_with?: string;
  contains?: string;
  in?: readonly string[];
  not_in?: readonly string[];
}

/** Compares one text, letter by letter; all given comparisons must hold. */
export type StringMatcher = SomeOf<StringComparisons>;

/** A string matcher without `not_in`, for criteria for which Pomerium cannot compile `not_in`. */
export type PlainStringMatcher = SomeOf<Omit<StringComparisons, "not_in">>;

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

/** Compares the certificate that the caller presents. An empty matcher accepts any certificate. */
export interface CertificateMatcher {
  /** SHA-256: 64 lower-case hexadecimal digits, or upper-case pairs joined by colons. One or several. */
  fingerprint?: string | readonly string[];
  /** Base64 SHA-256 of the public key's SPKI. One or several. */
  spki_hash?: string | readonly string[];
  san_email?: string | PlainStringMatcher;
  san_dns?: string | PlainStringMatcher;
  san_uri?: string | PlainStringMatcher;
}

/** Compares the device that the caller has registered. */
export type DeviceMatcher = SomeOf<{
  /** Credential id. */
  is?: string;
  approved?: boolean;
  /** Device type id, for example `enclave_only`. Default: `any`. */
  type?: string;
}>;

/** A bare text means `is`. Null is an empty value (`email:`), which never matches. */
type Text = string | StringMatcher | null;
/** A bare value means `has`. Null never matches. */
type List<T extends Scalar> = T | ListMatcher<T> | null;

/**
 * The data of each criterion but `claim/<path>`. `true` stands for data that Pomerium ignores.
 */
export interface CriterionData {
  accept: true;
  reject: true;
  authenticated_user: true;
  client_certificate: CertificateMatcher;
  cors_preflight: true;
  device: DeviceMatcher;
  /** The part of the e-mail address after the `@`. */
  domain: string | StringMatcher;
  email: Text;
  /** Never matches: open-source Pomerium has no directory of groups. */
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

/** Exactly one criterion. */
type Only<K extends CriterionName> = { [P in K]: CriterionData[P] } & {
  [P in Exclude<CriterionName, K>]?: never;
} & { [P in ClaimKey]?: never };

/** Compares a claim of the identity provider. Nested claims are joined by dots: `claim/realm_access.roles`. */
type Claim = { [P in ClaimKey]: List<Scalar> } & { [P in CriterionName]?: never };

/** One condition on a request. Criteria do not nest. */
export type Criterion = { [K in CriterionName]: Only<K> }[CriterionName] | Claim;

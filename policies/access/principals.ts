import { isEmail, isHost } from "../../stack-file/values.ts";
import type { ClaimValue } from "../language/evaluate/request.ts";
import { publicProviders } from "../language/lint/people.ts";

/**
 * A principal is one text, which the stack file, access tests and reports share:
 *
 * - `alice@example.org`: a person, spelled as the identity provider sends the address
 * - `@example.org`: everybody with an address in that domain
 * - `claim:groups=family`: everybody with this claim from the identity provider
 * - `signed-in`: everybody who can sign in
 *
 * A value that is not text is written as in JSON: `claim:level=5` is the number, `claim:level="5"` the text. So is a
 * name with `=`: `claim:"https://id.example.org?a=b"=admin`.
 */
export type Principal = string;

/** A claim with one value. A nested claim has a path with dots: `realm_access.roles`. */
export interface Claim {
  path: string;
  value: ClaimValue;
}

/** Claims of one person, as the identity provider sends them: path → value or list of values. */
export type Claims = Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>;

/** Everybody who can sign in. */
export const signedIn: Principal = "signed-in";

const claimPrefix = "claim:";
const scalar = /^(?:true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?)$/;

/** The principal of a claim: `claim:groups=family`. */
export function claimPrincipal({ path, value }: Claim): Principal {
  const isPlain = typeof value === "string" && value !== "" && !scalar.test(value) && !value.startsWith('"');
  const name = path === "" || /^"|=/.test(path) ? JSON.stringify(path) : path;
  return `${claimPrefix}${name}=${isPlain ? value : JSON.stringify(value)}`;
}

/** The claim of a principal; undefined for every other principal. */
export function claimOf(principal: Principal): Claim | undefined {
  const [, name, text] = /^claim:("(?:[^"\\]|\\.)*"|[^"=][^=]*)=(.+)$/s.exec(principal) ?? [];
  if (name === undefined || text === undefined) return undefined;
  try {
    const path = name.startsWith('"') ? (JSON.parse(name) as string) : name;
    const isJson = scalar.test(text) || text.startsWith('"');
    return { path, value: isJson ? (JSON.parse(text) as ClaimValue) : text };
  } catch {
    return undefined;
  }
}

/** Everybody with an address in a domain: `@example.org`. */
export function domainPrincipal(domain: string): Principal {
  return `@${domain}`;
}

/** The domain of a principal such as `@example.org`; undefined for every other principal. */
export function domainOf(principal: Principal): string | undefined {
  return principal.startsWith("@") ? principal.slice(1) : undefined;
}

/** Whether a principal is one person. */
export function isPerson(principal: Principal): boolean {
  return principal.includes("@") && !principal.startsWith("@") && !principal.startsWith(claimPrefix);
}

/** A principal in words, for reasons and reports. A person is the address alone. */
export function principalWords(principal: Principal): string {
  if (principal === signedIn) return "any signed-in user";
  const claim = claimOf(principal);
  if (claim) return `claim ${principal.slice(claimPrefix.length)}`;
  return domainOf(principal) === undefined ? principal : `any address ${principal}`;
}

/** Why a text is not a principal of a list of people; undefined if it is one. */
export function principalProblem(text: string): string | undefined {
  if (text.startsWith(claimPrefix))
    return claimOf(text) === undefined
      ? `"${text}" is not a claim with its value: write ${claimPrefix}<name>=<value>, such as ${claimPrefix}groups=family`
      : undefined;
  const domain = domainOf(text);
  if (domain !== undefined) return domainProblem(domain);
  return isEmail(text) ? undefined : `"${text}" is not an e-mail address`;
}

/** Why a domain cannot stand for people; undefined if it can. */
export function domainProblem(domain: string): string | undefined {
  if (!isHost(domain.toLowerCase())) return `"${domain}" is not a domain, such as example.org`;
  return publicProviders.includes(domain.toLowerCase())
    ? `anybody can have an address at ${domain}, so this would let in anybody; list the people`
    : undefined;
}

/** The part of a principal that Pomerium compares letter by letter. Identity providers send it in lower case. */
export function hasCapitals(principal: Principal): boolean {
  return claimOf(principal) === undefined && principal !== principal.toLowerCase();
}

/** Claims that identity providers send of everybody, so they keep nobody out. */
export const everybodysClaims: ReadonlySet<string> = new Set(["aud", "azp", "email_verified", "iss"]);

/** Facts about an identity provider that decide what `signedIn` and `claims` mean. */
export interface ProviderLimits {
  /** Name for the reader: `google`. */
  name: string;
  /** Who can sign in, if that is not an organisation's own people. */
  anybody?: string;
  /** Why the provider sends no claim of this name; undefined if it may. */
  missingClaim(claim: string): string | undefined;
}

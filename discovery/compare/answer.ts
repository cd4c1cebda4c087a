/**
 * The answer of an address to one request, reduced to the compared parts. No value of a cookie or of a query is kept.
 */

export interface Answer {
  status: number;
  /** Where the answer sends the client. */
  redirect?: Redirect;
  /** Media type, without its parameters. */
  contentType?: string;
  /** Security headers, by their names in lower case. */
  headers: Readonly<Record<string, string>>;
  cookies: readonly Cookie[];
  /** Whether Pomerium itself gave the answer, and not the app. Its own robots.txt is known by its text alone. */
  byPomerium?: true;
  certificate?: Certificate;
  /** `complete`; `cut` by the server; or still `running` when the time was up. */
  body: "complete" | "cut" | "running";
  milliseconds: number;
  failure?: never;
}

/** Why there is no answer. */
export interface Failure {
  failure: string;
  certificate?: Certificate;
  milliseconds: number;
}

export type Observation = Answer | Failure;

/** Target of a redirect, resolved against the address that was asked. */
export interface Redirect {
  scheme: string;
  host: string;
  /** Absent for the default port of the scheme. */
  port?: string;
  path: string;
  /** Names of the query's parameters, sorted. Their values may be secrets. */
  query: readonly string[];
}

/** A cookie without its value. */
export interface Cookie {
  name: string;
  /** In lower case, sorted: `httponly`, `path=/`, `samesite=lax`, `secure`. */
  flags: readonly string[];
}

export interface Certificate {
  names: readonly string[];
  issuer: string;
  /** Times in milliseconds. */
  validFrom: number;
  validTo: number;
  /** SHA-256 of the certificate. */
  fingerprint: string;
  /** Why this machine does not trust its chain. Absent if it does. */
  distrust?: string;
}

/** Headers that tell browsers how to protect a page, in lower case. */
const securityHeaders = [
  "strict-transport-security",
  "content-security-policy",
  "content-security-policy-report-only",
  "x-frame-options",
  "x-content-type-options",
  "referrer-policy",
  "permissions-policy",
  "cross-origin-opener-policy",
  "cross-origin-embedder-policy",
  "cross-origin-resource-policy",
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-allow-methods",
  "access-control-allow-headers",
] as const;

/**
 * Header of every refusal that Pomerium writes for a client that does not prefer JSON. Envoy's own answers do not have it.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.0/internal/httputil/errors.go
 */
const pomeriumMark = "x-pomerium-intercepted-response";

/** Headers with several values are joined, as `node:http` gives them in `headersDistinct`. */
export type RawHeaders = Readonly<Record<string, readonly string[] | undefined>>;

/** Reads what is compared from the headers of an answer. */
export function readHeaders(
  url: string,
  raw: RawHeaders,
): Pick<Answer, "redirect" | "contentType" | "headers" | "cookies" | "byPomerium"> {
  const location = raw.location?.[0];
  const redirect = location === undefined ? undefined : redirectOf(location, url);
  const contentType = raw["content-type"]?.[0]?.split(";")[0]?.trim().toLowerCase();
  const headers = Object.fromEntries(
    securityHeaders.flatMap((name) => {
      const values = raw[name];
      return values === undefined ? [] : [[name, normalised(values.join(", "))]];
    }),
  );
  return {
    ...(redirect === undefined ? {} : { redirect }),
    ...(contentType ? { contentType } : {}),
    headers,
    cookies: cookiesOf(raw["set-cookie"] ?? []),
    ...(raw[pomeriumMark] === undefined ? {} : { byPomerium: true }),
  };
}

/** A nonce differs in every answer. */
function normalised(value: string): string {
  return value.trim().replace(/'nonce-[^']*'/gi, "'nonce-…'");
}

/** Stands for a value that may be a secret. */
const hidden = "…";

/** Stands for the name of a parameter or a cookie that has only a value. */
const nameless = "(nameless)";

/** Resolves a `Location`. A text that is not an address is kept as its path, as far as it has no secret. */
function redirectOf(location: string, url: string): Redirect {
  if (!URL.canParse(location, url)) {
    // Without an address, it is not known where a password in front of the `@` begins and ends.
    const path = location.includes("@") ? hidden : location.replace(/[?#].*$/s, "");
    return { scheme: "", host: "", path: withoutParameters(path), query: [] };
  }
  const { protocol, hostname, port, pathname, search } = new URL(location, url);
  return {
    scheme: protocol.replace(/:$/, ""),
    host: hostname,
    ...(port === "" ? {} : { port }),
    path: withoutParameters(pathname),
    query: queryNames(search),
  };
}

/** A path without the values of its parameters: some servers write the session there, as `;jsessionid=…`. */
function withoutParameters(path: string): string {
  return path.replace(/;([^/;=]*)(=[^/;]*)?/g, (_, name: string, value?: string) =>
    value === undefined ? `;${hidden}` : `;${name}=${hidden}`,
  );
}

/** Names of a query's parameters, sorted. */
function queryNames(search: string): string[] {
  const names = search
    .replace(/^\?/, "")
    .split("&")
    .filter(Boolean)
    .map((part) => (part.includes("=") ? [...new URLSearchParams(part).keys()][0] || nameless : nameless));
  return [...new Set(names)].sort();
}

/** Names and flags of cookies. A time of expiry differs in every answer, so only its presence counts. */
export function cookiesOf(lines: readonly string[]): Cookie[] {
  return lines
    .map((line): Cookie => {
      const [pair = "", ...attributes] = line.split(";");
      const name = (pair.includes("=") ? pair.split("=")[0]!.trim() : "") || nameless;
      return { name, flags: [...new Set(attributes.flatMap(flagOf))].sort() };
    })
    .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

/** The flag of an attribute. Only the values of known attributes are shown: another one may be a second cookie. */
function flagOf(attribute: string): string[] {
  const text = attribute.trim().toLowerCase();
  const key = text.split("=")[0]!.trim();
  const value = text.slice(text.indexOf("=") + 1).trim();
  switch (key) {
    case "":
      return [];
    case "expires":
    case "max-age":
      return ["lasting"];
    case "secure":
    case "httponly":
    case "partitioned":
      return [key];
    case "path":
    case "domain":
      return [`${key}=${value.replace(/[?#].*$/s, "")}`];
    case "samesite":
      return [`${key}=${["strict", "lax", "none"].includes(value) ? value : hidden}`];
    default:
      return [text.includes("=") ? `${key}=${hidden}` : hidden];
  }
}

/** A redirect's target as text, without its query's values. */
export function redirectText({ scheme, host, port, path, query }: Redirect): string {
  const names = query.length === 0 ? "" : `?${query.map((name) => `${name}=…`).join("&")}`;
  return host === "" ? path : `${scheme}://${host}${port === undefined ? "" : `:${port}`}${path}${names}`;
}

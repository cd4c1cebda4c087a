import { behaves } from "../releases.ts";

/** A request's path as routes and policies see it. */
export interface SeenPath {
  /** Decoded, without the query; empty when an escape is malformed. */
  decoded: string;
  /** As Envoy hands it on, still percent-encoded. */
  raw: string;
  /** What follows the `?`, as sent. */
  query: string;
}

/** How a release treats a path before it chooses a route. */
export interface PathRules {
  mergeSlashes: boolean;
  /**
   * Treatment of `%2F` and `%5C`. `keep`: they stay escaped, and policies see them decoded. `refuse`: the answer is 400.
   * `redirect`: the client is redirected to the unescaped path.
   */
  escapedSlashes: "keep" | "refuse" | "redirect";
}

/** Fields of Pomerium's settings that decide how paths are read. */
export interface PathSettings {
  mergeSlashes?: boolean | undefined;
  pathWithEscapedSlashesAction?: string | undefined;
}

/**
 * The rules of a release with the settings that this project gives it.
 *
 * @param pomerium Release of Pomerium, for example `v0.33.1`.
 * @param given What the stack file sets. Only releases that know a setting have it.
 * @throws RangeError when it is not a release tag.
 */
export function pathRules(pomerium: string, given: PathSettings = {}): PathRules {
  const refuses = given.pathWithEscapedSlashesAction === "reject_request";
  const strict = behaves(pomerium, "requestSettings") && !refuses ? "redirect" : "refuse";
  return {
    mergeSlashes: given.mergeSlashes ?? behaves(pomerium, "mergedSlashes"),
    escapedSlashes: behaves(pomerium, "strictRequests") ? strict : "keep",
  };
}

/** Characters that mean the same with and without an escape. Envoy removes the escape. */
const unreserved = /^[A-Za-z0-9._~-]$/;

const hex = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;

/** Spells each character in one way, as Envoy does. */
function oneSpelling(path: string): string {
  if (/^[\w/.~-]*$/.test(path)) return path;
  let spelled = "";
  /** Place of the last `%` that begins no escape. */
  let stray = Number.NEGATIVE_INFINITY;
  const tokens = path.match(/%[0-9a-f]{2}|[\u0080-\uffff]+|./gis) ?? [];
  for (const [i, token] of tokens.entries()) {
    if (token === "%") stray = spelled.length;
    const character = token.length === 3 && token.startsWith("%") ? unescapePath(token) : undefined;
    if (character !== undefined && unreserved.test(character)) {
      spelled += character;
      if (stray >= spelled.length - 3) spelled = withoutNewEscape(spelled, stray, tokens[i + 1]);
    } else if (/^["<>^`{|}\u0080-\uffff]/.test(token)) spelled += [...Buffer.from(token)].map(hex).join("");
    else spelled += token;
  }
  return spelled;
}

/**
 * A character without its escape must not make a new escape of a `%` in front of it, as in `/%2%66`. Envoy escapes that
 * `%`.
 *
 * @param stray Place of the `%`.
 * @param next What comes next in the path.
 * @see https://quiche.googlesource.com/googleurl/+/refs/heads/master/url/url_canon_path.cc CheckForNestedEscapes
 */
function withoutNewEscape(spelled: string, stray: number, next = ""): string {
  const digits = spelled.slice(stray + 1);
  const isEscape = /^[0-9a-f]{2}/i.test(digits.length === 1 ? digits + next : digits);
  return isEscape ? `${spelled.slice(0, stray)}%25${digits}` : spelled;
}

function withoutDots(path: string, isDots: (segment: string) => string | undefined): string {
  const kept: string[] = [];
  const segments = path.split("/").slice(1);
  for (const [i, segment] of segments.entries()) {
    const dots = isDots(segment);
    if (dots === "..") kept.pop();
    if (dots === undefined) kept.push(segment);
    else if (i === segments.length - 1) kept.push("");
  }
  return `/${kept.join("/")}`;
}

const plainDots = (segment: string): string | undefined => /^\.{1,2}$/.exec(segment)?.[0];
/** Newer Envoys also resolve a dot segment with a parameter (`/..;x/`). */
const dotsWithParameter = (segment: string): string | undefined => /^(\.{1,2})(?:;.*)?$/.exec(segment)?.[1];

/** Merges slashes as Envoy does. A path of nothing but slashes keeps two. */
const merged = (path: string): string => (/^\/{2,}$/.test(path) ? "//" : path.replace(/\/{2,}/g, "/"));

/** Go's url.PathUnescape. Pomerium ignores its error and takes the path as empty. */
function unescapePath(path: string): string {
  if (!path.includes("%")) return path;
  if (/%(?![0-9a-f]{2})/i.test(path)) return "";
  const bytes = path.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/**
 * The paths that routes and policies may see. Usually there is one reading; there are several if versions of Envoy or
 * of HTTP differ. An undefined reading means that the request is refused with 400. If an escaped slash leads to a
 * redirect, the reading is the path after the redirect.
 *
 * @param path As the client sends it, with its query if it has one.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto
 */
export function pathReadings(path: string, rules: PathRules): (SeenPath | undefined)[] {
  const mark = path.indexOf("?");
  let sent = mark < 0 ? path : path.slice(0, mark);
  const query = mark < 0 ? "" : path.slice(mark + 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what Envoy refuses
  const refused = /[\x00-\x20\x7f]|#/.test(path) || /%00/.test(sent) || !/^[/\\]/.test(sent);
  if (refused) return [undefined];
  if (/%(?:2f|5c)/i.test(sent)) {
    if (rules.escapedSlashes === "refuse") return [undefined];
    if (rules.escapedSlashes === "redirect")
      sent = sent.replace(/%(2f|5c)/gi, (_, digits: string) => (/2f/i.test(digits) ? "/" : "\\"));
  }
  const spelled = oneSpelling(sent.replaceAll("\\", "/"));
  const readings = new Set([withoutDots(spelled, plainDots), withoutDots(spelled, dotsWithParameter)]);
  const seen: (SeenPath | undefined)[] = [...readings].map((clean) => {
    const raw = rules.mergeSlashes ? merged(clean) : clean;
    return { decoded: unescapePath(raw), raw, query };
  });
  // Letters outside ASCII pass over HTTP/2 and are refused over HTTP/1.1.
  return /[\u0080-\uffff]/.test(path) ? [...seen, undefined] : seen;
}

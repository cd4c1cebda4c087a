import { behaves } from "../releases.ts";

/** A request's path as the policy sees it. */
export interface SeenPath {
  /** Decoded, without the query; empty when an escape is malformed. */
  decoded: string;
  /** As Envoy hands it on, still percent-encoded. */
  raw: string;
  /** What follows the `?`, as sent. */
  query: string;
}

/** How a release treats a path before any policy is asked. */
export interface PathRules {
  mergeSlashes: boolean;
  /** Answers 400 to `%2F` and `%5C`; older releases keep them and the policy sees them decoded. */
  refuseEscapedSlashes: boolean;
}

/**
 * @param pomerium Release of Pomerium, for example `v0.33.1`.
 * @throws RangeError when it is not a release tag.
 */
export function pathRules(pomerium: string): PathRules {
  return {
    mergeSlashes: behaves(pomerium, "mergedSlashes"),
    refuseEscapedSlashes: behaves(pomerium, "strictRequests"),
  };
}

function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.replaceAll("\\", "/").split("/").slice(1);
  for (const [i, segment] of segments.entries()) {
    const dots = segment.replace(/%2e/gi, ".");
    if (dots === "..") kept.pop();
    if (dots !== "." && dots !== "..") kept.push(segment);
    else if (i === segments.length - 1) kept.push("");
  }
  return `/${kept.join("/")}`;
}

/** Go's url.PathUnescape, whose error Pomerium drops together with the path. */
function unescapePath(path: string): string {
  if (!path.includes("%")) return path;
  if (/%(?![0-9a-f]{2})/i.test(path)) return "";
  const bytes = Buffer.from(
    path
      .replace(/[^\u0020-\u007e]/g, encodeURIComponent)
      .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
  return bytes.toString("utf8");
}

/**
 * What the policy sees of a path: Envoy resolves dot segments (also written `%2e`), then, by release,
 * merges slashes and refuses escaped ones. Undefined when the request is refused with 400.
 *
 * @param path As the client sends it.
 */
export function seenPath(path: string, rules: PathRules): SeenPath | undefined {
  const sent = path.split("#", 1)[0] ?? "";
  const mark = sent.indexOf("?");
  const before = mark < 0 ? sent : sent.slice(0, mark);
  if (rules.refuseEscapedSlashes && /%2f|%5c/i.test(before)) return undefined;
  const clean = /[.\\]|%2e/i.test(before) ? withoutDots(before) : before;
  const raw = rules.mergeSlashes ? clean.replace(/\/{2,}/g, "/") : clean;
  return { decoded: unescapePath(raw), raw, query: mark < 0 ? "" : sent.slice(mark + 1) };
}

import type { SeenPath } from "./path.ts";

/** Bytes of a text, one character each, as Go has them. */
const bytesOf = (text: string): string => Buffer.from(text).toString("latin1");

/** Go's url.QueryUnescape; undefined where it reports an error. */
function unescapeQuery(text: string): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(text)) return undefined;
  return text
    .replaceAll("+", " ")
    .replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Go's url.QueryEscape. */
function escapeQuery(text: string): string {
  return text.replace(/[^A-Za-z0-9._~-]/g, (byte) =>
    byte === " " ? "+" : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/** A query as Go's url.Values spells it: sorted by name, without the pairs that Go cannot read. */
function respelled(query: string): string {
  const pairs = bytesOf(query)
    .split("&")
    .flatMap((pair): [string, string][] => {
      if (pair === "" || pair.includes(";")) return [];
      const mark = pair.indexOf("=");
      const name = unescapeQuery(mark < 0 ? pair : pair.slice(0, mark));
      const value = unescapeQuery(mark < 0 ? "" : pair.slice(mark + 1));
      return name === undefined || value === undefined ? [] : [[name, value]];
    });
  return pairs
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${escapeQuery(name)}=${escapeQuery(value)}`)
    .join("&");
}

/**
 * The URL that Pomerium makes of a request. It has no path when an escape in the path is malformed.
 *
 * @param host With the port unless it is 443.
 * @see https://github.com/pomerium/pomerium/blob/v0.33.0/authorize/checkrequest/checkrequest.go
 */
export function requestUrl(host: string, { raw, decoded, query }: SeenPath): string {
  const respelt = respelled(query);
  return `https://${host}${decoded === "" ? "" : raw}${respelt === "" ? "" : `?${respelt}`}`;
}

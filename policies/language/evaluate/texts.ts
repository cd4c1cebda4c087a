import { comparisons } from "../criteria.ts";
import { textTest } from "./match.ts";
import { no, type Possible, perhaps, yes } from "./outcomes.ts";
import type { SeenPath } from "./path.ts";
import type { Target } from "./request.ts";

/** What `http_path` and `http_method` are compared with. */
export interface Texts {
  known: readonly string[];
  /** The host is not known, and with it the URL. */
  withoutHost: boolean;
  /** Pomerium spells the query of the URL anew, in a way that is not repeated here. */
  hasQuery: boolean;
}

/**
 * Every text of a request. Pomerium compiles both criteria to a reference whose names are variables
 * (`input[http][path]`), so that any text two levels down in the input meets them: `/admin?/api/` meets
 * `http_path: { starts_with: /api/ }` by its query, and `POST /?GET` meets `http_method: GET`.
 *
 * Ids of sessions and users, which no caller chooses, are left out.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.1/pkg/policy/criteria/http_path.go
 */
export function textsOf({ method = "GET", host, sourceIp, ssh, mcp }: Target, path: SeenPath): Texts {
  // The empty one is the body, which Pomerium does not read.
  const known = [path.decoded, path.raw, path.query, method, ""];
  if (ssh !== undefined) known.push(ssh.username);
  if (sourceIp !== undefined) known.push(sourceIp);
  if (mcp !== undefined) known.push(mcp.method);
  if (host !== undefined) {
    const url = `https://${host}${path.raw}`;
    known.push(host, host.replace(/:\d+$/, ""), path.query === "" ? url : `${url}?${path.query}`);
  }
  return { known: [...new Set(known)], withoutHost: host === undefined, hasQuery: path.query !== "" };
}

/** Whether each text that a matcher fixes from its first letter on is of a kind; false if it fixes none. */
function fixedTextsAre(data: unknown, kind: (text: string) => boolean): boolean {
  const { is, in: among, starts_with: start } = comparisons(data);
  return [is, among, start].some((value) => value !== undefined && [value ?? []].flat().every(kind));
}

/** A test of all texts together, for `http_path` and `http_method` alike. */
export function requestTextTest(data: unknown): (texts: Texts) => Possible {
  const test = textTest(data);
  // Only a path, a query or a method can be or begin like this, never a host or a URL.
  const inHost = !fixedTextsAre(data, (text) => /^\/|^[A-Z]+$/.test(text));
  const inQuery = inHost && !fixedTextsAre(data, (text) => !text.includes("?"));
  return ({ known, withoutHost, hasQuery }) => {
    for (const text of known) if (test(text)) return yes;
    return (withoutHost && inHost) || (hasQuery && inQuery) ? perhaps : no;
  };
}

import { contains, parseAddress, parseNetwork } from "../../../stack-file/networks.ts";
import type { Mentions } from "./mentions.ts";

/** A representative request: every request that a policy can tell from it has a probe of its own. */
export interface Probe {
  path: string;
  method: string;
  /** Caller's address; absent where no policy asks for it. */
  sourceIp?: string;
  /** What the address stands for: a network that a policy names, or `elsewhere`. */
  from?: string;
  /** The path that a policy names and that this one was made for; `/` for the site itself. */
  base: string;
  /**
   * `below` and `beside` show where an open path ends: `/api/x` and `/apixyz` for `/api`; `query` asks for
   * the site with the open path as its query, `/?/api`, which must not open anything.
   */
  relation: "site" | "stated" | "below" | "beside" | "query";
}

interface Spot {
  path: string;
  base: string;
  relation: Probe["relation"];
}

/** A path that no policy names and that begins with `start`. */
function unnamed(start: string, named: readonly string[]): string {
  let path = start;
  while (named.some((one) => one.startsWith(path))) path += "z";
  return path;
}

function spots({ paths: named, scattered }: Pick<Mentions, "paths" | "scattered">): Spot[] {
  const found = new Map<string, Spot>();
  const add = (spot: Spot): void => {
    if (!found.has(spot.path)) found.set(spot.path, spot);
  };
  add({ path: "/", base: "/", relation: "site" });
  const bases = new Set(named.map((path) => (path.length > 1 ? path.replace(/\/$/, "") : path)));
  if (scattered || bases.has("/")) add({ path: unnamed("/x", named), base: "/", relation: "site" });
  for (const base of bases) {
    // Nothing else is a path; a policy may still name it, in vain.
    if (base === "/" || !base.startsWith("/")) continue;
    add({ path: base, base, relation: "stated" });
    if (named.includes(`${base}/`)) add({ path: `${base}/`, base, relation: "stated" });
    add({ path: unnamed(`${base}/x`, named), base, relation: "below" });
    add({ path: unnamed(`${base}xyz`, named), base, relation: "beside" });
    for (const path of [base, `${base}/`])
      if (named.includes(path)) add({ path: `/?${path}`, base, relation: "query" });
  }
  return [...found.values()];
}

/** Addresses that documentation may use (RFC 5737, RFC 3849) and one of a network of its own. */
const outsiders = ["203.0.113.1", "198.51.100.1", "192.0.2.1", "9.9.9.9", "2001:db8::1", "2606:4700::1"];

type Origin = Pick<Probe, "sourceIp" | "from">;

/** One address in each network, then one in none of them; nothing where no policy asks. */
function origins(texts: readonly string[]): Origin[] {
  const networks = texts.flatMap((from) => {
    const network = parseNetwork(from);
    return network ? [{ network, from, sourceIp: from.split("/")[0]! }] : [];
  });
  if (networks.length === 0) return [{}];
  const outside = outsiders.find((one) => {
    const address = parseAddress(one)!;
    return !networks.some(({ network }) => contains(network, address));
  });
  return [
    ...networks.map(({ sourceIp, from }) => ({ sourceIp, from })),
    ...(outside ? [{ sourceIp: outside, from: "elsewhere" }] : []),
  ];
}

/**
 * The requests worth asking about, `/` first. The number grows with what the policies name, not with
 * people.
 */
export function probes(asked: Mentions): Probe[] {
  // GET stands for every method that is not named.
  const methods = [...new Set(["GET", ...asked.methods])];
  const found: Probe[] = [];
  for (const spot of spots(asked))
    for (const method of methods)
      for (const origin of origins(asked.networks)) found.push({ ...spot, method, ...origin });
  return found;
}

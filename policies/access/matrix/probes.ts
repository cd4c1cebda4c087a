import { contains, parseAddress, parseNetwork } from "../../../stack-file/networks.ts";
import type { Mentions } from "./mentions.ts";

/** A representative request. A request that a policy treats differently has another probe. */
export interface Probe {
  path: string;
  method: string;
  /** Caller's address. Absent if no policy asks for it. */
  sourceIp?: string;
  /** The network of a policy that the address stands for, or `elsewhere`. */
  from?: string;
  /** The path of a policy that this path was made for; `/` for the site itself. */
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

/** A path that begins with `start` and that no policy names. */
function unnamed(start: string, named: readonly string[]): string {
  let path = start;
  while (named.some((one) => one.startsWith(path))) path += "z";
  return path;
}

function placesToTry({ paths: named, scattered }: Pick<Mentions, "paths" | "scattered">): Spot[] {
  const found = new Map<string, Spot>();
  const add = (spot: Spot): void => {
    if (!found.has(spot.path)) found.set(spot.path, spot);
  };
  add({ path: "/", base: "/", relation: "site" });
  const bases = new Set(named.map((path) => (path.length > 1 ? path.replace(/\/$/, "") : path)));
  if (scattered || bases.has("/")) add({ path: unnamed("/x", named), base: "/", relation: "site" });
  for (const base of bases) {
    // A policy may name something that is not a path. It never matches.
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

/** Addresses for documentation (RFC 5737, RFC 3849), and two others. */
const outsiders = ["203.0.113.1", "198.51.100.1", "192.0.2.1", "9.9.9.9", "2001:db8::1", "2606:4700::1"];

type Origin = Pick<Probe, "sourceIp" | "from">;

/** One address in each network, then one outside of them. No address if no policy asks for one. */
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

/** The requests worth trying, `/` first. Their number grows with the values in the policies, not with the people. */
export function probes(asked: Mentions): Probe[] {
  // GET stands for every method that is not named.
  const methods = [...new Set(["GET", ...asked.methods])];
  const found: Probe[] = [];
  for (const spot of placesToTry(asked))
    for (const method of methods)
      for (const origin of origins(asked.networks)) found.push({ ...spot, method, ...origin });
  return found;
}

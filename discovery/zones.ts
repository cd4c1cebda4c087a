import type { LiveIssuer } from "../components/certificates/live-issuer.ts";
import type { LiveSolver } from "../components/certificates/solvers/solver.ts";
import { withoutWildcard, zoneOf } from "../stack-file/hosts.ts";
import { isHost } from "../stack-file/values.ts";
import { zoneValue } from "./dns-provider.ts";

/** A DNS zone of the hosts. */
export interface PlannedZone {
  zone: string;
  /** What the stack file says about it; undefined if nothing shows the DNS provider. */
  value?: Record<string, unknown>;
  /** Where this comes from, as the end of "from …". */
  from: string;
}

/** Second labels below which domains are registered, where the last label is a country's. */
const registries = ["ac", "co", "com", "edu", "gov", "ltd", "me", "net", "nom", "org", "plc", "sch"];

/** The most likely zone of a host, judged by its name alone. */
export function likelyZone(host: string): string {
  const labels = host.split(".");
  const [second = "", last = ""] = labels.slice(-2);
  const size = labels.length > 2 && last.length === 2 && registries.includes(second) ? 3 : 2;
  return labels.slice(-size).join(".");
}

/**
 * The zones of some hosts. An issuer of the cluster or an account of the DNS provider names them. For other hosts, it
 * is the likeliest zone.
 *
 * @param known Zones at Cloudflare.
 */
export function zonesOf(
  hosts: readonly string[],
  issuers: readonly LiveIssuer[],
  known: readonly string[] = [],
): PlannedZone[] {
  const solvers = issuers.flatMap((issuer) =>
    (issuer.acme?.solvers ?? []).map((solver) => ({ solver, from: nameOf(issuer) })),
  );
  const named = new Map<string, PlannedZone>();
  for (const { solver, from } of solvers)
    for (const zone of zonesOfSolver(solver)) {
      const value = zoneValue(solver);
      if (!named.has(zone) && value !== undefined) named.set(zone, { zone, value, from });
    }
  // A solver without a selector is for every zone.
  const anyZone = solvers.find(
    ({ solver }) => solver.selector === undefined && zoneValue(solver) !== undefined,
  );
  const found = new Map<string, PlannedZone>();
  for (const host of hosts) {
    const zone = zoneOf(host, [...named.keys(), ...known]) ?? likelyZone(host);
    if (found.has(zone)) continue;
    const value = anyZone && zoneValue(anyZone.solver);
    found.set(
      zone,
      named.get(zone) ??
        (value !== undefined && anyZone !== undefined
          ? { zone, value, from: anyZone.from }
          : known.includes(zone)
            ? { zone, value: { cloudflare: {} }, from: "Cloudflare" }
            : { zone, from: "the names of the hosts" }),
    );
  }
  return [...found.values()];
}

const nameOf = ({ name, namespace }: LiveIssuer): string =>
  namespace === undefined ? `ClusterIssuer ${name}` : `Issuer ${namespace}/${name}`;

function zonesOfSolver({ selector }: LiveSolver): string[] {
  return [
    ...(selector?.dnsZones ?? []),
    ...(selector?.dnsNames ?? []).map((name) => likelyZone(withoutWildcard(name))),
  ].filter(isHost);
}

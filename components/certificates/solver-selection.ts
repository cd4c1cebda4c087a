import { liesIn, withoutWildcard } from "../../stack-file/hosts.ts";
import type { LiveSolver } from "./solvers/solver.ts";

/** Whether cert-manager may use a solver for a name. Does not compare labels. */
export function mayAnswer({ selector, dns01 }: LiveSolver, name: string): boolean {
  const { dnsNames = [], dnsZones = [] } = selector ?? {};
  const bare = withoutWildcard(name);
  if (bare !== name && dns01 === undefined) return false;
  return (
    (dnsNames.length === 0 || dnsNames.includes(name)) &&
    (dnsZones.length === 0 || dnsZones.some((zone) => liesIn(bare, zone)))
  );
}

/** Length of the solver's longest zone that contains the name; 0 without such a zone. */
export function zoneLength({ selector }: LiveSolver, name: string): number {
  return Math.max(
    0,
    ...(selector?.dnsZones ?? []).filter((zone) => liesIn(name, zone)).map((zone) => zone.length),
  );
}

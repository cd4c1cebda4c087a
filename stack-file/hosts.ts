/** The zone in which a host lies: the longest one that the host ends in; undefined when none. */
export function zoneOf(host: string, zones: Iterable<string>): string | undefined {
  let found: string | undefined;
  for (const zone of zones)
    if ((host === zone || host.endsWith(`.${zone}`)) && zone.length > (found?.length ?? 0)) found = zone;
  return found;
}

/** How many labels a host has before its zone. */
export function depth(host: string, zone: string): number {
  return host.split(".").length - zone.split(".").length;
}

export function inNoZone(host: string): string {
  return `${host} lies in no zone of \`certificates.zones\`; add the zone with its DNS credentials`;
}

/** Whether a host is the zone itself or a name below it, at any depth. */
export function liesIn(host: string, zone: string): boolean {
  return host === zone || host.endsWith(`.${zone}`);
}

/** The longest zone that a host is in; undefined if the host is in no zone. */
export function zoneOf(host: string, zones: Iterable<string>): string | undefined {
  let found: string | undefined;
  for (const zone of zones) if (liesIn(host, zone) && zone.length > (found?.length ?? 0)) found = zone;
  return found;
}

/** Whether a certificate with these names is valid for a host. `*.example.org` stands for exactly one label. */
export function covers(dnsNames: readonly string[], host: string): boolean {
  return dnsNames.includes(host) || dnsNames.includes(host.replace(/^[^.]+/, "*"));
}

export function isWildcard(host: string): boolean {
  return host.startsWith("*.");
}

/** The domain of a wildcard; any other host unchanged. */
export function withoutWildcard(host: string): string {
  return host.replace(/^\*\./, "");
}

/** Whether a wildcard stands for a host, or for a wildcard below it. `*.example.org` stands for any number of labels. */
export function standsFor(wildcard: string, host: string): boolean {
  return isWildcard(wildcard) && host.endsWith(wildcard.slice(1));
}

/** Whether a host stands for another one: as a wildcard, or as `*`, the host of an Ingress rule without one. */
export function standsForAll(host: string, other: string): boolean {
  return host === "*" || standsFor(host, other);
}

/** Number of labels that a host has before its zone. */
export function depth(host: string, zone: string): number {
  return host.split(".").length - zone.split(".").length;
}

export function inNoZone(host: string): string {
  return `${host} is in no zone of \`certificates.zones\`; add the zone with its DNS credentials`;
}

import { zoneOf } from "../../stack-file/hosts.ts";

/** The Cloudflare zone of all records of a tunnel, or the zones by their names: `example.org` → its id. */
export type ZoneIds = string | Readonly<Record<string, string>>;

/** Id of the Cloudflare zone with a host's record. Undefined if the host is in none of the tunnel's zones. */
export function zoneIdOf(zoneIds: ZoneIds, host: string): string | undefined {
  if (typeof zoneIds === "string") return zoneIds;
  const zone = zoneOf(host, Object.keys(zoneIds));
  return zone === undefined ? undefined : zoneIds[zone];
}

/**
 * Names of the tunnel's zones at Cloudflare, as far as they are known. A single id has no name, so its zone is one of
 * those with certificates.
 */
export function zoneNames(zoneIds: ZoneIds, withCertificates: readonly string[]): readonly string[] {
  return typeof zoneIds === "string" ? withCertificates : Object.keys(zoneIds);
}

/** Name of the zone that a host should be in. For a single id, that is at least the host's last two labels. */
export function zoneNameOf(zoneIds: ZoneIds, host: string): string {
  const named = typeof zoneIds === "string" ? undefined : zoneOf(host, Object.keys(zoneIds));
  return named ?? host.split(".").slice(-2).join(".");
}

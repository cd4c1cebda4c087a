import type { Stack } from "../../stack/stack.ts";

/** A certificate that Pomerium serves itself, beside those of the Ingresses. */
export interface SharedCertificate {
  /** Name of the resource: `authenticate`, `wildcard-example.org`. */
  name: string;
  secretName: string;
  dnsNames: string[];
  /** The host that it is for, or the zone that its wildcard stands below. */
  host: string;
}

/**
 * The certificates that belong to no app: one per zone that has a wildcard, and the sign-in pages' own
 * unless such a zone covers it.
 */
export function sharedCertificates(stack: Stack): SharedCertificate[] {
  const { authenticateHost } = stack.pomerium;
  const wildcards = Object.entries(stack.certificates.zones)
    .filter(([, zone]) => zone.wildcard)
    .map(([zone]) => ({
      name: `wildcard-${zone}`,
      secretName: `wildcard-${zone}-tls`,
      dnsNames: [`*.${zone}`],
      host: zone,
    }));
  const covered = wildcards.some(({ dnsNames }) =>
    dnsNames.includes(authenticateHost.replace(/^[^.]+/, "*")),
  );
  return covered
    ? wildcards
    : [
        {
          name: "authenticate",
          secretName: "pomerium-auth-tls",
          dnsNames: [authenticateHost],
          host: authenticateHost,
        },
        ...wildcards,
      ];
}

/** Whether an app's host has a certificate of its own: its zone has no wildcard, or not one that covers it. */
export function hasOwnCertificate(stack: Stack, app: { host: string; zone: string }): boolean {
  const zone = stack.certificates.zones[app.zone];
  return !zone?.wildcard || app.host.replace(/^[^.]+\./, "") !== app.zone;
}

import { covers } from "../../stack-file/hosts.ts";
import { pomeriumNamespace } from "../cluster/names.ts";
import { objectId } from "../cluster/objects.ts";
import type { Zone } from "./config.ts";

/** The parts of a stack that need certificates. */
export interface CertificateNeeds {
  certificates: { zones: Record<string, Pick<Zone, "wildcard">> };
  pomerium: { authenticateHost: string };
  apps: readonly AppHost[];
}

/** An app's host and the Secret of its certificate. */
export interface AppHost {
  name: string;
  /** Key path of the app. */
  at: string;
  host: string;
  zone: string;
  namespace: string;
  tlsSecret: string;
  /** Whether somebody else renews the certificate in that Secret. Default: the stack makes it. */
  isExistingSecret?: boolean;
  /** Paths that have their own Ingress. */
  paths?: readonly { path: string }[];
}

/** A certificate that Pomerium serves in addition to those of the Ingresses. */
export interface SharedCertificate {
  /** Name of the resource: `authenticate`, `wildcard-example.org`. */
  name: string;
  secretName: string;
  dnsNames: string[];
  /** Its host, or the zone of its wildcard. */
  host: string;
}

/** A certificate that the stack makes or takes over. */
export interface WantedCertificate {
  /** App that owns its host. Absent for a shared certificate. */
  app?: string;
  /** The part of the stack that needs it, for example `app komga` or `Pomerium (authenticate)`. */
  by: string;
  /** Key path that determines the name of its Secret. */
  at: string;
  namespace: string;
  secretName: string;
  dnsNames: string[];
}

/** The shared certificates: the zones' wildcards, and one for the sign-in pages unless a wildcard covers them. */
export function sharedCertificates({
  certificates,
  pomerium: { authenticateHost },
}: Pick<CertificateNeeds, "certificates" | "pomerium">): SharedCertificate[] {
  const wildcards = Object.entries(certificates.zones)
    .filter(([, zone]) => zone.wildcard)
    .map(([zone]) => ({
      name: `wildcard-${zone}`,
      secretName: `wildcard-${zone}-tls`,
      dnsNames: [`*.${zone}`],
      host: zone,
    }));
  if (wildcards.some(({ dnsNames }) => covers(dnsNames, authenticateHost))) return wildcards;
  const signIn = {
    name: "authenticate",
    secretName: "pomerium-auth-tls",
    dnsNames: [authenticateHost],
    host: authenticateHost,
  };
  return [signIn, ...wildcards];
}

/**
 * The certificate that a host of the stack is served with: its own, or one that Pomerium serves itself.
 *
 * @param wanted All certificates of the stack. Every host of the stack has one.
 */
export function certificateFor(wanted: readonly WantedCertificate[], host: string): WantedCertificate {
  const covering = wanted.filter(({ dnsNames }) => covers(dnsNames, host));
  return covering.find(({ app }) => app !== undefined) ?? covering[0]!;
}

/** Whether an app's host has its own certificate: no wildcard of its zone covers the host. */
export function hasOwnCertificate(
  { certificates }: Pick<CertificateNeeds, "certificates">,
  { host, zone }: Pick<AppHost, "host" | "zone">,
): boolean {
  return !certificates.zones[zone]?.wildcard || !covers([`*.${zone}`], host);
}

/** All certificates of the stack, without canaries. */
export function wantedCertificates(stack: CertificateNeeds): WantedCertificate[] {
  return [
    ...sharedCertificates(stack).map(({ name, secretName, dnsNames }) => ({
      by: `Pomerium (${name})`,
      at: "pomerium",
      namespace: pomeriumNamespace,
      secretName,
      dnsNames,
    })),
    ...stack.apps
      .filter((app) => !app.isExistingSecret && hasOwnCertificate(stack, app))
      .map(({ name, at, namespace, host, tlsSecret }) => ({
        app: name,
        by: `app ${name}`,
        at: `${at}.tls.secretName`,
        namespace,
        secretName: tlsSecret,
        dnsNames: [host],
      })),
  ];
}

/** Identity of a certificate: the Secret that contains it. Its resource has this name, not the app's. */
export function secretId({
  namespace,
  secretName,
}: Pick<WantedCertificate, "namespace" | "secretName">): string {
  return objectId({ namespace, name: secretName });
}

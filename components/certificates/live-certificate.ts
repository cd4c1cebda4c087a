import { isMadeByThisProgram } from "../cluster/foreign.ts";
import type { ObjectMetadata } from "../cluster/objects.ts";
import { waitForKey } from "../cluster/wait-for.ts";
import { type Conditions, isReady } from "./live-object.ts";

/** An annotation that sends HTTP-01 challenges through a class, or through one Ingress. */
export interface Override {
  annotation: string;
  class?: string;
  name?: string;
}

/** Fields of a Certificate that somebody else made, without its Secret. They stay when it is taken over. */
export interface ForeignCertificate {
  dnsNames: string[];
  /** All fields of its spec that the program does not write itself. */
  spec: Record<string, unknown>;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Whether an earlier run has taken it over. */
  isTakenOver: boolean;
}

export interface LiveCertificate {
  namespace: string;
  name: string;
  secretName: string;
  dnsNames: string[];
  /** Its owner, for example `Ingress komga-ingress`. It is deleted with the owner. */
  owner?: string;
  /** Name of its ClusterIssuer, if it has one. */
  clusterIssuer?: string;
  /** Name of its Issuer in the same namespace, if it has one. */
  issuer?: string;
  /** Its annotations that override the issuer's way for HTTP-01 challenges. */
  http01?: Override[];
  /** Whether the current Certificate is READY. */
  ready: boolean;
  /** Why it is not ready, in cert-manager's words. */
  message?: string;
  /** End of the issued certificate, RFC 3339. */
  notAfter?: string;
  /** Absent for a Certificate of this program. */
  foreign?: ForeignCertificate;
}

/** cert-manager's object. */
export interface CertificateObject {
  metadata: ObjectMetadata;
  spec: {
    secretName: string;
    commonName?: string;
    dnsNames?: string[];
    issuerRef: { name: string; kind?: string; group?: string };
  } & Record<string, unknown>;
  status?: Conditions & { notAfter?: string };
}

/**
 * Annotations by which a Certificate overrides its issuer's way for HTTP-01 challenges. The third is new in
 * cert-manager 1.20.
 */
const overrides = {
  "acme.cert-manager.io/http01-override-ingress-class": "class",
  "acme.cert-manager.io/http01-override-ingress-ingressclassname": "class",
  "acme.cert-manager.io/http01-override-ingress-name": "name",
} as const;

/** Annotation of Certificates that the program has taken over. Later runs keep the fields of these Certificates. */
export const takenOverMark = { "pomerium-migration/taken-over": "true" } as const;

/** What the program must know of a Certificate. */
export function liveCertificate({ metadata, spec, status }: CertificateObject): LiveCertificate {
  const ready = isReady(status, metadata.generation);
  const message = status?.conditions?.find(({ type }) => type === "Ready")?.message;
  const [owner] = metadata.ownerReferences ?? [];
  const names = [...(spec.commonName ? [spec.commonName] : []), ...(spec.dnsNames ?? [])];
  const { name: issuer, kind = "Issuer", group = "cert-manager.io" } = spec.issuerRef;
  const http01 = liveOverrides(metadata.annotations);
  const foreign = foreignCertificate(metadata, spec);
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    secretName: spec.secretName,
    dnsNames: [...new Set(names)],
    ...(owner === undefined ? {} : { owner: `${owner.kind} ${owner.name}` }),
    // Issuers of other groups do not belong to cert-manager itself.
    ...(group !== "cert-manager.io" ? {} : kind === "ClusterIssuer" ? { clusterIssuer: issuer } : { issuer }),
    ...(http01.length === 0 ? {} : { http01 }),
    ready,
    ...(ready || !message ? {} : { message }),
    ...(status?.notAfter ? { notAfter: status.notAfter } : {}),
    ...(foreign === undefined ? {} : { foreign }),
  };
}

function liveOverrides(annotations: Record<string, string> = {}): Override[] {
  return Object.entries(overrides).flatMap(([annotation, kind]) => {
    const value = annotations[annotation];
    return value ? [{ annotation, [kind]: value }] : [];
  });
}

/**
 * The fields of a Certificate that stay when it is taken over; undefined for a Certificate of this program. Earlier
 * releases of the program set no label, but an annotation for Pulumi.
 */
function foreignCertificate(
  { labels = {}, annotations = {} }: ObjectMetadata,
  spec: CertificateObject["spec"],
): ForeignCertificate | undefined {
  const isTakenOver = Object.entries(takenOverMark).every(([key, value]) => annotations[key] === value);
  if (isMadeByThisProgram({ labels }) || (waitForKey in annotations && !isTakenOver)) return undefined;
  const { secretName: _, dnsNames = [], issuerRef: __, ...kept } = spec;
  const notOurs = Object.entries(annotations).filter(
    ([key]) => !key.startsWith("pulumi.com/") && key !== "kubectl.kubernetes.io/last-applied-configuration",
  );
  return { dnsNames, spec: kept, labels, annotations: Object.fromEntries(notOurs), isTakenOver };
}

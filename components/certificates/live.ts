import type { ReadOnlyApi } from "../cluster/api.ts";
import { isForced } from "../cluster/forced.ts";
import { isMadeByThisProgram } from "../cluster/foreign.ts";
import type { ManagedFields } from "../cluster/live.ts";
import { objectLabel } from "../cluster/objects.ts";
import { objectPath, type WantedIssuance } from "./issuer-objects.ts";

/** What a cluster already has of everything that issues certificates. */
export interface LiveIssuance {
  /** Whether cert-manager is installed: its API is served. */
  certManager: boolean;
  /** The ClusterIssuer of the wanted name. */
  issuer?: LiveIssuer;
  /** Every ClusterIssuer and every Issuer of the cluster. */
  issuers: LiveIssuer[];
  /** Names of the wanted Helm releases that are there, in cert-manager's namespace. */
  releases: string[];
  /** Labels (`objectLabel`) of the wanted objects that are there. */
  present: string[];
  /** Labels of the wanted objects, issuers and Certificates of which the program may overwrite what others own (`isForced`). */
  forced: string[];
  /** Every Certificate of the cluster. */
  certificates: LiveCertificate[];
}

export interface LiveIssuer {
  name: string;
  /** Where it is an Issuer; absent for a ClusterIssuer. */
  namespace?: string;
  /** Made by hand or by a program other than this one. */
  foreign: boolean;
  /** Whether the ACME server knows its account. */
  ready: boolean;
  /** Absent for an issuer that is no ACME one. */
  acme?: {
    server: string;
    email: string;
    /** Secret with the key of the ACME account. */
    accountKey: string;
    solvers: LiveSolver[];
  };
}

/** A solver as somebody may have written it: any selector, any provider. */
export interface LiveSolver {
  selector?: { dnsZones?: string[]; dnsNames?: string[]; matchLabels?: Record<string, string> };
  dns01?: Record<string, unknown>;
  http01?: {
    ingress?: { ingressClassName?: string; class?: string; name?: string };
    gatewayHTTPRoute?: unknown;
  };
}

export interface LiveCertificate {
  namespace: string;
  name: string;
  secretName: string;
  dnsNames: string[];
  /** What it goes with when that is deleted: `Ingress komga-ingress`. */
  owner?: string;
  /** Its ClusterIssuer, where it has one. */
  clusterIssuer?: string;
  /** Its Issuer, in its own namespace, where it has one. */
  issuer?: string;
  /** Class or Ingress by which its HTTP-01 challenges go, whatever its issuer says. */
  http01?: { class?: string; name?: string };
  /** READY, of the Certificate as it stands. */
  ready: boolean;
  /** Why it is not, in cert-manager's words. */
  message?: string;
  /** End of the issued certificate, RFC 3339. */
  notAfter?: string;
}

interface Metadata {
  namespace?: string;
  name: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  managedFields?: ManagedFields[];
  ownerReferences?: { kind: string; name: string }[];
}

interface Conditions {
  conditions?: { type: string; status: string; message?: string; observedGeneration?: number }[];
}

interface IssuerObject {
  metadata: Metadata;
  spec?: {
    acme?: {
      server?: string;
      email?: string;
      privateKeySecretRef?: { name?: string };
      solvers?: LiveSolver[];
    };
  };
  status?: Conditions;
}

interface CertificateObject {
  metadata: Metadata;
  spec: {
    secretName: string;
    commonName?: string;
    dnsNames?: string[];
    issuerRef: { name: string; kind?: string; group?: string };
  };
  status?: Conditions & { notAfter?: string };
}

/** By them, a Certificate has its HTTP-01 challenges go another way than its issuer says. */
export const http01Overrides = {
  class: "acme.cert-manager.io/http01-override-ingress-class",
  name: "acme.cert-manager.io/http01-override-ingress-name",
} as const;

/**
 * Reads all of it in one round of parallel questions. Of Secrets, nothing but the name is asked for.
 *
 * @throws ClusterError when the cluster does not answer.
 */
export async function readIssuance(api: ReadOnlyApi, wanted: WantedIssuance): Promise<LiveIssuance> {
  const { issuer: name, namespace, releases } = wanted;
  const group = "/apis/cert-manager.io/v1";
  const [served, clusterIssuers, namespacedIssuers, certificates, workloads, present] = await Promise.all([
    api.find(group),
    api.list<IssuerObject>(`${group}/clusterissuers`),
    api.list<IssuerObject>(`${group}/issuers`),
    api.list<CertificateObject>(`${group}/certificates`),
    releases.length === 0
      ? []
      : api.list<{ metadata: Metadata }>(`/apis/apps/v1/namespaces/${namespace}/deployments`),
    Promise.all(
      wanted.objects.map(async (object) => {
        const found = await api.findMetadata<{ metadata: Metadata }>(objectPath(object));
        return found === undefined ? [] : [{ label: objectLabel(object), metadata: found.metadata }];
      }),
    ),
  ]);
  const issuers = [...clusterIssuers, ...namespacedIssuers].map(liveIssuer);
  const issuer = issuers.find((each) => each.namespace === undefined && each.name === name);
  return {
    certManager: served !== undefined,
    ...(issuer === undefined ? {} : { issuer }),
    issuers,
    // Helm writes its release on every object that is part of it.
    releases: releases
      .map((release) => release.name)
      .filter((release) =>
        workloads.some(
          ({ metadata: { annotations } }) =>
            annotations?.["meta.helm.sh/release-name"] === release &&
            annotations["meta.helm.sh/release-namespace"] === namespace,
        ),
      ),
    present: present.flat().map(({ label }) => label),
    forced: [
      ...present.flat(),
      ...ofKind("ClusterIssuer", clusterIssuers),
      ...ofKind("Certificate", certificates),
    ]
      .filter(({ metadata }) => isForced(metadata))
      .map(({ label }) => label),
    certificates: certificates.map(liveCertificate),
  };
}

/** Objects of one kind by their labels. */
const ofKind = (kind: string, all: readonly { metadata: Metadata }[]) =>
  all.map(({ metadata }) => ({ label: objectLabel({ kind, ...metadata }), metadata }));

function liveIssuer({ metadata, spec, status }: IssuerObject): LiveIssuer {
  const acme = spec?.acme;
  return {
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    foreign: !isMadeByThisProgram(metadata),
    ready: isReady(status),
    ...(acme === undefined
      ? {}
      : {
          acme: {
            server: acme.server ?? "",
            email: acme.email ?? "",
            accountKey: acme.privateKeySecretRef?.name ?? metadata.name,
            solvers: acme.solvers ?? [],
          },
        }),
  };
}

function liveCertificate({ metadata, spec, status }: CertificateObject): LiveCertificate {
  const ready = isReady(status, metadata.generation);
  const message = status?.conditions?.find(({ type }) => type === "Ready")?.message;
  const [owner] = metadata.ownerReferences ?? [];
  const names = [...(spec.commonName ? [spec.commonName] : []), ...(spec.dnsNames ?? [])];
  const { name: issuer, kind = "Issuer", group = "cert-manager.io" } = spec.issuerRef;
  const http01 = liveOverrides(metadata.annotations);
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    secretName: spec.secretName,
    dnsNames: [...new Set(names)],
    ...(owner === undefined ? {} : { owner: `${owner.kind} ${owner.name}` }),
    // An issuer of another group is no issuer of cert-manager's own.
    ...(group !== "cert-manager.io" ? {} : kind === "ClusterIssuer" ? { clusterIssuer: issuer } : { issuer }),
    ...(http01 === undefined ? {} : { http01 }),
    ready,
    ...(ready || !message ? {} : { message }),
    ...(status?.notAfter ? { notAfter: status.notAfter } : {}),
  };
}

function liveOverrides(annotations: Record<string, string> = {}): LiveCertificate["http01"] {
  const { [http01Overrides.class]: className, [http01Overrides.name]: name } = annotations;
  if (!className && !name) return undefined;
  return { ...(className ? { class: className } : {}), ...(name ? { name } : {}) };
}

/** @param generation Generation that the report must be about; any when absent. */
function isReady(status: Conditions | undefined, generation?: number): boolean {
  const condition = status?.conditions?.find(({ type }) => type === "Ready");
  const { status: value, observedGeneration } = condition ?? {};
  return value === "True" && (observedGeneration ?? Number.POSITIVE_INFINITY) >= (generation ?? 0);
}

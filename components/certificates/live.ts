import type { ClusterReader } from "../cluster/api.ts";
import { isForced } from "../cluster/forced.ts";
import { isMadeByThisProgram } from "../cluster/foreign.ts";
import type { ManagedFields } from "../cluster/live.ts";
import { objectLabel } from "../cluster/objects.ts";
import { objectPath, type WantedIssuance } from "./issuer-objects.ts";
import type { LiveSecret } from "./live-secrets.ts";
import type { LiveSolver } from "./solvers/solver.ts";

/** Existing objects of a cluster that issue certificates. */
export interface LiveIssuance {
  /** Whether cert-manager is installed, that is, the cluster serves its API. */
  certManager: boolean;
  /** The ClusterIssuer with the wanted name. */
  issuer?: LiveIssuer;
  /** Every ClusterIssuer and every Issuer of the cluster. */
  issuers: LiveIssuer[];
  /** Names of the wanted Helm releases that exist in cert-manager's namespace. */
  releases: string[];
  /** Labels (`objectLabel`) of the wanted objects that exist. */
  existing: string[];
  /** Labels of objects, issuers and Certificates whose foreign fields the program may overwrite (`isForced`). */
  forced: string[];
  /** Every Certificate of the cluster. */
  certificates: LiveCertificate[];
  /** API groups of the wanted webhooks that the cluster serves already. */
  apiServices: LiveApiService[];
  /** Secrets of apps with a certificate that somebody else renews. Absent if they were not read. */
  secrets?: LiveSecret[];
}

/** An API group that a webhook serves, and the Helm release that installed it. */
export interface LiveApiService {
  group: string;
  /** `<namespace>/<name>`; absent when no Helm release did. */
  release?: string;
}

export interface LiveIssuer {
  name: string;
  /** Namespace of an Issuer. Absent for a ClusterIssuer. */
  namespace?: string;
  /** Whether somebody else made it. */
  foreign: boolean;
  /** Whether its ACME account is registered. */
  ready: boolean;
  /** Set for an issuer whose certificates no browser trusts by itself. */
  untrusted?: "selfSigned" | "ca";
  /** Absent for another kind of issuer. */
  acme?: {
    server: string;
    email: string;
    /** Secret with the key of the ACME account. */
    accountKey: string;
    /** Key in that Secret. Absent for cert-manager's default. */
    accountKeyKey?: string;
    /** All other fields, for example `externalAccountBinding` or `preferredChain`. */
    others?: Record<string, unknown>;
    solvers: LiveSolver[];
  };
}

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
      privateKeySecretRef?: { name?: string; key?: string };
      solvers?: LiveSolver[];
    } & Record<string, unknown>;
    selfSigned?: object;
    ca?: object;
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

/**
 * Reads everything in parallel. Only the metadata of Secrets is read.
 *
 * @throws ClusterError if the cluster does not answer.
 */
export async function readIssuance(api: ClusterReader, wanted: WantedIssuance): Promise<LiveIssuance> {
  const { issuer: name, namespace, webhooks } = wanted;
  const releases = webhooks.flatMap(({ release }) => release ?? []);
  const group = "/apis/cert-manager.io/v1";
  const [served, clusterIssuers, namespacedIssuers, certificates, workloads, existing, apiServices] =
    await Promise.all([
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
      Promise.all(webhooks.map(({ apiGroup }) => readApiService(api, apiGroup))),
    ]);
  const issuers = [...clusterIssuers, ...namespacedIssuers].map(liveIssuer);
  const issuer = issuers.find((each) => each.namespace === undefined && each.name === name);
  return {
    certManager: served !== undefined,
    ...(issuer === undefined ? {} : { issuer }),
    issuers,
    // Helm writes the release's name on every object of the release.
    releases: releases.filter((release) =>
      workloads.some(
        ({ metadata: { annotations } }) =>
          annotations?.["meta.helm.sh/release-name"] === release &&
          annotations["meta.helm.sh/release-namespace"] === namespace,
      ),
    ),
    existing: existing.flat().map(({ label }) => label),
    forced: [
      ...existing.flat(),
      ...ofKind("ClusterIssuer", clusterIssuers),
      ...ofKind("Certificate", certificates),
    ]
      .filter(({ metadata }) => isForced(metadata))
      .map(({ label }) => label),
    certificates: certificates.map(liveCertificate),
    apiServices: apiServices.flat(),
  };
}

/** Objects of one kind by their labels. */
const ofKind = (kind: string, all: readonly { metadata: Metadata }[]) =>
  all.map(({ metadata }) => ({ label: objectLabel({ kind, ...metadata }), metadata }));

/** cert-manager's webhooks all serve version v1alpha1 of their group. */
async function readApiService(api: ClusterReader, group: string): Promise<LiveApiService[]> {
  const found = await api.findMetadata<{ metadata: Metadata }>(
    `/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.${group}`,
  );
  if (found === undefined) return [];
  const { annotations = {} } = found.metadata;
  const [name, namespace] = [
    annotations["meta.helm.sh/release-name"],
    annotations["meta.helm.sh/release-namespace"],
  ];
  return [{ group, ...(name && namespace ? { release: `${namespace}/${name}` } : {}) }];
}

function liveIssuer({ metadata, spec, status }: IssuerObject): LiveIssuer {
  const acme = spec?.acme;
  const { server: _, email: __, privateKeySecretRef: ___, solvers: ____, ...others } = acme ?? {};
  return {
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    foreign: !isMadeByThisProgram(metadata),
    ready: isReady(status),
    ...(spec?.selfSigned === undefined
      ? spec?.ca === undefined
        ? {}
        : { untrusted: "ca" as const }
      : { untrusted: "selfSigned" as const }),
    ...(acme === undefined
      ? {}
      : {
          acme: {
            server: acme.server ?? "",
            email: acme.email ?? "",
            accountKey: acme.privateKeySecretRef?.name ?? metadata.name,
            ...(acme.privateKeySecretRef?.key ? { accountKeyKey: acme.privateKeySecretRef.key } : {}),
            solvers: acme.solvers ?? [],
            ...(Object.keys(others).length > 0 ? { others } : {}),
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
  { labels = {}, annotations = {} }: Metadata,
  spec: CertificateObject["spec"],
): ForeignCertificate | undefined {
  const isTakenOver = Object.entries(takenOverMark).every(([key, value]) => annotations[key] === value);
  if (isMadeByThisProgram({ labels }) || ("pulumi.com/waitFor" in annotations && !isTakenOver))
    return undefined;
  const { secretName: _, dnsNames = [], issuerRef: __, ...kept } = spec;
  const notOurs = Object.entries(annotations).filter(
    ([key]) => !key.startsWith("pulumi.com/") && key !== "kubectl.kubernetes.io/last-applied-configuration",
  );
  return { dnsNames, spec: kept, labels, annotations: Object.fromEntries(notOurs), isTakenOver };
}

/** @param generation Generation that the status must be about. Default: any. */
function isReady(status: Conditions | undefined, generation?: number): boolean {
  const condition = status?.conditions?.find(({ type }) => type === "Ready");
  const { status: value, observedGeneration } = condition ?? {};
  return value === "True" && (observedGeneration ?? Number.POSITIVE_INFINITY) >= (generation ?? 0);
}

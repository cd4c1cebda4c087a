import type { ClusterReader } from "../cluster/api.ts";
import { isForced } from "../cluster/forced.ts";
import { type ObjectMetadata, objectLabel } from "../cluster/objects.ts";
import { objectPath, type WantedIssuance } from "./issuer-objects.ts";
import { type CertificateObject, type LiveCertificate, liveCertificate } from "./live-certificate.ts";
import { type LiveIssuer, type LiveIssuerObject, liveIssuer } from "./live-issuer.ts";
import type { LiveSecret } from "./live-secrets.ts";

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
      api.list<LiveIssuerObject>(`${group}/clusterissuers`),
      api.list<LiveIssuerObject>(`${group}/issuers`),
      api.list<CertificateObject>(`${group}/certificates`),
      releases.length === 0
        ? []
        : api.list<{ metadata: ObjectMetadata }>(`/apis/apps/v1/namespaces/${namespace}/deployments`),
      Promise.all(
        wanted.objects.map(async (object) => {
          const found = await api.findMetadata<{ metadata: ObjectMetadata }>(objectPath(object));
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
const ofKind = (kind: string, all: readonly { metadata: ObjectMetadata }[]) =>
  all.map(({ metadata }) => ({ label: objectLabel({ kind, ...metadata }), metadata }));

/** cert-manager's webhooks all serve version v1alpha1 of their group. */
async function readApiService(api: ClusterReader, group: string): Promise<LiveApiService[]> {
  const found = await api.findMetadata<{ metadata: ObjectMetadata }>(
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

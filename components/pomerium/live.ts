import { posix } from "node:path";
import type { ReadOnlyApi } from "../cluster/api.ts";
import type { LiveCluster, ManagedFields } from "../cluster/live.ts";
import { objectLabel } from "../cluster/objects.ts";
import * as names from "./names.ts";

/** What a cluster has of Pomerium already, whoever made it, beside its namespace and its bootstrap Secret. */
export interface LivePomerium {
  /** Labels (`objectLabel`) of everything that the program would make under the same name. */
  existing: string[];
  /** Labels of those, Ingresses included, that no Pulumi program has ever written to. */
  foreign: string[];
  /** Where the claim and the volume of that name keep the store. */
  volume?: LiveVolume;
  /** Folder of the node where a hand-made Deployment with hand-made settings keeps its store, if it is one. */
  store?: string;
  /** Labels by which the Deployment `verify` knows its pods. */
  verifySelector?: Record<string, string>;
  /** Annotations of every Ingress, `namespace/name` → annotation → who set it last. */
  annotators: Record<string, Record<string, string>>;
}

/** The volume that holds Pomerium's store. */
export interface LiveVolume {
  name: string;
  /** Folder of the node; absent for a volume of another kind. */
  hostPath?: string;
  /** Its claim is gone and it has not been given free: no other claim gets it. */
  released: boolean;
}

interface Metadata {
  namespace?: string;
  name: string;
  managedFields?: ManagedFields[];
}

interface Claim {
  metadata: Metadata;
  spec: { volumeName?: string };
}

interface Volume {
  metadata: Metadata;
  spec: { hostPath?: { path: string } };
  status?: { phase?: string };
}

interface Settings {
  metadata: Metadata;
  spec?: { storage?: { file?: { path?: string } } };
}

interface Deployment {
  metadata: Metadata;
  spec: {
    selector: { matchLabels?: Record<string, string> };
    template: {
      spec: {
        containers: { volumeMounts?: { name: string; mountPath: string; subPath?: string }[] }[];
        volumes?: {
          name: string;
          hostPath?: { path: string };
          persistentVolumeClaim?: { claimName: string };
        }[];
      };
    };
  };
}

const rbac = "/apis/rbac.authorization.k8s.io/v1";
const own = `namespaces/${names.namespace}`;

/** Where the API server has the kinds of which upstream's manifests, and this program, have objects. */
const collections = {
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  IngressClass: "/apis/networking.k8s.io/v1/ingressclasses",
  ClusterRole: `${rbac}/clusterroles`,
  ClusterRoleBinding: `${rbac}/clusterrolebindings`,
  Role: `${rbac}/${own}/roles`,
  RoleBinding: `${rbac}/${own}/rolebindings`,
  ServiceAccount: `/api/v1/${own}/serviceaccounts`,
  ConfigMap: `/api/v1/${own}/configmaps`,
  Service: `/api/v1/${own}/services`,
  StatefulSet: `/apis/apps/v1/${own}/statefulsets`,
  Job: `/apis/batch/v1/${own}/jobs`,
};

const secrets = [names.identityProviderSecret, names.storageSecret];

/**
 * Reads all of it in one round of parallel questions. Of a Secret, nothing but the name is asked for.
 *
 * @param cluster What is read of the cluster anyway.
 * @throws ClusterError when the cluster does not answer.
 */
export async function readPomerium(
  api: ReadOnlyApi,
  cluster: Promise<Pick<LiveCluster, "ingresses">>,
): Promise<LivePomerium> {
  const [{ ingresses }, named, found, deployments, volumes, claims, settings] = await Promise.all([
    cluster,
    Promise.all(
      Object.entries(collections).map(async ([kind, path]) =>
        ofKind(kind, await api.listMetadata<{ metadata: Metadata }>(path)),
      ),
    ),
    Promise.all(
      secrets.map((name) => api.findMetadata<{ metadata: Metadata }>(`/api/v1/${own}/secrets/${name}`)),
    ),
    api.list<Deployment>(`/apis/apps/v1/${own}/deployments`),
    api.list<Volume>("/api/v1/persistentvolumes"),
    api.list<Claim>(`/api/v1/${own}/persistentvolumeclaims`),
    api.list<Settings>("/apis/ingress.pomerium.io/v1/pomerium"),
  ]);
  const objects = [
    ...named.flat(),
    ...ofKind(
      "Secret",
      found.filter((secret) => secret !== undefined),
    ),
    ...ofKind("Deployment", deployments),
    ...ofKind("PersistentVolume", volumes),
    ...ofKind("PersistentVolumeClaim", claims),
    ...ofKind("Pomerium", settings),
    ...ingresses.map((metadata) => ({ kind: "Ingress", metadata })),
  ];
  const labelsOf = (each: typeof objects): string[] =>
    each.map(({ kind, metadata }) => objectLabel({ kind, ...metadata }));
  const volume = volumeOf(claims, volumes);
  const store = storeFolder(
    byName(settings, names.settingsObject),
    byName(deployments, names.workload),
    volume,
  );
  const verifySelector = byName(deployments, "verify")?.spec.selector.matchLabels;
  return {
    existing: labelsOf(objects),
    foreign: labelsOf(objects.filter(({ metadata }) => isForeign(metadata))),
    ...(volume ? { volume } : {}),
    ...(store ? { store } : {}),
    ...(verifySelector ? { verifySelector } : {}),
    annotators: Object.fromEntries(
      ingresses.map((ingress) => [`${ingress.namespace}/${ingress.name}`, annotatorsOf(ingress)]),
    ),
  };
}

const ofKind = (kind: string, all: readonly { metadata: Metadata }[]) =>
  all.map(({ metadata }) => ({ kind, metadata }));

const byName = <T extends { metadata: Metadata }>(all: readonly T[], name: string): T | undefined =>
  all.find(({ metadata }) => metadata.name === name);

/** The volume that the claim holds; before there is a claim, the one that it would ask for. */
function volumeOf(claims: readonly Claim[], volumes: readonly Volume[]): LiveVolume | undefined {
  const claim = byName(claims, names.persistentVolumeClaim);
  const volume = byName(volumes, claim?.spec.volumeName ?? names.persistentVolume);
  if (!volume) return undefined;
  const { hostPath } = volume.spec;
  return {
    name: volume.metadata.name,
    ...(hostPath ? { hostPath: hostPath.path } : {}),
    released: volume.status?.phase === "Released",
  };
}

/** Folder of the node where a hand-made Deployment with hand-made settings has its store. */
function storeFolder(
  settings: Settings | undefined,
  deployment: Deployment | undefined,
  volume: LiveVolume | undefined,
): string | undefined {
  const path = settings?.spec?.storage?.file?.path;
  if (!settings || !deployment || !isForeign(settings.metadata) || path === undefined) return undefined;
  const { containers, volumes = [] } = deployment.spec.template.spec;
  const mount = containers
    .flatMap(({ volumeMounts = [] }) => volumeMounts)
    .find(({ mountPath }) => `${path}/`.startsWith(`${mountPath}/`));
  const mounted = volumes.find(({ name }) => name === mount?.name);
  const claimed = mounted?.persistentVolumeClaim?.claimName === names.persistentVolumeClaim;
  const folder = mounted?.hostPath?.path ?? (claimed ? volume?.hostPath : undefined);
  return mount && folder
    ? posix.join(folder, mount.subPath ?? "", path.slice(mount.mountPath.length))
    : undefined;
}

/** Pulumi's provider leaves its name on whatever it has written to. */
function isForeign({ managedFields = [] }: Pick<Metadata, "managedFields">): boolean {
  return !managedFields.some(({ manager = "" }) => manager.startsWith("pulumi-kubernetes"));
}

function annotatorsOf({ managedFields = [] }: Pick<Metadata, "managedFields">): Record<string, string> {
  const byAge = [...managedFields].sort((a, b) => (a.time ?? "").localeCompare(b.time ?? ""));
  return Object.fromEntries(
    byAge.flatMap(({ manager = "", fieldsV1 }) => {
      const fields = fieldsV1 as { "f:metadata"?: { "f:annotations"?: object } } | undefined;
      return Object.keys(fields?.["f:metadata"]?.["f:annotations"] ?? {})
        .filter((key) => key.startsWith("f:"))
        .map((key) => [key.slice(2), manager]);
    }),
  );
}

import { posix } from "node:path";
import type { ReadOnlyApi } from "../cluster/api.ts";
import { objectLabel } from "../cluster/objects.ts";
import * as names from "./names.ts";

/** What a cluster has of Pomerium already, whoever made it, beside its namespace and its bootstrap Secret. */
export interface LivePomerium {
  /** Keys (`objectLabel`) of everything that the program would make under the same name. */
  existing: string[];
  /** Keys of those, Ingresses included, that no Pulumi program has ever written to. */
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
  managedFields?: { manager?: string; time?: string; fieldsV1?: object }[];
}

interface Claim {
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

interface Workload {
  spec: {
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
const settingsCollection = "/apis/ingress.pomerium.io/v1/pomerium";
const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Where the API server has the kinds of which upstream's manifests, and this program, have objects. */
const collections: Record<string, string> = {
  CustomResourceDefinition: crds,
  IngressClass: "/apis/networking.k8s.io/v1/ingressclasses",
  ClusterRole: `${rbac}/clusterroles`,
  ClusterRoleBinding: `${rbac}/clusterrolebindings`,
  Role: `${rbac}/${own}/roles`,
  RoleBinding: `${rbac}/${own}/rolebindings`,
  ServiceAccount: `/api/v1/${own}/serviceaccounts`,
  ConfigMap: `/api/v1/${own}/configmaps`,
  Service: `/api/v1/${own}/services`,
  Deployment: `/apis/apps/v1/${own}/deployments`,
  StatefulSet: `/apis/apps/v1/${own}/statefulsets`,
  Job: `/apis/batch/v1/${own}/jobs`,
  PersistentVolume: "/api/v1/persistentvolumes",
  PersistentVolumeClaim: `/api/v1/${own}/persistentvolumeclaims`,
  Pomerium: settingsCollection,
  Ingress: "/apis/networking.k8s.io/v1/ingresses",
};

const secrets = [names.identityProviderSecret, names.storageSecret];

/**
 * Reads all of it in one round of parallel questions, after a first one that on a cluster without Pomerium is the last.
 * Of a Secret, nothing but the name is asked for.
 *
 * @throws ClusterError when the cluster does not answer.
 */
export async function readPomerium(api: ReadOnlyApi): Promise<LivePomerium> {
  const begun = await Promise.all([
    api.findMetadata(`/api/v1/${own}`),
    api.findMetadata(`${crds}/pomerium.ingress.pomerium.io`),
  ]);
  if (begun.every((object) => object === undefined)) return { existing: [], foreign: [], annotators: {} };

  const [lists, found, volume, settings, workload, verify] = await Promise.all([
    Promise.all(
      Object.entries(collections).map(async ([kind, path]) =>
        (await api.listMetadata<{ metadata: Metadata }>(path)).map(({ metadata }) => ({ kind, metadata })),
      ),
    ),
    Promise.all(
      secrets.map((name) => api.findMetadata<{ metadata: Metadata }>(`/api/v1/${own}/secrets/${name}`)),
    ),
    readVolume(api),
    api.find<Settings>(`${settingsCollection}/${names.settingsObject}`),
    api.find<Workload>(`/apis/apps/v1/${own}/deployments/${names.workload}`),
    api.find<{ spec: { selector: { matchLabels?: Record<string, string> } } }>(
      `/apis/apps/v1/${own}/deployments/verify`,
    ),
  ]);
  const objects = [
    ...lists.flat(),
    ...found.flatMap((secret) => (secret ? [{ kind: "Secret", metadata: secret.metadata }] : [])),
  ];
  const keysOf = (each: typeof objects): string[] =>
    each.map(({ kind, metadata }) => objectLabel({ kind, ...metadata }));
  const store =
    settings && workload && isForeign(settings.metadata)
      ? storeFolder(settings, workload, volume)
      : undefined;
  const verifySelector = verify?.spec.selector.matchLabels;
  return {
    existing: keysOf(objects),
    foreign: keysOf(objects.filter(({ metadata }) => isForeign(metadata))),
    ...(volume ? { volume } : {}),
    ...(store ? { store } : {}),
    ...(verifySelector ? { verifySelector } : {}),
    annotators: Object.fromEntries(
      objects
        .filter(({ kind }) => kind === "Ingress")
        .map(({ metadata }) => [`${metadata.namespace}/${metadata.name}`, annotatorsOf(metadata)]),
    ),
  };
}

/** The volume that the claim holds; before there is a claim, the one that it would ask for. */
async function readVolume(api: ReadOnlyApi): Promise<LiveVolume | undefined> {
  const volumes = "/api/v1/persistentvolumes";
  const [claim, named] = await Promise.all([
    api.find<Claim>(`/api/v1/${own}/persistentvolumeclaims/${names.persistentVolumeClaim}`),
    api.find<Volume>(`${volumes}/${names.persistentVolume}`),
  ]);
  const name = claim?.spec.volumeName ?? names.persistentVolume;
  const volume = name === names.persistentVolume ? named : await api.find<Volume>(`${volumes}/${name}`);
  if (!volume) return undefined;
  const { hostPath } = volume.spec;
  return {
    name,
    ...(hostPath ? { hostPath: hostPath.path } : {}),
    released: volume.status?.phase === "Released",
  };
}

function storeFolder(
  { spec }: Settings,
  { spec: { template } }: Workload,
  volume: LiveVolume | undefined,
): string | undefined {
  const path = spec?.storage?.file?.path;
  if (path === undefined) return undefined;
  const { containers, volumes = [] } = template.spec;
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
function isForeign({ managedFields = [] }: Metadata): boolean {
  return !managedFields.some(({ manager = "" }) => manager.startsWith("pulumi-kubernetes"));
}

function annotatorsOf({ managedFields = [] }: Metadata): Record<string, string> {
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

import { posix } from "node:path";
import type { ReadOnlyApi } from "../cluster/api.ts";
import { isForced } from "../cluster/forced.ts";
import { isForeign } from "../cluster/foreign.ts";
import type { LiveCluster, ManagedFields } from "../cluster/live.ts";
import { verifyService } from "../cluster/names.ts";
import { objectLabel } from "../cluster/objects.ts";
import type { IngressStatus, LiveSettings, PomeriumStatus } from "../cluster/pomerium-status.ts";
import * as names from "./names.ts";
import type { Store } from "./storage.ts";

/** All objects of Pomerium in a cluster, whoever made them. */
export interface LivePomerium extends PomeriumStatus {
  /** Labels (`objectLabel`) of the objects that have a name that the program would use. */
  existing: string[];
  /** Labels of those, Ingresses included, that no Pulumi program has ever written to. */
  foreign: string[];
  /** Labels of those, Ingresses included, of which the program may overwrite what others own (`isForced`). */
  forced: string[];
  /** The volume that the claim for the store holds. */
  volume?: LiveVolume;
  /** Where Pomerium's settings say that sessions are kept. Absent before there are settings. */
  storage?: LiveStorage;
  /** Claims in Pomerium's namespace. */
  claims: LiveClaim[];
  /** Folder of the node where a hand-made Deployment with hand-made settings keeps its store. */
  store?: string;
  /** Version of the API server: minor of Kubernetes 1. Absent if it does not say. */
  kubernetesMinor?: number;
  /** Names of the nodes that pods may run on. */
  nodes: string[];
  /** Node on which Pomerium runs now. */
  node?: string;
  /** Annotation by which the Service asks MetalLB for an address. */
  metalLbAnnotation?: string;
  /** Labels by which the Deployment `verify` selects its pods. */
  verifySelector?: Record<string, string>;
}

/** Where sessions are now: the store, and the claim that its StatefulSet has mounted. */
export interface LiveStorage {
  store: Store;
  claim?: string;
}

export interface LiveClaim {
  name: string;
  storageClass?: string;
  size?: string;
}

/** The volume that holds Pomerium's store. */
export interface LiveVolume {
  name: string;
  /** Folder of the node. Absent for a volume of another kind. */
  hostPath?: string;
  /** Its claim was deleted, and nobody has released it: no other claim gets it. */
  released: boolean;
}

interface Metadata {
  namespace?: string;
  name: string;
  annotations?: Record<string, string>;
  managedFields?: ManagedFields[];
}

interface Claim {
  metadata: Metadata;
  spec: { volumeName?: string; storageClassName?: string; resources?: { requests?: { storage?: string } } };
}

interface Volume {
  metadata: Metadata;
  spec: { hostPath?: { path: string } };
  status?: { phase?: string };
}

interface Settings {
  metadata: Metadata & { generation?: number };
  spec?: { storage?: { file?: { path?: string }; postgres?: object } };
  status?: {
    settingsStatus?: {
      reconciled?: boolean;
      observedGeneration?: number;
      error?: string;
      warnings?: string[];
    };
    ingress?: Record<string, Partial<IngressStatus>>;
  };
}

interface Node {
  metadata: Metadata;
  spec?: { unschedulable?: boolean; taints?: { effect: string }[] };
}

interface Pod {
  metadata: Metadata & { labels?: Record<string, string> };
  spec: { nodeName?: string };
}

interface Workload {
  metadata: Metadata;
  spec?: { template?: { spec?: { volumes?: { persistentVolumeClaim?: { claimName: string } }[] } } };
  status?: { readyReplicas?: number };
}

interface Deployment extends Omit<Workload, "spec"> {
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

/** Kinds of upstream's and this program's objects → their path on the API server. */
const collections = {
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  IngressClass: "/apis/networking.k8s.io/v1/ingressclasses",
  ClusterRole: `${rbac}/clusterroles`,
  ClusterRoleBinding: `${rbac}/clusterrolebindings`,
  Role: `${rbac}/${own}/roles`,
  RoleBinding: `${rbac}/${own}/rolebindings`,
  ServiceAccount: `/api/v1/${own}/serviceaccounts`,
  ConfigMap: `/api/v1/${own}/configmaps`,
  PodDisruptionBudget: `/apis/policy/v1/${own}/poddisruptionbudgets`,
  Service: `/api/v1/${own}/services`,
  Job: `/apis/batch/v1/${own}/jobs`,
};

const secrets = [
  names.bootstrapSecret,
  names.identityProviderSecret,
  names.requestParamsSecret,
  names.authoritySecret,
  names.storageSecret,
];

/**
 * Reads all of it in one round of parallel questions. Of a Secret, only the metadata is read.
 *
 * @param cluster The general part of the live cluster, which every run reads.
 * @throws ClusterError if the cluster does not answer.
 */
export async function readPomerium(
  api: ReadOnlyApi,
  cluster: Promise<Pick<LiveCluster, "ingresses">>,
): Promise<LivePomerium> {
  const [{ ingresses }, named, namespace, found, running, volumes, claims, topology] = await Promise.all([
    cluster,
    Promise.all(
      Object.entries(collections).map(async ([kind, path]) =>
        ofKind(kind, await api.listMetadata<{ metadata: Metadata }>(path)),
      ),
    ),
    api.findMetadata<{ metadata: Metadata }>(`/api/v1/${own}`),
    Promise.all(
      secrets.map((name) => api.findMetadata<{ metadata: Metadata }>(`/api/v1/${own}/secrets/${name}`)),
    ),
    readRunning(api),
    api.list<Volume>("/api/v1/persistentvolumes"),
    api.list<Claim>(`/api/v1/${own}/persistentvolumeclaims`),
    readTopology(api),
  ]);
  const { deployments, statefulSets, settings } = running;
  const objects = [
    ...named.flat(),
    ...ofKind("Namespace", [namespace].filter(isThere)),
    ...ofKind("Secret", found.filter(isThere)),
    ...ofKind("Deployment", deployments),
    ...ofKind("StatefulSet", statefulSets),
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
  const verifySelector = byName(deployments, verifyService.name)?.spec.selector.matchLabels;
  return {
    ...statusOf(running),
    ...topology,
    ...metalLb(named.flat()),
    existing: labelsOf(objects),
    foreign: labelsOf(objects.filter(({ metadata }) => isForeign(metadata))),
    forced: labelsOf(objects.filter(({ metadata }) => isForced(metadata))),
    claims: claims.map(({ metadata: { name }, spec: { storageClassName, resources } }) => {
      const size = resources?.requests?.storage;
      return {
        name,
        ...(storageClassName ? { storageClass: storageClassName } : {}),
        ...(size ? { size } : {}),
      };
    }),
    ...storageOf(running),
    ...(volume ? { volume } : {}),
    ...(store ? { store } : {}),
    ...(verifySelector ? { verifySelector } : {}),
  };
}

function storageOf({ settings, statefulSets, deployments }: Running): Pick<LivePomerium, "storage"> {
  const spec = byName(settings, names.settingsObject)?.spec;
  if (spec === undefined) return {};
  const { file, postgres } = spec.storage ?? {};
  if (postgres) return { storage: { store: "postgres" } };
  if (!file) return { storage: { store: "memory" } };
  if (file.path?.startsWith(names.clusterMount)) return { storage: { store: "cluster" } };
  const workload = byName(statefulSets, names.workload) ?? byName(deployments, names.workload);
  const volumes = workload?.spec?.template?.spec?.volumes ?? [];
  const claim = volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [])[0];
  return { storage: { store: "pebble", ...(claim === undefined ? {} : { claim }) } };
}

/** Annotations by which MetalLB's users ask for an address; the second is the older name. */
const metalLbAnnotations = ["metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"];

function metalLb(
  objects: readonly { kind: string; metadata: Metadata & { annotations?: Record<string, string> } }[],
): Pick<LivePomerium, "metalLbAnnotation"> {
  const service = objects.find(
    ({ kind, metadata }) => kind === "Service" && metadata.name === names.proxyService,
  );
  const annotation = metalLbAnnotations.find((name) => service?.metadata.annotations?.[name] !== undefined);
  return annotation === undefined ? {} : { metalLbAnnotation: annotation };
}

/** Reads the API server's version and the nodes that Pomerium's pods can run on. */
async function readTopology(
  api: ReadOnlyApi,
): Promise<Pick<LivePomerium, "kubernetesMinor" | "nodes" | "node">> {
  const [version, nodes, pods] = await Promise.all([
    api.find<{ minor?: string }>("/version"),
    api.list<Node>("/api/v1/nodes"),
    api.list<Pod>(`/api/v1/${own}/pods`),
  ]);
  // Some providers write `29+`.
  const minor = Number.parseInt(version?.minor ?? "", 10);
  const node = pods.find(({ metadata }) => metadata.labels?.["app.kubernetes.io/component"] === "proxy")?.spec
    .nodeName;
  return {
    ...(Number.isNaN(minor) ? {} : { kubernetesMinor: minor }),
    nodes: nodes.filter(isOpen).map(({ metadata }) => metadata.name),
    ...(node === undefined ? {} : { node }),
  };
}

/** Whether a pod without tolerations may run on a node. */
function isOpen({ spec }: Node): boolean {
  return !spec?.unschedulable && !(spec?.taints ?? []).some(({ effect }) => effect !== "PreferNoSchedule");
}

/**
 * Reads only what the running Pomerium reports.
 *
 * @throws ClusterError if the cluster does not answer.
 */
export async function readStatus(api: ReadOnlyApi): Promise<PomeriumStatus> {
  return statusOf(await readRunning(api));
}

interface Running {
  deployments: Deployment[];
  statefulSets: Workload[];
  settings: Settings[];
}

async function readRunning(api: ReadOnlyApi): Promise<Running> {
  const [deployments, statefulSets, settings] = await Promise.all([
    api.list<Deployment>(`/apis/apps/v1/${own}/deployments`),
    api.list<Workload>(`/apis/apps/v1/${own}/statefulsets`),
    api.list<Settings>("/apis/ingress.pomerium.io/v1/pomerium"),
  ]);
  return { deployments, statefulSets, settings };
}

function statusOf({ deployments, statefulSets, settings }: Running): PomeriumStatus {
  const workloads = [
    byName<Omit<Workload, "spec">>(deployments, names.workload),
    byName(statefulSets, names.workload),
  ];
  const own = byName(settings, names.settingsObject);
  return {
    readyReplicas: workloads.reduce((sum, workload) => sum + (workload?.status?.readyReplicas ?? 0), 0),
    ...(own ? { settings: liveSettings(own) } : {}),
  };
}

function liveSettings({ metadata, status }: Settings): LiveSettings {
  const settings = status?.settingsStatus;
  return {
    reconciled: settings?.reconciled ?? false,
    current: settings?.observedGeneration === metadata.generation,
    ...(settings?.error ? { error: settings.error } : {}),
    warnings: settings?.warnings ?? [],
    ingress: Object.fromEntries(
      Object.entries(status?.ingress ?? {}).map(([name, entry]) => [
        name,
        {
          reconciled: entry.reconciled ?? false,
          ...(entry.observedGeneration === undefined ? {} : { observedGeneration: entry.observedGeneration }),
          ...(entry.observedAt ? { observedAt: entry.observedAt } : {}),
          ...(entry.error ? { error: entry.error } : {}),
          ...(entry.warnings?.length ? { warnings: entry.warnings } : {}),
        },
      ]),
    ),
  };
}

const isThere = <T>(found: T | undefined): found is T => found !== undefined;

const ofKind = (kind: string, all: readonly { metadata: Metadata }[]) =>
  all.map(({ metadata }) => ({ kind, metadata }));

const byName = <T extends { metadata: Metadata }>(all: readonly T[], name: string): T | undefined =>
  all.find(({ metadata }) => metadata.name === name);

/** The volume that the claim holds. Before there is a claim: the volume that it would ask for. */
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

/** The folder of the node in which a hand-made Deployment with hand-made settings has its store. */
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

import type { ReadOnlyApi } from "../cluster/api.ts";
import { isForced } from "../cluster/forced.ts";
import { isForeign } from "../cluster/foreign.ts";
import type { LiveCluster } from "../cluster/live.ts";
import { verifyService } from "../cluster/names.ts";
import { type ObjectMetadata, objectLabel } from "../cluster/objects.ts";
import type { PomeriumStatus } from "../cluster/pomerium-status.ts";
import { byName, own, readRunning, statusOf } from "./live-running.ts";
import {
  type Claim,
  type LiveClaim,
  type LiveStorage,
  type LiveVolume,
  liveClaim,
  storageOf,
  storeFolder,
  type Volume,
  volumeOf,
} from "./live-store.ts";
import { readTopology, type Topology } from "./live-topology.ts";
import * as names from "./names.ts";

/** All objects of Pomerium in a cluster, whoever made them. */
export interface LivePomerium extends PomeriumStatus, Topology {
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
  /** Annotation by which the Service asks MetalLB for an address. */
  metalLbAnnotation?: string;
  /** Labels by which the Deployment `verify` selects its pods. */
  verifySelector?: Record<string, string>;
}

const rbac = "/apis/rbac.authorization.k8s.io/v1";

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
  const [{ ingresses }, named, running, volumes, claims, topology] = await Promise.all([
    cluster,
    readNamed(api),
    readRunning(api),
    api.list<Volume>("/api/v1/persistentvolumes"),
    api.list<Claim>(`/api/v1/${own}/persistentvolumeclaims`),
    readTopology(api),
  ]);
  const { deployments, statefulSets, settings } = running;
  const objects = [
    ...named,
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
    claims: claims.map(liveClaim),
    ...storageOf(running),
    ...(volume ? { volume } : {}),
    ...(store ? { store } : {}),
    ...(verifySelector ? { verifySelector } : {}),
  };
}

interface NamedObject {
  kind: string;
  metadata: ObjectMetadata;
}

/** Reads the metadata of the objects whose content does not matter: the collections, the namespace and the Secrets. */
async function readNamed(api: ReadOnlyApi): Promise<NamedObject[]> {
  const find = (path: string) => api.findMetadata<{ metadata: ObjectMetadata }>(path);
  const [listed, namespace, found] = await Promise.all([
    Promise.all(
      Object.entries(collections).map(async ([kind, path]) =>
        ofKind(kind, await api.listMetadata<{ metadata: ObjectMetadata }>(path)),
      ),
    ),
    find(`/api/v1/${own}`),
    Promise.all(secrets.map((name) => find(`/api/v1/${own}/secrets/${name}`))),
  ]);
  return [
    ...listed.flat(),
    ...ofKind("Namespace", [namespace].filter(isThere)),
    ...ofKind("Secret", found.filter(isThere)),
  ];
}

/**
 * Reads only what the running Pomerium reports.
 *
 * @throws ClusterError if the cluster does not answer.
 */
export async function readStatus(api: ReadOnlyApi): Promise<PomeriumStatus> {
  return statusOf(await readRunning(api));
}

/** Annotations by which MetalLB's users ask for an address; the second is the older name. */
const metalLbAnnotations = ["metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"];

function metalLb(
  objects: readonly { kind: string; metadata: ObjectMetadata }[],
): Pick<LivePomerium, "metalLbAnnotation"> {
  const service = objects.find(
    ({ kind, metadata }) => kind === "Service" && metadata.name === names.proxyService,
  );
  const annotation = metalLbAnnotations.find((name) => service?.metadata.annotations?.[name] !== undefined);
  return annotation === undefined ? {} : { metalLbAnnotation: annotation };
}

const isThere = <T>(found: T | undefined): found is T => found !== undefined;

const ofKind = (kind: string, all: readonly { metadata: ObjectMetadata }[]): NamedObject[] =>
  all.map(({ metadata }) => ({ kind, metadata }));

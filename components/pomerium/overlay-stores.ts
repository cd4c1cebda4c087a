/** The parts that depend on the storage of sessions: the pods, their controller, and the objects beside them. */

import { skipAwait } from "../cluster/wait-for.ts";
import * as names from "./names.ts";
import { clusterParts, headlessService } from "./overlay-cluster.ts";
import { labels, ownedVolume, type StoreParts } from "./overlay-pods.ts";
import type { ClusterConfig, HostPathVolume, PebbleConfig, ProvisionedVolume, Store } from "./storage.ts";

/** The part of the storage that the manifests depend on. */
export type StoredIn =
  | { pebble: PebbleConfig }
  | { memory: object }
  | { cluster: ClusterConfig }
  | { postgres: { replicas: number } };

export const ownershipStep = "own-store";
const storeVolume = "store";

/** The parts for a storage, over those of upstream's Deployment. */
export function storeParts(storage: StoredIn, hasHostPorts: boolean): StoreParts {
  const nothing: Omit<StoreParts, "replicas"> = {
    takesOwnership: false,
    volumeMounts: [],
    env: [],
    pod: {},
    deployment: {},
    statefulSet: [],
  };
  if ("pebble" in storage) return { ...nothing, ...pebbleParts(storage.pebble) };
  if ("cluster" in storage) return { ...nothing, ...clusterParts(storage.cluster) };
  // Two pods would know different sessions.
  if ("memory" in storage) return { ...nothing, replicas: 1, deployment: oldPodFirst };
  return {
    ...nothing,
    replicas: storage.postgres.replicas,
    pod: spread,
    // A new pod cannot start on a node whose port an old one has.
    deployment: hasHostPorts ? oldPodFirst : {},
  };
}

/**
 * Lets an old pod stop before a new one starts. Not `Recreate`: the API server refuses it for a Deployment that is taken
 * over. It has filled in the numbers of a rolling update itself, and they would stay.
 */
const oldPodFirst = {
  strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
};

/** Objects of the foundation: the volume of the store. */
export function storeVolumes(storage: StoredIn): object[] {
  if (!("pebble" in storage) || "claim" in storage.pebble) return [];
  return "hostPath" in storage.pebble ? hostPathVolume(storage.pebble) : [provisionedClaim(storage.pebble)];
}

/** Objects of the workload: how pods find each other, and how many may be away at once. */
export function storeObjects(storage: StoredIn): object[] {
  if ("cluster" in storage) return [headlessService, budget()];
  return "postgres" in storage && storage.postgres.replicas > 1 ? [budget()] : [];
}

function pebbleParts(pebble: PebbleConfig): Partial<StoreParts> & { replicas: number } {
  const onNode = "hostPath" in pebble && pebble.node !== undefined ? nodeAffinity(pebble.node) : {};
  const affinity = { ...onNode, podAntiAffinity: onlyOpener };
  const claimName =
    "claim" in pebble
      ? pebble.claim
      : "hostPath" in pebble
        ? names.persistentVolumeClaim
        : names.provisionedClaim;
  const volumes = [{ name: storeVolume, persistentVolumeClaim: { claimName } }];
  const common = { replicas: 1, statefulSet: single };
  if ("hostPath" in pebble)
    return {
      ...common,
      takesOwnership: true,
      volumeMounts: [storeMount],
      pod: { affinity, initContainers: [takeOwnership], volumes },
    };
  return {
    ...common,
    volumeMounts: [{ name: storeVolume, mountPath: names.dataMount }],
    pod: { affinity, volumes, securityContext: ownedVolume },
  };
}

/** Only the store itself, one level below the stack's folder. Other files in the stack's folder keep their owner. */
const storeMount = {
  name: storeVolume,
  mountPath: names.pebblePath,
  subPath: names.pebblePath.slice(names.dataMount.length + 1),
};

/** Requires the node that has the store. By its name, since the label `kubernetes.io/hostname` may differ from it. */
const nodeAffinity = (node: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }],
    },
  },
});

const otherStores: Store[] = ["postgres", "memory", "cluster"];

/**
 * The lock against a second process on the store. The scheduler keeps it: it counts a pod until the pod is really gone.
 * So this pod does not start while any other Pomerium runs or stops, also one of a hand-made Deployment. No other
 * Pomerium starts beside this one. Every node has this topology key, so the lock holds across the cluster. Pods that
 * keep their sessions elsewhere are exempt: a stack that changes its storage runs both kinds for a moment.
 */
const onlyOpener = {
  requiredDuringSchedulingIgnoredDuringExecution: [
    {
      topologyKey: "kubernetes.io/os",
      labelSelector: {
        matchLabels: labels,
        matchExpressions: [{ key: names.storeLabel, operator: "NotIn", values: otherStores }],
      },
    },
  ],
};

const takeOwnership = {
  name: ownershipStep,
  image: "replaced-by-the-image-of-the-base",
  imagePullPolicy: "IfNotPresent",
  // The kubelet creates the folder as root's and readable by all. fsGroup does not apply to a hostPath, and the
  // sessions in it are not encrypted. `-h`: never through a link. Upstream's image has its shell in /busybox.
  command: [
    "/busybox/sh",
    "-c",
    `/busybox/chown -R -h ${names.runAs}:${names.runAs} ${names.pebblePath} && /busybox/chmod 0750 ${names.pebblePath}`,
  ],
  resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
  securityContext: {
    runAsNonRoot: false,
    runAsUser: 0,
    runAsGroup: 0,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE", "FOWNER"] },
  },
  volumeMounts: [storeMount],
};

/** Turns the patched Deployment into a StatefulSet. A JSON patch, because a merge patch cannot change the kind. */
const single = [
  { op: "replace", path: "/kind", value: "StatefulSet" },
  { op: "add", path: "/spec/serviceName", value: names.proxyService },
  { op: "add", path: "/spec/updateStrategy", value: { type: "RollingUpdate" } },
  // By default, a pod that never became ready blocks the update that would fix it. One pod needs no order anyway.
  { op: "add", path: "/spec/podManagementPolicy", value: "Parallel" },
];

function hostPathVolume({ hostPath, size }: HostPathVolume): object[] {
  const metadata = { labels: { "app.kubernetes.io/name": "pomerium" } };
  const common = { storageClassName: "manual", accessModes: ["ReadWriteOnce"] };
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: names.persistentVolume, ...metadata },
      spec: {
        ...common,
        capacity: { storage: size },
        // The sessions outlive the claim: a new claim finds them.
        persistentVolumeReclaimPolicy: "Retain",
        hostPath: { path: hostPath, type: "DirectoryOrCreate" },
      },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: names.persistentVolumeClaim, namespace: names.namespace, ...metadata },
      spec: { ...common, volumeName: names.persistentVolume, resources: { requests: { storage: size } } },
    },
  ];
}

function provisionedClaim({ storageClass, size }: ProvisionedVolume): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name: names.provisionedClaim,
      namespace: names.namespace,
      labels: { "app.kubernetes.io/name": "pomerium" },
      // Many classes make the volume only for a pod that needs it, and the pod comes later.
      annotations: skipAwait,
    },
    spec: {
      storageClassName: storageClass,
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: size } },
    },
  };
}

/** Pod parts of several Pomeriums: they run on different nodes if there are any. */
const spread = {
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: labels },
    },
  ],
};

/** Lets one pod at a time go while nodes are drained. */
function budget(): object {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: {
      name: names.workload,
      namespace: names.namespace,
      labels: { "app.kubernetes.io/name": "pomerium" },
    },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  };
}

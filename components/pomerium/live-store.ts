import { posix } from "node:path";
import { isForeign } from "../cluster/foreign.ts";
import type { ObjectMetadata } from "../cluster/objects.ts";
import { byName, type Deployment, type Running, type Settings } from "./live-running.ts";
import * as names from "./names.ts";
import type { Store } from "./storage.ts";

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

export interface Claim {
  metadata: ObjectMetadata;
  spec: { volumeName?: string; storageClassName?: string; resources?: { requests?: { storage?: string } } };
}

export interface Volume {
  metadata: ObjectMetadata;
  spec: { hostPath?: { path: string } };
  status?: { phase?: string };
}

export function liveClaim({ metadata: { name }, spec: { storageClassName, resources } }: Claim): LiveClaim {
  const size = resources?.requests?.storage;
  return {
    name,
    ...(storageClassName ? { storageClass: storageClassName } : {}),
    ...(size ? { size } : {}),
  };
}

/** Where the settings say that sessions are kept. */
export function storageOf({ settings, statefulSets, deployments }: Running): { storage?: LiveStorage } {
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

/** The volume that the claim holds. Before there is a claim: the volume that it would ask for. */
export function volumeOf(claims: readonly Claim[], volumes: readonly Volume[]): LiveVolume | undefined {
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
export function storeFolder(
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

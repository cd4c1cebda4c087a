import type { Secret } from "../../stack-file/secrets.ts";

/** Where sessions are kept, with the defaults filled in. */
export type StorageConfig =
  | { pebble: PebbleConfig }
  | { memory: object }
  | { cluster: ClusterConfig }
  | { postgres: PostgresConfig };

/** Pomerium's own store on one volume: one writer, so one pod. */
export type PebbleConfig = HostPathVolume | ProvisionedVolume | { claim: string };

export interface HostPathVolume {
  /** Folder of the node. */
  hostPath: string;
  size: string;
  /** Node that has the folder. Absent on a cluster with one node. */
  node?: string | undefined;
}

export interface ProvisionedVolume {
  /** Class that makes the volume. */
  storageClass: string;
  size: string;
}

/** Pods that keep a copy each, and agree on every change. */
export interface ClusterConfig {
  replicas: number;
  /** Default: the cluster's default class. */
  storageClass?: string | undefined;
  size: string;
}

export interface PostgresConfig {
  connection: Secret;
  replicas: number;
  /** Secrets for TLS to the database, `namespace/name`. */
  caSecret?: string | undefined;
  tlsSecret?: string | undefined;
  /** Whether a preview connects to the database first. Default: no. */
  verify?: boolean | undefined;
}

/** Name of a kind of storage. */
export type Store = "pebble" | "memory" | "cluster" | "postgres";

/** Whether a StatefulSet runs the pods, because they own volumes. Otherwise a Deployment does. */
export function isStateful(storage: { [K in Store]?: unknown }): boolean {
  return storage.pebble !== undefined || storage.cluster !== undefined;
}

export function storeOf(storage: { [K in Store]?: unknown }): Store {
  return (["pebble", "memory", "cluster", "postgres"] as const).find(
    (store) => storage[store] !== undefined,
  )!;
}

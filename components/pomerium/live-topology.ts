import type { ReadOnlyApi } from "../cluster/api.ts";
import type { ObjectMetadata } from "../cluster/objects.ts";
import { own } from "./live-running.ts";

/** The API server's version, and where Pomerium's pods can run. */
export interface Topology {
  /** Version of the API server: minor of Kubernetes 1. Absent if it does not say. */
  kubernetesMinor?: number;
  /** Names of the nodes that pods may run on. */
  nodes: string[];
  /** Node on which Pomerium runs now. */
  node?: string;
}

interface Node {
  metadata: ObjectMetadata;
  spec?: { unschedulable?: boolean; taints?: { effect: string }[] };
}

interface Pod {
  metadata: ObjectMetadata;
  spec: { nodeName?: string };
}

/** Reads the API server's version and the nodes that Pomerium's pods can run on. */
export async function readTopology(api: ReadOnlyApi): Promise<Topology> {
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

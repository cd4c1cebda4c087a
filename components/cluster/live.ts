import {
  type IngressObject,
  type LiveIngress,
  liveIngress,
} from "../../policies/access/matrix/ingress-object.ts";
import { setKey } from "../../stack-file/commands.ts";
import type { ClusterReader } from "./api.ts";
import type { ClusterAddress } from "./kubeconfig.ts";

export {
  type Backend,
  type IngressObject,
  type LiveIngress,
  type LivePath,
  liveIngress,
  type ManagedFields,
  solverLabel,
} from "../../policies/access/matrix/ingress-object.ts";

/** What the program knows of the live cluster before it registers anything. */
export interface LiveCluster {
  /** UID of namespace kube-system: no two clusters share it, and it lasts as long as the cluster. */
  uid: string;
  /** The program's record in the cluster. Absent before its first run. */
  record?: PhaseRecord;
  services: LiveService[];
  ingresses: LiveIngress[];
}

export interface LiveService {
  namespace: string;
  name: string;
  type: string;
  /** Whether it has no cluster address, so that its DNS name resolves to the pods. */
  headless: boolean;
  /** Without a protocol, it is TCP. `nodePort` is a port of every node that leads to it. */
  ports: {
    name?: string;
    port: number;
    targetPort: number | string;
    protocol?: string;
    nodePort?: number;
  }[];
  /** Labels of the pods behind it. Absent if it has none: somebody else sets its endpoints. */
  selector?: Record<string, string>;
  /** Addresses or names that its load balancer has given it. Absent for a Service without any. */
  addresses?: string[];
  /** Class of its load balancer. Absent for the cluster's default. */
  loadBalancerClass?: string;
  /** Families of its addresses, `IPv4` and `IPv6`. */
  families?: string[];
}

/** How far this program has brought the cluster, and which stack did. */
export interface PhaseRecord {
  /** The last phase whose run has made all its changes. `retired` deletes ingress-nginx after this is written. */
  phase: string;
  /** Labels (`objectLabel`) of the adopted objects of ingress-nginx, until `retired`. */
  adopted: string[];
  /** Labels of the objects of an earlier ingress-nginx that was retired before the present one was named. */
  retired?: string[];
  /** The stack that manages the cluster, `project/stack`. Absent in a record of an older program. */
  owner?: string;
  /** The record of the tunnels, in the format of `components/tunnels/memory.ts`. */
  tunnels?: string;
}

/** ConfigMap of the record. The program writes it after everything else. */
export const phaseRecord = { namespace: "pomerium", name: "pomerium-migration" } as const;

interface Metadata {
  namespace?: string;
  name: string;
  uid: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

interface ServiceObject {
  metadata: Metadata;
  spec: {
    type?: string;
    clusterIP?: string;
    loadBalancerClass?: string;
    ipFamilies?: string[];
    selector?: Record<string, string>;
    ports?: { name?: string; port: number; targetPort?: number | string; protocol?: string }[];
  };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

/** Reads the cluster in one round of parallel questions. */
export async function readCluster(api: ClusterReader): Promise<LiveCluster> {
  const [kubeSystem, record, services, ingresses] = await Promise.all([
    api.find<{ metadata: Metadata }>("/api/v1/namespaces/kube-system"),
    api.find<{ data?: Record<string, string> }>(
      `/api/v1/namespaces/${phaseRecord.namespace}/configmaps/${phaseRecord.name}`,
    ),
    api.list<ServiceObject>("/api/v1/services"),
    api.list<IngressObject>("/apis/networking.k8s.io/v1/ingresses"),
  ]);
  return {
    uid: kubeSystem?.metadata.uid ?? "",
    ...(record?.data?.phase
      ? {
          record: {
            phase: record.data.phase,
            ...(record.data.owner ? { owner: record.data.owner } : {}),
            adopted: record.data.adopted?.split("\n").filter(Boolean) ?? [],
            ...(record.data.retired ? { retired: record.data.retired.split("\n") } : {}),
            ...(record.data.tunnels ? { tunnels: record.data.tunnels } : {}),
          },
        }
      : {}),
    services: services.map(liveService),
    ingresses: ingresses.map(liveIngress),
  };
}

function liveService({ metadata, spec, status }: ServiceObject): LiveService {
  const addresses = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  return {
    ...(addresses.length > 0 ? { addresses } : {}),
    ...(spec.loadBalancerClass ? { loadBalancerClass: spec.loadBalancerClass } : {}),
    ...(spec.ipFamilies ? { families: spec.ipFamilies } : {}),
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    type: spec.type ?? "ClusterIP",
    headless: spec.clusterIP === "None",
    // If targetPort was left out, the API server sets it to the port.
    ports: (spec.ports ?? []).map((port) => ({ ...port, targetPort: port.targetPort ?? port.port })),
    ...(Object.keys(spec.selector ?? {}).length > 0 ? { selector: spec.selector! } : {}),
  };
}

/**
 * Finds out why this is not the cluster that the stack file names; undefined if it is. The program does not set a missing
 * UID itself: the person who sets it confirms that the context leads to the right cluster.
 */
export function identityProblem(
  stack: string,
  expected: (ClusterAddress & { uid?: string }) | undefined,
  { uid: actual, record }: Pick<LiveCluster, "uid" | "record">,
): { message: string; fix: string } | undefined {
  const context = expected?.context ?? "";
  if (!expected?.uid)
    return {
      message: `missing; context "${context}" leads to the cluster ${actual}. If that is the one that this stack means, say so`,
      fix: setKey(stack, ["cluster", "uid"], actual),
    };
  if (expected.uid === actual) return undefined;
  const isRebuilt =
    record === undefined
      ? ". If this is the same cluster, made anew: a new cluster.uid alone does not help, because the state still has the objects of the old one; docs/real-cluster.md, section The cluster was rebuilt, has the steps"
      : "";
  return {
    message: `this stack means the cluster ${expected.uid}, but context "${context}" leads to ${actual}; nothing was written to either${isRebuilt}`,
    fix: `kubectl config get-contexts    # then name the right one under cluster.context`,
  };
}

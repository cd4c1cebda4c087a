import type { RoutePath } from "../../policies/access/routes.ts";
import { setKey } from "../../stack-file/commands.ts";
import type { ClusterReader } from "./api.ts";
import type { ClusterAddress } from "./kubeconfig.ts";

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
  /** Without a protocol, it is TCP. */
  ports: { name?: string; port: number; targetPort: number | string; protocol?: string }[];
  /** Labels of the pods behind it. Absent if it has none: somebody else sets its endpoints. */
  selector?: Record<string, string>;
  /** Addresses or names that its load balancer has given it. Absent for a Service without any. */
  addresses?: string[];
  /** Class of its load balancer. Absent for the cluster's default. */
  loadBalancerClass?: string;
  /** Families of its addresses, `IPv4` and `IPv6`. */
  families?: string[];
}

export interface LiveIngress {
  namespace: string;
  name: string;
  /** Number of changes of its spec. */
  generation?: number;
  ingressClass?: string;
  /** The class comes from the annotation `kubernetes.io/ingress.class`, since `spec.ingressClassName` is absent. */
  classByAnnotation?: true;
  annotations: Record<string, string>;
  /** Rules with a host. */
  rules: { host: string; paths: LivePath[] }[];
  /** Paths of the rules without a host. Absent without any. */
  anyPaths?: LivePath[];
  /** The Service of requests that no path of the Ingress fits. Absent without any. */
  defaultBackend?: Backend;
  /** It also serves hosts that it does not name: by a rule without a host, or by a default backend. */
  anyHost: boolean;
  tls: { hosts: string[]; secretName?: string }[];
  /** cert-manager made it for a challenge, and deletes it afterwards. */
  solver: boolean;
  managedFields?: ManagedFields[];
}

/** A path of an Ingress and the Service that it leads to. */
export interface LivePath extends RoutePath {
  /** `Exact`, `Prefix` or `ImplementationSpecific`. */
  pathType?: string;
  /** Absent when the path leads to something other than a Service. */
  backend?: Backend;
}

/** A Service and one of its ports, by number or name. */
export interface Backend {
  service: string;
  port?: number | string;
}

/** The fields of an object that one field manager has set, in the API server's record. */
export interface ManagedFields {
  manager?: string;
  time?: string;
  /** `status` for what a controller has reported. Absent for the object itself. */
  subresource?: string;
  fieldsV1?: object;
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

/** Label of the Ingresses that cert-manager makes for challenges. */
export const solverLabel = "acme.cert-manager.io/http01-solver";

/** ConfigMap of the record. The program writes it after everything else. */
export const phaseRecord = { namespace: "pomerium", name: "pomerium-migration" } as const;

interface Metadata {
  namespace?: string;
  name: string;
  uid: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  managedFields?: ManagedFields[];
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

interface BackendObject {
  service?: { name: string; port?: { number?: number; name?: string } };
}

interface PathObject {
  path?: string;
  pathType: string;
  backend?: BackendObject;
}

export interface IngressObject {
  metadata: Metadata;
  spec: {
    ingressClassName?: string;
    defaultBackend?: BackendObject;
    rules?: { host?: string; http?: { paths?: PathObject[] } }[];
    tls?: { hosts?: string[]; secretName?: string }[];
  };
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

/** An Ingress as the API server returns it, in the form of this program. */
export function liveIngress({ metadata, spec }: IngressObject): LiveIngress {
  const annotations = metadata.annotations ?? {};
  // Both ingress-nginx and Pomerium read the field first, and the annotation only if there is no field.
  const ingressClass = spec.ingressClassName ?? annotations["kubernetes.io/ingress.class"];
  const hostless = (spec.rules ?? []).filter(({ host }) => !host);
  const anyPaths = hostless.flatMap(({ http }) => (http?.paths ?? []).map(livePath));
  const defaultBackend = liveBackend(spec.defaultBackend);
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation }),
    ...(ingressClass ? { ingressClass } : {}),
    ...(ingressClass && spec.ingressClassName === undefined ? { classByAnnotation: true } : {}),
    annotations,
    rules: (spec.rules ?? []).flatMap(({ host, http }) =>
      host ? [{ host, paths: (http?.paths ?? []).map(livePath) }] : [],
    ),
    ...(anyPaths.length > 0 ? { anyPaths } : {}),
    ...(defaultBackend === undefined ? {} : { defaultBackend }),
    anyHost: spec.defaultBackend !== undefined || hostless.length > 0,
    tls: (spec.tls ?? []).map(({ hosts = [], secretName }) => ({
      hosts,
      ...(secretName ? { secretName } : {}),
    })),
    // Pomerium also takes "True".
    solver: metadata.labels?.[solverLabel]?.toLowerCase() === "true",
    ...(metadata.managedFields ? { managedFields: metadata.managedFields } : {}),
  };
}

function livePath({ path, pathType, backend: object }: PathObject): LivePath {
  const backend = liveBackend(object);
  return {
    path: path ?? "/",
    exact: pathType === "Exact",
    pathType,
    ...(backend === undefined ? {} : { backend }),
  };
}

function liveBackend(object: BackendObject | undefined): Backend | undefined {
  const { name: service, port } = object?.service ?? {};
  const number = port?.number ?? port?.name;
  return service === undefined ? undefined : { service, ...(number === undefined ? {} : { port: number }) };
}

/**
 * Finds out why this is not the cluster that the stack file names; undefined if it is. The program does not set a missing
 * UID itself: the person who sets it confirms that the context leads to the right cluster.
 */
export function identityProblem(
  stack: string,
  expected: (ClusterAddress & { uid?: string }) | undefined,
  { uid: actual, record }: Pick<LiveCluster, "uid" | "record">,
): { message: string; mend: string } | undefined {
  const context = expected?.context ?? "";
  if (!expected?.uid)
    return {
      message: `missing; context "${context}" leads to the cluster ${actual}. If that is the one that this stack means, say so`,
      mend: setKey(stack, ["cluster", "uid"], actual),
    };
  if (expected.uid === actual) return undefined;
  const isRebuilt =
    record === undefined
      ? ". If this is the same cluster, made anew: a new cluster.uid alone does not help, because the state still has the objects of the old one; docs/real-cluster.md, section The cluster was rebuilt, has the steps"
      : "";
  return {
    message: `this stack means the cluster ${expected.uid}, but context "${context}" leads to ${actual}; nothing was written to either${isRebuilt}`,
    mend: `kubectl config get-contexts    # then name the right one under cluster.context`,
  };
}

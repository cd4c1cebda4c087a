import type { RoutePath } from "../routes.ts";

/** An Ingress, as far as it decides which requests reach what. */
export interface LiveIngress {
  namespace: string;
  name: string;
  /** Number of changes of its spec. */
  generation?: number;
  /** When it was made, as the API server writes it. Absent in an export without times. */
  created?: string;
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

/** Name of Pomerium's IngressClass, which its manifests make. */
export const pomeriumClass = "pomerium";

/** Label of the Ingresses that cert-manager makes for challenges. */
export const solverLabel = "acme.cert-manager.io/http01-solver";

interface Metadata {
  namespace?: string;
  name: string;
  uid?: string;
  generation?: number;
  creationTimestamp?: string | null;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  managedFields?: ManagedFields[];
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
    ...(metadata.creationTimestamp ? { created: metadata.creationTimestamp } : {}),
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
    // An empty path is the whole host too.
    path: path || "/",
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

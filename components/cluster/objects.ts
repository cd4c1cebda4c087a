import type { ManagedFields } from "../../policies/access/matrix/ingress-object.ts";

/** Identity of an object within its kind. */
export interface ObjectName {
  name: string;
  /** Absent for a cluster-wide object. */
  namespace?: string;
}

/** Identity of an object in the cluster. */
export interface ObjectOfKind extends ObjectName {
  kind: string;
}

/** The same, with the API version, so that the API server can find it. */
export interface ObjectRef extends ObjectOfKind {
  /** `v1`, `apps/v1`. */
  apiVersion: string;
}

/** The metadata of a live object, as far as the program reads it. */
export interface ObjectMetadata extends ObjectName {
  uid?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  managedFields?: ManagedFields[];
  ownerReferences?: { kind?: string; name?: string; uid?: string; controller?: boolean }[];
}

/** Id of an object in Pulumi's provider: `pomerium/pomerium-proxy`, `nginx`. */
export function objectId({ namespace, name }: ObjectName): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** The ids of some objects. */
export function idsOf(objects: readonly ObjectName[]): Set<string> {
  return new Set(objects.map(objectId));
}

/** Label of an object, for people and for comparing: `Service pomerium/pomerium-proxy`. */
export function objectLabel(object: ObjectOfKind): string {
  return `${object.kind} ${objectId(object)}`;
}

/** Type of an object in Pulumi: `kubernetes:core/v1:Secret`. */
export function typeToken({ apiVersion, kind }: Pick<ObjectRef, "apiVersion" | "kind">): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

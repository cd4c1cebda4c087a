/** An object among those of its kind. */
export interface ObjectName {
  name: string;
  /** Absent for what is cluster-wide. */
  namespace?: string;
}

/** An object of the cluster. */
export interface ObjectOfKind extends ObjectName {
  kind: string;
}

/** The same, with what the API server needs to find it. */
export interface ObjectRef extends ObjectOfKind {
  /** `v1`, `apps/v1`. */
  apiVersion: string;
}

/** How Pulumi's provider knows an object among its kind: `pomerium/pomerium-proxy`, `nginx`. */
export function objectId({ namespace, name }: ObjectName): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** An object among all others, for people and for comparing: `Service pomerium/pomerium-proxy`. */
export function objectLabel(object: ObjectOfKind): string {
  return `${object.kind} ${objectId(object)}`;
}

/** Type of an object in Pulumi: `kubernetes:core/v1:Secret`. */
export function typeToken({ apiVersion, kind }: Pick<ObjectRef, "apiVersion" | "kind">): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

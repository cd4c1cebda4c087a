import type { ObjectRef } from "./belonging.ts";

/** How Pulumi's Kubernetes provider calls an object: `ingress-nginx/ingress-nginx-controller`, `nginx`. */
export function objectId({ namespace, name }: ObjectRef): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Type of an object in Pulumi: `kubernetes:core/v1:Secret`. */
export function typeToken({ apiVersion, kind }: ObjectRef): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

/** How people call it: `Secret ingress-nginx/ingress-nginx-admission`. */
export function objectLabel(object: ObjectRef): string {
  return `${object.kind} ${objectId(object)}`;
}

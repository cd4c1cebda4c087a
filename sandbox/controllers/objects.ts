import type { KubernetesObject } from "../cluster/api.ts";

// The fields of Kubernetes' and cert-manager's objects that the stand-ins read.

export interface Secret extends KubernetesObject {
  type?: string;
  /** Base64. */
  data?: Record<string, string>;
}

export interface Service extends KubernetesObject {
  spec: { type?: string; clusterIP?: string; ports?: { name?: string; port: number }[] };
  status?: { loadBalancer?: { ingress?: LoadBalancerAddress[] } };
}

export interface LoadBalancerAddress {
  ip?: string;
  hostname?: string;
}

export interface Ingress extends KubernetesObject {
  spec: {
    ingressClassName?: string;
    tls?: { hosts?: string[]; secretName?: string }[];
    defaultBackend?: IngressBackend;
    rules?: {
      host?: string;
      http?: { paths: { path?: string; pathType?: string; backend: IngressBackend }[] };
    }[];
  };
  status?: { loadBalancer?: { ingress?: LoadBalancerAddress[] } };
}

export interface IngressBackend {
  service?: { name: string; port?: { number?: number; name?: string } };
}

export interface IngressClass extends KubernetesObject {
  spec?: { controller?: string };
}

/** Owner of an object. The garbage collector deletes the object after its owner. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface Certificate extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { ownerReferences?: OwnerReference[] };
  spec: {
    secretName: string;
    issuerRef: { name: string; kind?: string; group?: string };
    commonName?: string;
    dnsNames?: string[];
    ipAddresses?: string[];
    usages?: string[];
  };
  status?: { conditions?: IssuanceCondition[]; notAfter?: string; revision?: number };
}

export interface IssuanceCondition extends Condition {
  message?: string;
}

export interface Pod extends KubernetesObject {
  spec: { containers: { name: string; image: string }[] };
  status?: { conditions?: Condition[] };
}

export interface Condition {
  type: string;
  status: string;
  observedGeneration?: number;
}

/** The objects that a check may look up. */
export interface Lookup {
  secret(namespace: string, name: string): Secret | undefined;
  service(namespace: string, name: string): Service | undefined;
}

/** The value under a key of a Secret; undefined if the key is missing or empty. */
export function secretValue(secret: Secret, key: string): Buffer | undefined {
  const encoded = secret.data?.[key];
  return encoded ? Buffer.from(encoded, "base64") : undefined;
}

/** Whether the object is being deleted. */
export function isGoing({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

export function hasCondition(conditions: Condition[] | undefined, type: string): boolean {
  return conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
}

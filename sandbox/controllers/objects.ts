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

/** Whose object another one is, and with whom it goes. */
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

/** What a checker may look up. */
export interface Lookup {
  secret(namespace: string, name: string): Secret | undefined;
  service(namespace: string, name: string): Service | undefined;
}

/** A secret's value, or undefined where it has no such key or nothing under it. */
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

import type { KubernetesObject } from "../cluster/api.ts";
import type { Informer } from "./informer.ts";
import { isGoing } from "./objects.ts";

/** Namespace of ingress-nginx in its own manifests, and in its Helm chart under this release name. */
export const namespace = "ingress-nginx";
/** Name of the Deployment, and of the Service that receives the traffic. */
export const workload = "ingress-nginx-controller";
/** Name of the Service through which the API server reaches the admission webhook. */
export const admissionService = "ingress-nginx-controller-admission";
/** Value of `spec.controller` in ingress-nginx's IngressClasses. */
export const controllerName = "k8s.io/ingress-nginx";

/** Collection that contains the Deployment. */
export const workloads = `/apis/apps/v1/namespaces/${namespace}/deployments`;

/** Whether ingress-nginx runs. Looks at the Deployment only, because kwok's pods are ready immediately. */
export function isRunning(deployments: Informer<KubernetesObject>): boolean {
  const deployment = deployments.get(namespace, workload);
  return deployment !== undefined && !isGoing(deployment);
}

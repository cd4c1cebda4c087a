import type { KubernetesObject } from "../cluster/api.ts";
import type { Informer } from "./informer.ts";
import { isGoing } from "./objects.ts";

/** Where ingress-nginx's own manifests and its Helm chart (under that release name) put it. */
export const namespace = "ingress-nginx";
/** Name of the Deployment, and of the Service that traffic comes in by. */
export const workload = "ingress-nginx-controller";
/** Name of the Service behind which the Deployment is asked about Ingresses. */
export const admissionService = "ingress-nginx-controller-admission";
/** Value of `spec.controller` of the IngressClasses that it serves. */
export const controllerName = "k8s.io/ingress-nginx";

/** Collection in which its Deployment is. */
export const workloads = `/apis/apps/v1/namespaces/${namespace}/deployments`;

/** Whether it runs. Pods are not looked at: kwok's are ready at once. */
export function isRunning(deployments: Informer<KubernetesObject>): boolean {
  const deployment = deployments.get(namespace, workload);
  return deployment !== undefined && !isGoing(deployment);
}

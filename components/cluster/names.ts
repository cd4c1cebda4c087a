/** Names of objects that more than one subject must know. */

/** Namespace of Pomerium. Upstream's manifests, the controller's arguments and its RBAC all contain it. */
export const pomeriumNamespace = "pomerium";

/** Workload of Pomerium: a Deployment upstream, a StatefulSet here as long as the store is Pebble. */
export const pomeriumWorkload = "pomerium";

/** Labels of its pods, in every release of upstream's manifests. */
export const pomeriumPodLabels = {
  "app.kubernetes.io/name": "pomerium",
  "app.kubernetes.io/component": "proxy",
} as const;

/** IngressClass of Pomerium. */
export const pomeriumIngressClass = "pomerium";

/** Service of Pomerium's verify page. */
export const verifyService = { name: "verify", port: 8000 } as const;

/** Name of an app's Ingress. No other class uses a name like it, so neither Ingress replaces the other. */
export const ingressName = (app: string): string => `${app}-pomerium-ingress`;

/** Name of the Ingress for the paths that anybody may reach. No app's own Ingress can have this name. */
export const openIngressName = (app: string): string => `${ingressName(app)}-open`;

/** Whether an Ingress has the name of some app's Ingress. */
export const isIngressName = (name: string): boolean => /.-pomerium-ingress(-open)?$/.test(name);

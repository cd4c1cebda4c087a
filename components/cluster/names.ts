/** Names of objects that more than one subject must know. */

import { sha256 } from "../../stack-file/sha256.ts";

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
export { pomeriumClass as pomeriumIngressClass } from "../../policies/access/matrix/ingress-object.ts";

/** Service of Pomerium's verify page. */
export const verifyService = { name: "verify", port: 8000 } as const;

/** Name of an app's Ingress. No other class uses a name like it, so neither Ingress replaces the other. */
export const ingressName = (app: string): string => `${app}-pomerium-ingress`;

/** Name of the Ingress for the paths that anybody may reach. No app's own Ingress can have this name. */
export const openIngressName = (app: string): string => `${ingressName(app)}-open`;

/**
 * Name of the Ingress of one path of an app. The digest tells paths apart whose words are the same, such as `/a/b` and
 * `/a-b`.
 */
export function pathIngressName(app: string, path: string): string {
  const words = path
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, 20)
    .replace(/-$/, "");
  const digest = sha256(path).slice(0, 6);
  return [ingressName(app), words, digest].filter((part) => part !== "").join("-");
}

/** Names of all Ingresses that an app can have, its site first. */
export function ingressNames({
  name,
  paths = [],
}: {
  name: string;
  paths?: readonly { path: string }[];
}): string[] {
  return [ingressName(name), openIngressName(name), ...paths.map(({ path }) => pathIngressName(name, path))];
}

/** Whether an Ingress has the name of some app's Ingress. */
export const isIngressName = (name: string): boolean =>
  /.-pomerium-ingress(-open|(-[a-z0-9-]+)?-[0-9a-f]{6})?$/.test(name);

/** A host in the names of objects, which can have no `*`. */
export const hostInNames = (host: string): string => host.replace(/^\*\./, "wildcard-");

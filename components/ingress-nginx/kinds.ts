import { type ObjectOfKind, type ObjectRef, objectId } from "../cluster/objects.ts";

/** A kind of which ingress-nginx may have objects, and its place in the API. */
export interface KindOfObject {
  apiVersion: string;
  kind: string;
  plural: string;
  /** Its objects are in no namespace. */
  clusterWide?: true;
}

const kind = (apiVersion: string, name: string, plural = `${name.toLowerCase()}s`): KindOfObject => ({
  apiVersion,
  kind: name,
  plural,
});

const networking = "networking.k8s.io/v1";
const rbac = "rbac.authorization.k8s.io/v1";

/** Kinds of which a controller may be. */
export const workloadKinds = ["Deployment", "DaemonSet", "StatefulSet"].map((name) => kind("apps/v1", name));

export const configMapKind = kind("v1", "ConfigMap");
export const secretKind = kind("v1", "Secret");

/** Kinds that the chart may put into any namespace. */
export const monitoringKinds = [
  kind("monitoring.coreos.com/v1", "PrometheusRule"),
  kind("monitoring.coreos.com/v1", "ServiceMonitor"),
];

/** Kinds that the manifests, and the chart with every option switched on, put into the namespace. */
export const namespacedKinds = [
  ...workloadKinds,
  configMapKind,
  secretKind,
  kind("v1", "Service"),
  kind("v1", "ServiceAccount"),
  kind("autoscaling/v2", "HorizontalPodAutoscaler"),
  kind("batch/v1", "Job"),
  kind("cert-manager.io/v1", "Certificate"),
  kind("cert-manager.io/v1", "Issuer"),
  kind("coordination.k8s.io/v1", "Lease"),
  kind("keda.sh/v1alpha1", "ScaledObject"),
  ...monitoringKinds,
  kind(networking, "NetworkPolicy", "networkpolicies"),
  kind("policy/v1", "PodDisruptionBudget"),
  kind(rbac, "Role"),
  kind(rbac, "RoleBinding"),
];

const wide = (found: KindOfObject): KindOfObject => ({ ...found, clusterWide: true });

export const webhookKind = wide(kind("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"));
export const classKind = wide(kind(networking, "IngressClass", "ingressclasses"));
export const namespaceKind = wide(kind("v1", "Namespace"));
export const ingressKind = kind(networking, "Ingress", "ingresses");

/** Rights outside of the namespace. */
export const clusterRightsKinds = [wide(kind(rbac, "ClusterRole")), wide(kind(rbac, "ClusterRoleBinding"))];

const all = new Map(
  [...namespacedKinds, ...clusterRightsKinds, webhookKind, classKind, namespaceKind, ingressKind].map(
    (each) => [each.kind, each],
  ),
);

/** Path of a kind's collection: everywhere, or in one namespace. */
export function collectionPath(
  { apiVersion, plural }: Omit<KindOfObject, "kind">,
  namespace?: string,
): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${group}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}`;
}

/** Path of an object; undefined for a kind of which ingress-nginx has none. */
export function objectPath({ kind: name, namespace, name: object }: ObjectOfKind): string | undefined {
  const found = all.get(name);
  return found && `${collectionPath(found, namespace)}/${object}`;
}

/** An object of a kind of ours. */
export function refOf(
  { apiVersion, kind: name }: KindOfObject,
  object: { namespace?: string; name: string },
): ObjectRef {
  const { namespace } = object;
  return { apiVersion, kind: name, ...(namespace ? { namespace } : {}), name: object.name };
}

/** The object that a label speaks of (`objectLabel`); undefined for a kind of which ingress-nginx has none. */
export function refOfLabel(label: string): ObjectRef | undefined {
  const [name = "", id = ""] = label.split(" ");
  const found = all.get(name);
  if (found === undefined) return undefined;
  const [namespace, object] = found.clusterWide ? [undefined, id] : (id.split("/") as [string, string]);
  const ref = refOf(found, { ...(namespace === undefined ? {} : { namespace }), name: object });
  return objectId(ref) === id ? ref : undefined;
}

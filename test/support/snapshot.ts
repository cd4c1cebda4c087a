import type { Api, KubernetesObject } from "../../sandbox/cluster/api.ts";

/** Collections in which the program creates, changes or deletes objects. */
export const collections = [
  "/api/v1/configmaps",
  "/api/v1/namespaces",
  "/api/v1/persistentvolumes",
  "/api/v1/persistentvolumeclaims",
  "/api/v1/secrets",
  "/api/v1/serviceaccounts",
  "/api/v1/services",
  "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
  "/apis/apps/v1/deployments",
  "/apis/apps/v1/statefulsets",
  "/apis/batch/v1/jobs",
  "/apis/cert-manager.io/v1/certificates",
  "/apis/cert-manager.io/v1/clusterissuers",
  "/apis/coordination.k8s.io/v1/leases",
  "/apis/ingress.pomerium.io/v1/pomerium",
  "/apis/networking.k8s.io/v1/ingressclasses",
  "/apis/networking.k8s.io/v1/ingresses",
  "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  "/apis/rbac.authorization.k8s.io/v1/rolebindings",
  "/apis/rbac.authorization.k8s.io/v1/roles",
];

export interface Stored extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { uid: string; generation?: number; resourceVersion: string };
  /** The fields of an Ingress that tests read. */
  spec?: { ingressClassName?: string; tls?: { secretName: string }[] };
}

/** Objects of the control plane itself. They differ between sandboxes, or change all the time. */
const ownMatters = [
  /^services default\/kubernetes$/,
  /^configmaps .*\/kube-root-ca\.crt$/,
  /^(configmaps|leases) kube-/,
];

/** All objects of these collections by `<collection> <namespace>/<name>`, without Helm's release Secrets. */
export async function stored(api: Api): Promise<Map<string, Stored>> {
  const lists = await Promise.all(
    collections.map(async (path) => {
      const list = await api.find<{ items: Stored[] }>(path);
      const kind = path.split("/").at(-1);
      return (list?.items ?? []).map(
        (item) => [`${kind} ${item.metadata.namespace ?? ""}/${item.metadata.name}`, item] as const,
      );
    }),
  );
  return new Map(
    lists
      .flat()
      .filter(
        ([name]) => !name.includes("/sh.helm.release.v1.") && !ownMatters.some((own) => own.test(name)),
      ),
  );
}

/** Fields of metadata that the API server sets. */
const volatile = ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "selfLink"];

/** Fields of a Service's spec that the API server allocates. */
const handedOut = ["clusterIP", "clusterIPs", "nodePort", "healthCheckNodePort"];

/**
 * The desired state of the cluster, by object: without statuses, without fields that the API server sets, and without
 * the contents of Secrets.
 */
export async function wanted(api: Api): Promise<Map<string, unknown>> {
  return new Map(
    [...(await stored(api))].map(([name, object]) => {
      const { status: _, metadata, ...rest } = object as Stored & { status?: unknown; data?: object };
      const own = Object.fromEntries(Object.entries(metadata).filter(([key]) => !volatile.includes(key)));
      const data = name.startsWith("secrets ") && rest.data ? { data: Object.keys(rest.data).sort() } : {};
      const whole = JSON.stringify({ metadata: own, ...rest, ...data }, (key, value) => {
        // A volume names its claim by UID, which differs in every cluster.
        if (key === "claimRef") return { namespace: value.namespace, name: value.name };
        return handedOut.includes(key) ? undefined : value;
      });
      return [name, JSON.parse(whole)];
    }),
  );
}

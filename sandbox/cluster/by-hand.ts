import type { Api, KubernetesObject } from "./api.ts";

const annotation = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * Creates objects as `kubectl apply` does: with kubectl's field manager, and with a copy of the object in an
 * annotation. Namespaces come first. A kind whose CustomResourceDefinition is not served yet is an error.
 */
export async function kubectlApply(api: Api, objects: readonly KubernetesObject[]): Promise<void> {
  const isNamespace = ({ kind }: KubernetesObject): boolean => kind === "Namespace";
  for (const some of [objects.filter(isNamespace), objects.filter((object) => !isNamespace(object))])
    await Promise.all(some.map((object) => create(api, object)));
}

async function create(api: Api, object: KubernetesObject): Promise<void> {
  const annotations = { ...object.metadata.annotations, [annotation]: `${JSON.stringify(object)}\n` };
  const collection = (await api.path(object)).replace(/\/[^/]+$/, "");
  await api.request("POST", `${collection}?fieldManager=kubectl-client-side-apply`, {
    ...object,
    metadata: { ...object.metadata, annotations },
  });
}

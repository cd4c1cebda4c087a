import type { Api } from "../cluster/api.ts";
import type { Ingress, IngressClass, LoadBalancerAddress, Service } from "./objects.ts";

/** Names of the IngressClasses that a controller serves, for example `pomerium.io/ingress-controller`. */
export function classesOf(controller: string, classes: IngressClass[]): Set<string> {
  const own = classes.filter(({ spec }) => spec?.controller === controller);
  return new Set(own.map(({ metadata }) => metadata.name));
}

/** The class that an Ingress names in its field or in the older annotation. */
export function classOf({ spec, metadata }: Ingress): string | undefined {
  return spec.ingressClassName ?? metadata.annotations?.["kubernetes.io/ingress.class"];
}

/** The addresses of a controller's Service. */
export function addressesOf(service: Service | undefined): LoadBalancerAddress[] {
  const { spec, status } = service ?? {};
  if (spec?.type === "LoadBalancer") return status?.loadBalancer?.ingress ?? [];
  if (spec?.type === "NodePort" && spec.clusterIP !== undefined) return [{ ip: spec.clusterIP }];
  return [];
}

/** Writes the addresses into an Ingress's status, unless they are already there. */
export async function publishAddresses(
  api: Api,
  ingress: Ingress,
  addresses: LoadBalancerAddress[],
): Promise<void> {
  const places = (list: LoadBalancerAddress[]) => list.map(({ ip, hostname }) => ip ?? hostname).join();
  if (places(ingress.status?.loadBalancer?.ingress ?? []) === places(addresses)) return;
  const { namespace, name } = ingress.metadata;
  await api.mergePatch(`/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/${name}/status`, {
    status: { loadBalancer: { ingress: addresses.map(({ ip, hostname }) => ({ ip, hostname })) } },
  });
}

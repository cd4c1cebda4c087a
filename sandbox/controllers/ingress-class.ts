import type { Api } from "../cluster/api.ts";
import type { Ingress, IngressClass, LoadBalancerAddress, Service } from "./objects.ts";

/** The classes that a controller, `pomerium.io/ingress-controller`, serves. */
export function classesOf(controller: string, classes: IngressClass[]): Set<string> {
  const own = classes.filter(({ spec }) => spec?.controller === controller);
  return new Set(own.map(({ metadata }) => metadata.name));
}

/** The class that an Ingress asks for, by field or by the older annotation. */
export function classOf({ spec, metadata }: Ingress): string | undefined {
  return spec.ingressClassName ?? metadata.annotations?.["kubernetes.io/ingress.class"];
}

/** The addresses under which a controller's Service is reached. */
export function addressesOf(service: Service | undefined): LoadBalancerAddress[] {
  const { spec, status } = service ?? {};
  if (spec?.type === "LoadBalancer") return status?.loadBalancer?.ingress ?? [];
  if (spec?.type === "NodePort" && spec.clusterIP !== undefined) return [{ ip: spec.clusterIP }];
  return [];
}

/** Says in an Ingress' status where it is reached, unless it says so already. */
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

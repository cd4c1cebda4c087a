import type { KubernetesObject } from "../cluster/api.ts";
import type { IngressBefore, Inventory } from "./inventory.ts";

const TAILSCALE = "tailscale";

/** The cluster's Ingresses, and the class of those that Tailscale's operator serves. */
export function ingressesBefore({ ingresses }: Inventory): KubernetesObject[] {
  const tailscale = {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name: TAILSCALE },
    spec: { controller: "tailscale.com/ts-ingress" },
  };
  const all = Object.entries(ingresses).flatMap(([ingressClass, entries]) =>
    entries.map((entry) => ingressBefore(ingressClass, entry)),
  );
  return [tailscale, ...all];
}

function ingressBefore(ingressClassName: string, entry: IngressBefore): KubernetesObject {
  const { namespace, name, host, secretName, annotations } = entry;
  const { service, port } = entry.backend;
  const backend = {
    service: { name: service, port: typeof port === "number" ? { number: port } : { name: port } },
  };
  // Tailscale takes the machine's name from `tls`, and leads all of it to one backend.
  const routing =
    ingressClassName === TAILSCALE
      ? { defaultBackend: backend }
      : { rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] };
  const tls = [{ hosts: [host], ...(secretName === undefined ? {} : { secretName }) }];
  const ingress = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { namespace, name, ...(annotations === undefined ? {} : { annotations }) },
    spec: { ingressClassName, ...routing, tls },
  };
  return ingress;
}

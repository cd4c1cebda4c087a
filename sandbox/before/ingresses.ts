import type { KubernetesObject } from "../cluster/api.ts";
import type { IngressBefore, Inventory } from "./inventory.ts";

const TAILSCALE = "tailscale";

/** The Ingresses of an inventory, and the IngressClass of Tailscale's operator. */
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
  // Tailscale reads the machine's name from `tls`, and sends all its requests to one backend.
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

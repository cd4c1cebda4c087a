import type { ExportedObject } from "../../../discovery/exported.ts";
import { servicesBefore } from "../../../sandbox/before/before.ts";
import { ingressesBefore } from "../../../sandbox/before/ingresses.ts";
import { readInventory as sandboxInventory } from "../../../sandbox/before/inventory.ts";
import { stackFile } from "../../../sandbox/stacks.ts";
import { loadFromFile } from "../../../stack/load.ts";

/** An installation of ingress-nginx, as its chart or its manifest leaves it. */
export function controllerObjects({
  namespace = "ingress-nginx",
  name = "ingress-nginx-controller",
  kind = "Deployment",
  labels = {},
  annotations = {},
  args = [],
  address,
  serviceType = "LoadBalancer",
  serviceAnnotations = {},
}: {
  namespace?: string;
  name?: string;
  kind?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  args?: string[];
  address?: string;
  serviceType?: string;
  serviceAnnotations?: Record<string, string>;
} = {}): ExportedObject[] {
  const pods = { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller" };
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name: "nginx", labels: { "app.kubernetes.io/name": "ingress-nginx", ...labels } },
      spec: { controller: "k8s.io/ingress-nginx" },
    },
    {
      apiVersion: "apps/v1",
      kind,
      metadata: { namespace, name, labels: { ...pods, ...labels }, annotations },
      spec: {
        template: {
          metadata: { labels: pods },
          spec: {
            containers: [
              {
                image: "registry.k8s.io/ingress-nginx/controller:v1.12.1",
                args: ["/nginx-ingress-controller", ...args],
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace, name, labels: { ...pods, ...labels }, annotations: serviceAnnotations },
      spec: { type: serviceType, selector: pods, ports: [{ name: "https", port: 443, targetPort: "https" }] },
      ...(address === undefined ? {} : { status: { loadBalancer: { ingress: [{ ip: address }] } } }),
    },
  ] satisfies (ExportedObject & Record<string, unknown>)[];
}

/** A second controller, with a class of its own. */
export function internalController(settings: Record<string, string> = {}): ExportedObject[] {
  const namespace = "internal";
  const own = controllerObjects({
    namespace,
    name: "internal-controller",
    labels: { "app.kubernetes.io/instance": "internal", "app.kubernetes.io/managed-by": "Helm" },
    args: ["--controller-class=k8s.io/internal", `--configmap=${namespace}/internal-controller`],
  });
  return [
    ...own.filter(({ kind }) => kind !== "IngressClass"),
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name: "internal", labels: { "app.kubernetes.io/name": "ingress-nginx" } },
      spec: { controller: "k8s.io/internal" },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name: "internal-controller" },
      data: settings,
    },
  ] satisfies (ExportedObject & Record<string, unknown>)[];
}

/** The objects of a shipped stack's cluster before its migration. */
export function objectsBefore(stack: "octavo" | "alfred"): ExportedObject[] {
  const { apps, ingressNginx } = loadFromFile(stackFile(stack));
  const inventory = sandboxInventory(stack);
  const services = servicesBefore(apps, inventory).map(({ namespace, name, ports }) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace, name },
    spec: { ports },
  }));
  const isHelm = stack === "octavo";
  return [
    ...controllerObjects({
      labels: {
        "app.kubernetes.io/instance": "ingress-nginx",
        ...(isHelm ? { "helm.sh/chart": "ingress-nginx-4.12.1" } : {}),
      },
      address: ingressNginx!.address!,
      ...(isHelm
        ? {}
        : {
            serviceAnnotations: {
              "kubectl.kubernetes.io/last-applied-configuration": '{"spec":{"type":"NodePort"}}',
            },
          }),
    }),
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "kube-system", uid: "11111111-2222-3333-4444-555555555555" },
    },
    ...services,
    ...ingressesBefore(inventory),
  ] as ExportedObject[];
}

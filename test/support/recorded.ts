import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Provider } from "../../sandbox/engine/index.ts";
import type { Properties } from "../../sandbox/engine/values.ts";
import { FakeApiServer } from "./fake-api-server.ts";

/** UID of the cluster that answers nothing but the preflight. */
export const recordedUid = "3f1c0f5e-7d0a-4d6e-8a51-0c2f3b1d9e77";

/** A backend as far as the preflight asks for it. */
interface Backend {
  namespace: string;
  service: { name: string; port: number | string };
}

/** An API server that has the apps' Services and nothing of ours. */
export function clusterOf(apps: readonly Backend[]): FakeApiServer {
  const server = new FakeApiServer();
  server.objects = {
    "/api/v1/namespaces/kube-system": { metadata: { name: "kube-system", uid: recordedUid } },
    "/api/v1/services": {
      items: apps.map(({ namespace, service: { name, port } }) => ({
        metadata: { namespace, name },
        spec: { ports: [typeof port === "number" ? { port } : { name: port, port: 80 }] },
      })),
    },
    "/apis/networking.k8s.io/v1/ingresses": { items: [] },
    "/apis/cert-manager.io/v1": { resources: [] },
  };
  return server;
}

const labels = { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/instance": "ingress-nginx" };

/** An ingress-nginx in short: an object of each stage of its removal, and the Ingresses of a cluster before. */
export function ingressNginxOf(ingresses: readonly object[]): FakeApiServer["objects"] {
  const namespace = "ingress-nginx";
  const list = (name: string, more: object = {}) => ({
    items: [{ metadata: { namespace, name, labels }, ...more }],
  });
  const wide = (name: string, more: object = {}) => ({ items: [{ metadata: { name, labels }, ...more }] });
  const spec = { template: { spec: { containers: [{ args: ["/nginx-ingress-controller"] }] } } };
  const inNamespace = (group: string, plural: string): string => `${group}/namespaces/${namespace}/${plural}`;
  return {
    [`/api/v1/namespaces/${namespace}`]: { metadata: { name: namespace, labels } },
    [inNamespace("/api/v1", "secrets")]: list("ingress-nginx-admission"),
    [inNamespace("/api/v1", "serviceaccounts")]: list("ingress-nginx"),
    "/apis/apps/v1/deployments": list("ingress-nginx-controller", { spec }),
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations": wide("ingress-nginx-admission"),
    "/apis/networking.k8s.io/v1/ingressclasses": wide("nginx", {
      spec: { controller: "k8s.io/ingress-nginx" },
    }),
    "/apis/networking.k8s.io/v1/ingresses": { items: ingresses },
  };
}

/** Takes whatever the program registers, and does nothing: only what it was asked counts. */
export function recorder(
  seen: (type: string, name: string, inputs: Properties) => void = () => {},
): Provider {
  return {
    check: async ({ type, name, inputs }) => {
      seen(type, name, inputs);
      return inputs;
    },
    diff: ({ old, inputs }) => ({
      paths: isDeepStrictEqual(old.inputs, inputs) ? [] : ["*"],
      replaces: [],
      deleteBeforeReplace: false,
    }),
    create: async ({ inputs }) => ({ id: randomUUID(), outputs: inputs }),
    // Whatever is imported is there, and is something else.
    read: async () => ({ inputs: {}, outputs: {} }),
    update: async ({ inputs }) => inputs,
    delete: async () => {},
    construct: async () => ({}),
  };
}

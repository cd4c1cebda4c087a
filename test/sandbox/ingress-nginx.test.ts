import { strict as assert } from "node:assert";
import { ReadOnlyApi } from "../../components/cluster/api.ts";
import { readCluster } from "../../components/cluster/live.ts";
import { objectLabel } from "../../components/cluster/objects.ts";
import { type LiveIngressNginx, readIngressNginx } from "../../components/ingress-nginx/live.ts";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { useCluster } from "../support/cluster.ts";

const labels = { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/instance": "nx" };
const released = { "meta.helm.sh/release-name": "nx", "meta.helm.sh/release-namespace": "nx-edge" };

const namespace = (name: string, more: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, ...more },
});

/** A workload that runs ingress-nginx. */
function controller(
  kind: string,
  place: string,
  name: string,
  args: string[],
  own: object,
): KubernetesObject {
  const containers = [{ name: "controller", image: "mirror.invalid/edge:1", args }];
  const spec = {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers } },
  };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { namespace: place, name, labels: own },
    spec,
  } as KubernetesObject;
}

function ingress(place: string, ingressClassName?: string): KubernetesObject {
  const backend = { service: { name: "web", port: { number: 80 } } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { namespace: place, name: `web-${ingressClassName ?? "none"}` },
    spec: {
      ...(ingressClassName === undefined ? {} : { ingressClassName }),
      rules: [
        { host: `${place}.example.org`, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } },
      ],
    },
  } as KubernetesObject;
}

/** A CustomResourceDefinition for a kind that exists in one version only, in a group with two versions. */
function kind(name: string, version: string): KubernetesObject {
  const plural = `${name.toLowerCase()}s`;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.nx.example.org` },
    spec: {
      group: "nx.example.org",
      scope: "Namespaced",
      names: { kind: name, plural },
      versions: [
        { name: version, served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } },
      ],
    },
  } as KubernetesObject;
}

describe("controllers of ingress-nginx on an API server", () => {
  const cluster = useCluster();
  let live: LiveIngressNginx;
  before(async () => {
    await cluster().apply([
      namespace("nx-dev"),
      namespace("nx-prod", { labels: { stage: "prod" } }),
      namespace("nx-edge"),
      namespace("nx-bundle"),
      kind("PodMonitor", "v1"),
      kind("ScrapeConfig", "v1alpha1"),
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "IngressClass",
        metadata: { name: "nx" },
        spec: { controller: "example.org/nx" },
      } as KubernetesObject,
      controller(
        "Deployment",
        "nx-edge",
        "nx-ingress-nginx-controller",
        [
          "/nginx-ingress-controller",
          "--controller-class=example.org/nx",
          "--ingress-class=nx",
          "--watch-namespace-selector=stage in (prod),!skipped",
        ],
        labels,
      ),
      controller(
        "DaemonSet",
        "nx-bundle",
        "bundle",
        [
          "/nginx-ingress-controller",
          "--controller-class=example.org/bundle",
          "--ingress-class=bundle",
          "--watch-ingress-without-class=true",
          "--watch-namespace=nx-dev",
        ],
        {},
      ),
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { namespace: "nx-edge", name: "nx-ingress-nginx-webhooks-allow", annotations: released },
        spec: { podSelector: {} },
      } as KubernetesObject,
    ]);
    await cluster().apply([
      ingress("nx-dev", "nx"),
      ingress("nx-prod", "nx"),
      ingress("nx-dev"),
      {
        apiVersion: "nx.example.org/v1alpha1",
        kind: "ScrapeConfig",
        metadata: { namespace: "nx-edge", name: "targets" },
      },
    ]);
    const { kubeconfig, contexts } = cluster();
    const api = await ReadOnlyApi.connect({ kubeconfig, context: contexts[0]! });
    const ingressNginx = {
      installations: [{ namespace: "nx-edge", from: { helmRelease: "nx" } }],
      keep: { "nx-bundle/bundle": "bundled" },
      abandon: {},
      override: {},
    };
    live = await readIngressNginx({ phase: "retired", ingressNginx }, api, readCluster(api));
  });

  it("serve the namespaces that the API server selects, and Ingresses without a class if they watch them", () => {
    const own = live.controllers.filter(({ workload }) => workload?.namespace?.startsWith("nx-"));
    assert.deepEqual(
      own
        .map(
          ({ workload, plan, ingresses }) =>
            `${workload?.kind} ${plan}: ${ingresses.map((each) => `${each.namespace}/${each.name}`)}`,
        )
        .sort(),
      ["DaemonSet keep: nx-dev/web-none", "Deployment retire: nx-prod/web-nx"],
    );
    assert.deepEqual(
      live.ingresses.map((each) => each.namespace),
      ["nx-prod"],
    );
  });

  it("own objects without the chart's labels, and keep a namespace with objects of an older API version", () => {
    const owned = live.installation.map(objectLabel);
    for (const label of [
      "Deployment nx-edge/nx-ingress-nginx-controller",
      "NetworkPolicy nx-edge/nx-ingress-nginx-webhooks-allow",
      "IngressClass nx",
      "Namespace nx-edge",
    ])
      assert.ok(owned.includes(label), label);
    assert.ok(!owned.some((label) => label.includes("bundle")));
    assert.deepEqual(live.strangers, { "nx-edge": ["ScrapeConfig targets"] });
  });
});

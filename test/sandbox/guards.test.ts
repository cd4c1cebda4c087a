import { strict as assert } from "node:assert";
import { ReadOnlyApi } from "../../components/cluster/api.ts";
import { readCluster } from "../../components/cluster/live.ts";
import { readIngressNginx } from "../../components/ingress-nginx/live.ts";
import { networkNotes, networkProblems } from "../../components/network-policies/checks.ts";
import { readNetwork } from "../../components/network-policies/live.ts";
import type { KubernetesObject } from "../../sandbox/cluster/api.ts";
import { eventually, useCluster } from "../support/cluster.ts";

const object = (apiVersion: string, kind: string, namespace: string, name: string, rest: object) =>
  ({ apiVersion, kind, metadata: { namespace, name }, ...rest }) as KubernetesObject;

const namespace = (name: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
});

/** A Service and the Deployment behind it. */
function service(place: string, name: string, labels: Record<string, string>): KubernetesObject[] {
  const containers = [
    { name, image: "mirror.invalid/app:1", ports: [{ name: "http", containerPort: 8080 }] },
  ];
  return [
    object("v1", "Service", place, name, {
      spec: { selector: labels, ports: [{ port: 80, targetPort: "http" }] },
    }),
    object("apps/v1", "Deployment", place, name, {
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    }),
  ];
}

/** What an API server decides, and what its controllers write, is read from real ones. */
describe("the preflight on a real API server", function () {
  this.timeout(120_000);
  const cluster = useCluster();
  const connect = () => ReadOnlyApi.connect({ context: "sandbox", kubeconfig: cluster().kubeconfig });

  it("finds a NetworkPolicy that admits only ingress-nginx, until the policy of its command is there", async () => {
    const admitted = {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress-nginx" } },
    };
    await cluster().apply([
      namespace("komga"),
      namespace("pomerium"),
      ...service("komga", "komga-svc", { app: "komga" }),
      object("networking.k8s.io/v1", "NetworkPolicy", "komga", "only-nginx", {
        spec: { podSelector: {}, ingress: [{ from: [admitted] }] },
      }),
    ]);
    const apps = [
      {
        name: "komga",
        at: "apps.komga",
        namespace: "komga",
        service: { name: "komga-svc", port: 80 },
        accept: {},
      },
    ];
    const read = async () => {
      const api = await connect();
      return { live: await readCluster(api), network: await readNetwork({ apps, isolation: [] }, api) };
    };
    const problems = async () => {
      const { live, network } = await read();
      return networkProblems({ name: "test", cluster: { context: "sandbox" }, apps }, live, network);
    };
    const [problem] = await eventually("a pod behind the Service", async () => {
      const found = await problems();
      return found.length > 0 && found;
    });
    assert.match(problem?.message ?? "", /^by NetworkPolicy komga\/only-nginx, /);
    const policy = /^echo '(.*)' \| kubectl /.exec(problem?.fix ?? "")?.[1] ?? "";
    await cluster().apply([JSON.parse(policy) as KubernetesObject]);
    assert.deepEqual(await problems(), []);
    const { live, network } = await read();
    assert.deepEqual(networkNotes({ apps }, live, network), []);
  });

  it("finds a webhook whose Service has outlived its controller, and none whose pods answer", async () => {
    const webhook = (name: string, called: string): KubernetesObject =>
      ({
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name },
        webhooks: [
          {
            name: "validate.nginx.ingress.kubernetes.io",
            admissionReviewVersions: ["v1"],
            sideEffects: "None",
            failurePolicy: "Fail",
            rules: [
              {
                apiGroups: ["networking.k8s.io"],
                apiVersions: ["v1"],
                operations: ["CREATE", "UPDATE"],
                resources: ["ingresses"],
              },
            ],
            clientConfig: { service: { namespace: "edge", name: called, path: "/networking/v1/ingresses" } },
          },
        ],
      }) as KubernetesObject;
    const [left] = service("edge", "left", { app: "left" });
    await cluster().apply([
      namespace("edge"),
      left!,
      ...service("edge", "custom", { app: "custom" }),
      webhook("left", "left"),
      webhook("custom", "custom"),
    ]);
    const dead = async () => {
      const api = await connect();
      return (await readIngressNginx({ phase: "coexist" }, api, readCluster(api))).deadWebhooks;
    };
    await eventually("endpoints of the Service with pods", async () => (await dead()).length === 1);
    assert.deepEqual(await dead(), [{ name: "left", service: "edge/left", why: "no pods" }]);
  });
});

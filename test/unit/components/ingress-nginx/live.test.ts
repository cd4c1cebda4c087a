import { strict as assert } from "node:assert";
import type { LiveIngress } from "../../../../components/cluster/live.ts";
import { type LiveIngressNginx, readIngressNginx } from "../../../../components/ingress-nginx/live.ts";
import { useFakeApi } from "../../../support/fake-api-server.ts";

const labels = { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/instance": "ingress-nginx" };
const inNamespace = (name: string, more: object = {}) => ({
  metadata: { name, namespace: "ingress-nginx", ...more },
});

function ingress(
  name: string,
  ingressClass: string | undefined,
  more: Partial<LiveIngress> = {},
): LiveIngress {
  return {
    namespace: "apps",
    name,
    annotations: {},
    rules: [],
    tls: [],
    anyHost: false,
    solver: false,
    ...(ingressClass === undefined ? {} : { ingressClass }),
    ...more,
  };
}

describe("the live ingress-nginx", () => {
  const { fake, connect } = useFakeApi();
  beforeEach(() => {
    fake.objects = {
      "/api/v1/namespaces/ingress-nginx": { metadata: { name: "ingress-nginx", labels } },
      "/apis/apps/v1/namespaces/ingress-nginx/deployments": {
        items: [
          {
            ...inNamespace("ingress-nginx-controller", { labels }),
            spec: {
              template: {
                spec: {
                  containers: [
                    {
                      args: ["/nginx-ingress-controller", "--election-id=edge-leader", "--watch-namespace=x"],
                    },
                  ],
                  volumes: [{ secret: { secretName: "webhook-tls" } }, {}],
                },
              },
            },
          },
        ],
      },
      "/apis/networking.k8s.io/v1/ingressclasses": {
        items: [
          { metadata: { name: "nginx", labels }, spec: { controller: "k8s.io/ingress-nginx" } },
          { metadata: { name: "tailscale" }, spec: { controller: "tailscale.com/ts-ingress" } },
        ],
      },
      "/apis/rbac.authorization.k8s.io/v1/clusterroles": {
        items: [{ metadata: { name: "ingress-nginx", labels } }],
      },
      "/api/v1/namespaces/ingress-nginx/secrets": { items: [inNamespace("webhook-tls")] },
      "/apis/coordination.k8s.io/v1/namespaces/ingress-nginx/leases": { items: [inNamespace("edge-leader")] },
      "/api/v1/namespaces/ingress-nginx/configmaps": { items: [inNamespace("kube-root-ca.crt")] },
    };
  });

  interface Reading {
    ingresses?: LiveIngress[];
    namespace?: string;
    adopted?: string[];
    removal?: "no" | "next" | "begun";
  }

  const read = async ({
    ingresses = [],
    namespace = "ingress-nginx",
    adopted = [],
    removal = "no",
  }: Reading = {}): Promise<LiveIngressNginx> =>
    readIngressNginx(
      await connect(),
      { namespace, instance: "ingress-nginx", adopted },
      { ingresses: Promise.resolve(ingresses), removal },
    );

  const names = ({ installation }: LiveIngressNginx): string[] =>
    installation.map(({ kind, name }) => `${kind} ${name}`).sort();

  it("is everything of the installation, and what its own arguments say it has made", async () => {
    assert.deepEqual(names(await read()), [
      "ClusterRole ingress-nginx",
      "Deployment ingress-nginx-controller",
      "IngressClass nginx",
      "Lease edge-leader",
      "Namespace ingress-nginx",
      "Secret webhook-tls",
    ]);
  });

  it("asks for nothing that a Secret holds", async () => {
    await read();
    const secrets = fake.asked.filter(({ path: asked }) => asked.includes("/secrets"));
    assert.ok(secrets.length > 0);
    for (const { accept } of secrets) assert.match(accept, /as=PartialObjectMetadataList/);
  });

  it("asks for cluster-wide rights by their label only", async () => {
    await read();
    const wide = fake.asked.filter(({ path: asked }) => /clusterrole/.test(asked));
    assert.equal(wide.length, 2);
    for (const { path: asked } of wide)
      assert.match(
        decodeURIComponent(asked),
        /labelSelector=app.kubernetes.io\/instance=ingress-nginx&limit=/,
      );
  });

  it("has the Ingresses of its classes, and none of another class or of a challenge", async () => {
    const { ingresses, classes } = await read({
      ingresses: [
        ingress("komga-ingress", "nginx"),
        ingress("komga-tailscale", "tailscale"),
        ingress("dashboard", "internal-nginx"),
        ingress("classless", undefined),
        ingress("cm-acme-http-solver-x", "nginx", { solver: true }),
      ],
    });
    assert.deepEqual(classes, ["nginx"]);
    assert.deepEqual(
      ingresses.map(({ name }) => name),
      ["komga-ingress"],
    );
  });

  it("has its Ingresses still, when somebody has deleted the class by hand", async () => {
    fake.objects["/apis/networking.k8s.io/v1/ingressclasses"] = { items: [] };
    const { ingresses, installation } = await read({ ingresses: [ingress("komga-ingress", "nginx")] });
    assert.equal(ingresses.length, 1);
    assert.ok(!installation.some(({ kind }) => kind === "IngressClass"));
  });

  it("leaves a class of that name to whoever else serves it", async () => {
    fake.objects["/apis/networking.k8s.io/v1/ingressclasses"] = {
      items: [{ metadata: { name: "nginx" }, spec: { controller: "nginx.org/ingress-controller" } }],
    };
    assert.deepEqual((await read({ ingresses: [ingress("komga-ingress", "nginx")] })).ingresses, []);
  });

  it("names what else lies in its namespace", async () => {
    fake.objects["/api/v1/namespaces/ingress-nginx/services"] = { items: [inNamespace("music")] };
    const { strangers } = await read({
      ingresses: [
        ingress("own-page", "tailscale", { namespace: "ingress-nginx" }),
        ingress("old-page", "nginx", { namespace: "ingress-nginx" }),
      ],
    });
    assert.deepEqual(strangers, ["Service music", "Ingress own-page"]);
  });

  it("never has a namespace that every cluster has", async () => {
    for (const shared of ["default", "kube-system"]) {
      fake.objects[`/api/v1/namespaces/${shared}`] = { metadata: { name: shared } };
      assert.ok(!names(await read({ namespace: shared })).some((name) => name.startsWith("Namespace")));
    }
  });

  const discovery = (items: object[]) => ({ kind: "APIGroupDiscoveryList", items });
  const kindOf = (resource: string, kind: string, more: object = {}) => ({
    resource,
    responseKind: { kind },
    scope: "Namespaced",
    verbs: ["list"],
    ...more,
  });
  const group = (name: string, resources: object[], more: object = {}) => ({
    metadata: { name },
    versions: [{ version: "v1", resources, ...more }],
  });

  describe("about to be removed", () => {
    beforeEach(() => {
      fake.objects["/api"] = discovery([
        group("", [
          kindOf("persistentvolumeclaims", "PersistentVolumeClaim"),
          kindOf("events", "Event"),
          kindOf("nodes", "Node", { scope: "Cluster" }),
        ]),
      ]);
      fake.objects["/apis"] = discovery([
        group("external-secrets.io", [kindOf("externalsecrets", "ExternalSecret")]),
      ]);
    });

    it("names whatever else lies in its namespace, of any kind that the cluster knows", async () => {
      fake.objects["/api/v1/namespaces/ingress-nginx/persistentvolumeclaims"] = {
        items: [inNamespace("music")],
      };
      fake.objects["/api/v1/namespaces/ingress-nginx/events"] = { items: [inNamespace("started")] };
      fake.objects["/apis/external-secrets.io/v1/namespaces/ingress-nginx/externalsecrets"] = {
        items: [inNamespace("login")],
      };
      const { strangers } = await read({ removal: "next" });
      assert.deepEqual(strangers, ["PersistentVolumeClaim music", "ExternalSecret login"]);
    });

    it("keeps the namespace while something that serves a kind does not answer", async () => {
      fake.objects["/apis"] = discovery([
        group("dead.example.org", [kindOf("things", "Thing")], { freshness: "Stale" }),
      ]);
      const { strangers } = await read({ removal: "next" });
      assert.deepEqual(strangers, ["whatever dead.example.org/v1 has there, which does not answer"]);
    });

    it("keeps the namespace where the API server cannot tell what is in it", async () => {
      delete fake.objects["/apis"];
      assert.match((await read({ removal: "next" })).strangers.join(), /older than Kubernetes 1\.27/);
    });

    it("asks for none of that once the namespace is gone", async () => {
      delete fake.objects["/api/v1/namespaces/ingress-nginx"];
      assert.deepEqual((await read({ removal: "begun" })).strangers, []);
      assert.ok(!fake.asked.some(({ path: asked }) => asked === "/apis"));
    });
  });

  it("has a webhook configuration that leads to its Service, labelled or not, and none that leads elsewhere", async () => {
    const webhook = (name: string, namespace: string, service: string) => ({
      metadata: { name, labels: name === "bare" ? {} : labels },
      webhooks: [{ clientConfig: { service: { namespace, name: service } } }],
    });
    fake.objects["/api/v1/namespaces/ingress-nginx/services"] = {
      items: [inNamespace("admission", { labels })],
    };
    fake.objects["/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"] = {
      items: [
        webhook("bare", "ingress-nginx", "admission"),
        webhook("second", "ingress-internal", "admission"),
        webhook("other", "ingress-nginx", "policy"),
      ],
    };
    assert.deepEqual(
      names(await read()).filter((name) => name.startsWith("Validating")),
      ["ValidatingWebhookConfiguration bare"],
    );
  });

  it("has Ingresses without a class where its controller serves those", async () => {
    const deployments = "/apis/apps/v1/namespaces/ingress-nginx/deployments";
    const text = JSON.stringify(fake.objects[deployments]);
    const ingresses = [ingress("classless", undefined)];
    assert.equal((await read({ ingresses })).ingresses.length, 0);
    fake.objects[deployments] = JSON.parse(
      text.replace("--watch-namespace=x", "--watch-ingress-without-class"),
    );
    assert.equal((await read({ ingresses })).ingresses.length, 1);
  });

  it("has settings and ports by the ConfigMaps that its arguments name, here or elsewhere", async () => {
    const deployments = "/apis/apps/v1/namespaces/ingress-nginx/deployments";
    const text = JSON.stringify(fake.objects[deployments]);
    const flags = '--configmap=$(POD_NAMESPACE)/settings","--tcp-services-configmap=streams/tcp';
    fake.objects[deployments] = JSON.parse(text.replace("--watch-namespace=x", flags));
    fake.objects["/api/v1/namespaces/ingress-nginx/configmaps"] = {
      items: [{ ...inNamespace("settings"), data: { "whitelist-source-range": "10.0.0.0/8" } }],
    };
    fake.objects["/api/v1/namespaces/streams/configmaps/tcp"] = {
      metadata: { name: "tcp", namespace: "streams" },
      data: { "22": "gitea/ssh:22" },
    };
    const { settings, streams, installation, strangers } = await read();
    assert.deepEqual(settings, { "whitelist-source-range": "10.0.0.0/8" });
    assert.deepEqual(streams, [{ protocol: "TCP", port: "22", backend: "gitea/ssh:22" }]);
    assert.ok(installation.some(({ name }) => name === "settings"));
    assert.ok(!installation.some(({ namespace }) => namespace === "streams"));
    assert.deepEqual(strangers, []);
  });

  it("knows what was adopted, is still there, and is not its own any more", async () => {
    const moved = ingress("komga-ingress", "tailscale");
    fake.objects["/apis/networking.k8s.io/v1/namespaces/apps/ingresses/komga-ingress"] = { metadata: moved };
    const adopted = ["Ingress apps/komga-ingress", "Ingress apps/deleted", "ClusterRole ingress-nginx"];
    const { unrecognised } = await read({ ingresses: [moved], adopted });
    assert.deepEqual(
      unrecognised.map(({ kind, namespace, name }) => [kind, namespace, name]),
      [["Ingress", "apps", "komga-ingress"]],
    );
    assert.deepEqual((await read({ ingresses: [moved], adopted, removal: "begun" })).unrecognised, []);
  });

  it("may be gone altogether", async () => {
    fake.objects = {};
    assert.deepEqual(await read(), {
      installation: [],
      classes: ["nginx"],
      ingresses: [],
      strangers: [],
      unrecognised: [],
      settings: {},
      streams: [],
    });
  });
});

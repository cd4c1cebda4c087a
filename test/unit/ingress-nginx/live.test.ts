import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ReadOnlyApi } from "../../../components/cluster/api.ts";
import type { LiveIngress } from "../../../components/cluster/live.ts";
import { type LiveIngressNginx, readIngressNginx } from "../../../components/ingress-nginx/live.ts";
import { FakeApiServer, writeKubeconfig } from "../../support/fake-api-server.ts";

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
  const fake = new FakeApiServer();
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "live-ingress-nginx-"));
    file = path.join(folder, "config");
    writeKubeconfig(file, await fake.start(), ["octavo"]);
  });
  beforeEach(() => {
    fake.asked.length = 0;
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
  after(async () => {
    fake.stop();
    await rm(folder, { recursive: true });
  });

  const read = async (
    ingresses: LiveIngress[] = [],
    namespace = "ingress-nginx",
  ): Promise<LiveIngressNginx> =>
    readIngressNginx(
      await ReadOnlyApi.connect({ context: "octavo", kubeconfig: file }),
      { namespace, instance: "ingress-nginx" },
      Promise.resolve(ingresses),
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

  it("asks for cluster-wide objects by their label only", async () => {
    await read();
    const wide = fake.asked.filter(({ path: asked }) => /clusterrole|webhookconfig/.test(asked));
    assert.equal(wide.length, 3);
    for (const { path: asked } of wide)
      assert.match(
        decodeURIComponent(asked),
        /labelSelector=app.kubernetes.io\/instance=ingress-nginx&limit=/,
      );
  });

  it("has the Ingresses of its classes, and none of another class or of a challenge", async () => {
    const { ingresses, classes } = await read([
      ingress("komga-ingress", "nginx"),
      ingress("komga-tailscale", "tailscale"),
      ingress("dashboard", "internal-nginx"),
      ingress("classless", undefined),
      ingress("cm-acme-http-solver-x", "nginx", { solver: true }),
    ]);
    assert.deepEqual(classes, ["nginx"]);
    assert.deepEqual(
      ingresses.map(({ name }) => name),
      ["komga-ingress"],
    );
  });

  it("has its Ingresses still, when somebody has deleted the class by hand", async () => {
    fake.objects["/apis/networking.k8s.io/v1/ingressclasses"] = { items: [] };
    const { ingresses, installation } = await read([ingress("komga-ingress", "nginx")]);
    assert.equal(ingresses.length, 1);
    assert.ok(!installation.some(({ kind }) => kind === "IngressClass"));
  });

  it("leaves a class of that name to whoever else serves it", async () => {
    fake.objects["/apis/networking.k8s.io/v1/ingressclasses"] = {
      items: [{ metadata: { name: "nginx" }, spec: { controller: "nginx.org/ingress-controller" } }],
    };
    assert.deepEqual((await read([ingress("komga-ingress", "nginx")])).ingresses, []);
  });

  it("names what else lies in its namespace", async () => {
    fake.objects["/api/v1/namespaces/ingress-nginx/persistentvolumeclaims"] = {
      items: [inNamespace("music")],
    };
    const { strangers } = await read([
      ingress("own-page", "tailscale", { namespace: "ingress-nginx" }),
      ingress("old-page", "nginx", { namespace: "ingress-nginx" }),
    ]);
    assert.deepEqual(strangers, ["PersistentVolumeClaim music", "Ingress own-page"]);
  });

  it("never has a namespace that every cluster has", async () => {
    for (const shared of ["default", "kube-system"]) {
      fake.objects[`/api/v1/namespaces/${shared}`] = { metadata: { name: shared } };
      assert.ok(!names(await read([], shared)).some((name) => name.startsWith("Namespace")));
    }
  });

  it("may be gone altogether", async () => {
    fake.objects = {};
    assert.deepEqual(await read(), {
      installation: [],
      classes: ["nginx"],
      ingresses: [],
      strangers: [],
      strayed: [],
      settings: {},
      streams: [],
    });
  });
});

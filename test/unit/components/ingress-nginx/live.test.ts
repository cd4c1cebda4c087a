import { strict as assert } from "node:assert";
import type { LiveIngress, LiveService } from "../../../../components/cluster/live.ts";
import type { IngressNginxConfig } from "../../../../components/ingress-nginx/config.ts";
import { type LiveIngressNginx, readIngressNginx } from "../../../../components/ingress-nginx/live.ts";
import { useFakeApi } from "../../../support/fake-api-server.ts";
import { nginxWith } from "./nginx.ts";

const labels = { "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/instance": "ingress-nginx" };
const deployments = "/apis/apps/v1/deployments";
const daemonSets = "/apis/apps/v1/daemonsets";
const ingressClasses = "/apis/networking.k8s.io/v1/ingressclasses";
const inNamespace = (name: string, more: object = {}) => ({
  metadata: { name, namespace: "ingress-nginx", ...more },
});

/** A workload that runs ingress-nginx. */
function workload(
  namespace: string,
  name: string,
  args: string[] = [],
  metadata: object = {},
  volumes: object[] = [],
) {
  const containers = [{ args: ["/nginx-ingress-controller", ...args] }];
  return {
    metadata: { namespace, name, ...metadata },
    spec: { replicas: 1, template: { spec: { containers, volumes } } },
  };
}

const ingressClass = (name: string, controller = "k8s.io/ingress-nginx", metadata: object = {}) => ({
  metadata: { name, ...metadata },
  spec: { controller },
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

const namesOf = (ingresses: readonly { name: string }[]): string[] => ingresses.map(({ name }) => name);

describe("the live ingress-nginx", () => {
  const { fake, connect } = useFakeApi();
  beforeEach(() => {
    fake.objects = {
      "/api/v1/namespaces/ingress-nginx": { metadata: { name: "ingress-nginx", labels } },
      [ingressClasses]: {
        items: [
          ingressClass("nginx", undefined, { labels }),
          ingressClass("tailscale", "tailscale.com/ts-ingress"),
        ],
      },
      "/apis/rbac.authorization.k8s.io/v1/clusterroles": {
        items: [{ metadata: { name: "ingress-nginx", labels } }],
      },
      "/api/v1/namespaces/ingress-nginx/secrets": { items: [inNamespace("webhook-tls")] },
      "/apis/coordination.k8s.io/v1/namespaces/ingress-nginx/leases": { items: [inNamespace("edge-leader")] },
      "/api/v1/namespaces/ingress-nginx/configmaps": { items: [inNamespace("kube-root-ca.crt")] },
    };
    withArgs();
  });

  /** Gives the controller of the installation these arguments besides. */
  const withArgs = (...args: string[]): void => {
    const volumes = [{ secret: { secretName: "webhook-tls" } }, {}];
    const all = ["--election-id=edge-leader", ...args];
    fake.objects[deployments] = {
      items: [workload("ingress-nginx", "ingress-nginx-controller", all, { labels }, volumes)],
    };
  };

  interface Reading {
    ingresses?: LiveIngress[];
    services?: LiveService[];
    namespace?: string;
    adopted?: string[];
    /** The phase that the cluster has been brought to. */
    from?: string;
    phase?: "coexist" | "cutover" | "retired";
    config?: Partial<IngressNginxConfig> | null;
  }

  const read = async ({
    ingresses = [],
    services = [],
    namespace = "ingress-nginx",
    adopted = [],
    from = "cutover",
    phase = "cutover",
    config = {},
  }: Reading = {}): Promise<LiveIngressNginx> =>
    readIngressNginx(
      {
        phase,
        ...(config === null
          ? {}
          : {
              ingressNginx: {
                installations: [{ namespace, from: { helmRelease: "ingress-nginx" } }],
                keep: {},
                abandon: {},
                override: {},
                ...config,
              },
            }),
      },
      await connect(),
      Promise.resolve({ record: { phase: from, adopted }, ingresses, services }),
    );

  const names = ({ installation }: LiveIngressNginx): string[] =>
    installation.map(({ kind, name }) => `${kind} ${name}`).sort();

  it("is everything of the installation, with what its arguments name", async () => {
    assert.deepEqual(names(await read()), [
      "ClusterRole ingress-nginx",
      "Deployment ingress-nginx-controller",
      "IngressClass nginx",
      "Lease edge-leader",
      "Namespace ingress-nginx",
      "Secret webhook-tls",
    ]);
  });

  it("is read without the content of any Secret", async () => {
    await read();
    const secrets = fake.asked.filter(({ path: asked }) => asked.includes("/secrets"));
    assert.ok(secrets.length > 0);
    for (const { accept } of secrets) assert.match(accept, /as=PartialObjectMetadataList/);
  });

  it("is read with rights and monitors of the whole cluster only by their label", async () => {
    await read();
    const wide = fake.asked.filter(({ path: asked }) => /clusterrole|v1\/servicemonitors/.test(asked));
    assert.equal(wide.length, 3);
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
    assert.deepEqual(namesOf(ingresses), ["komga-ingress"]);
  });

  it("still has its Ingresses when somebody has deleted the class by hand", async () => {
    fake.objects["/apis/networking.k8s.io/v1/ingressclasses"] = { items: [] };
    const { ingresses, installation } = await read({ ingresses: [ingress("komga-ingress", "nginx")] });
    assert.equal(ingresses.length, 1);
    assert.ok(!installation.some(({ kind }) => kind === "IngressClass"));
  });

  it("has no class nginx that another controller serves", async () => {
    fake.objects["/apis/networking.k8s.io/v1/ingressclasses"] = {
      items: [{ metadata: { name: "nginx" }, spec: { controller: "nginx.org/ingress-controller" } }],
    };
    assert.deepEqual((await read({ ingresses: [ingress("komga-ingress", "nginx")] })).ingresses, []);
  });

  it("names the other objects in its namespace", async () => {
    fake.objects["/api/v1/namespaces/ingress-nginx/services"] = { items: [inNamespace("music")] };
    const { strangers } = await read({
      ingresses: [
        ingress("own-page", "tailscale", { namespace: "ingress-nginx" }),
        ingress("old-page", "nginx", { namespace: "ingress-nginx" }),
      ],
    });
    assert.deepEqual(strangers, { "ingress-nginx": ["Service music", "Ingress own-page"] });
  });

  it("never owns a namespace that every cluster has", async () => {
    for (const shared of ["default", "kube-system"]) {
      fake.objects[`/api/v1/namespaces/${shared}`] = { metadata: { name: shared } };
      fake.objects[`/api/v1/namespaces/${shared}/services`] = {
        items: [{ metadata: { namespace: shared, name: "dns" } }],
      };
      fake.asked.length = 0;
      const live = await read({ namespace: shared, phase: "retired" });
      assert.ok(!names(live).some((name) => name.startsWith("Namespace")));
      // It stays anyway, whatever is in it.
      assert.deepEqual(live.strangers, {});
      assert.ok(!fake.asked.some(({ path: asked }) => asked === "/apis"));
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

  describe("that is about to be removed", () => {
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

    it("names other objects in its namespace, of any kind that the cluster knows", async () => {
      fake.objects["/api/v1/namespaces/ingress-nginx/persistentvolumeclaims"] = {
        items: [inNamespace("music")],
      };
      fake.objects["/api/v1/namespaces/ingress-nginx/events"] = { items: [inNamespace("started")] };
      fake.objects["/apis/external-secrets.io/v1/namespaces/ingress-nginx/externalsecrets"] = {
        items: [inNamespace("login")],
      };
      const { strangers } = await read({ phase: "retired" });
      assert.deepEqual(strangers, {
        "ingress-nginx": ["PersistentVolumeClaim music", "ExternalSecret login"],
      });
    });

    it("names objects that only an older version of their group has, each once", async () => {
      fake.objects["/apis"] = discovery([
        {
          metadata: { name: "monitoring.coreos.com" },
          versions: [
            { version: "v1", resources: [kindOf("podmonitors", "PodMonitor")] },
            {
              version: "v1alpha1",
              resources: [kindOf("scrapeconfigs", "ScrapeConfig"), kindOf("podmonitors", "PodMonitor")],
            },
          ],
        },
        {
          metadata: { name: "example.org" },
          versions: [
            { version: "v2", resources: [kindOf("things", "Thing")], freshness: "Stale" },
            { version: "v1", resources: [kindOf("things", "Thing")] },
          ],
        },
      ]);
      const found = (version: string, plural: string, name: string): void => {
        fake.objects[`/apis/${version}/namespaces/ingress-nginx/${plural}`] = { items: [inNamespace(name)] };
      };
      found("monitoring.coreos.com/v1alpha1", "scrapeconfigs", "node");
      found("monitoring.coreos.com/v1", "podmonitors", "pods");
      found("example.org/v1", "things", "thing");
      assert.deepEqual((await read({ phase: "retired" })).strangers, {
        "ingress-nginx": ["PodMonitor pods", "ScrapeConfig node", "Thing thing"],
      });
    });

    it("keeps the namespace while something that serves a kind does not answer", async () => {
      fake.objects["/apis"] = discovery([
        group("dead.example.org", [kindOf("things", "Thing")], { freshness: "Stale" }),
      ]);
      const { strangers } = await read({ phase: "retired" });
      assert.deepEqual(strangers, {
        "ingress-nginx": ["objects of dead.example.org/v1, which does not answer"],
      });
    });

    it("keeps the namespace where the API server cannot tell what is in it", async () => {
      delete fake.objects["/apis"];
      assert.match(
        (await read({ phase: "retired" })).strangers["ingress-nginx"]?.join() ?? "",
        /older than Kubernetes 1\.27/,
      );
    });

    it("asks for no other kinds once the namespace is gone", async () => {
      delete fake.objects["/api/v1/namespaces/ingress-nginx"];
      assert.deepEqual((await read({ from: "retired", phase: "retired" })).strangers, {});
      assert.ok(!fake.asked.some(({ path: asked }) => asked === "/apis"));
    });
  });

  describe("and its webhook", () => {
    const rules = [{ apiGroups: ["networking.k8s.io"], resources: ["ingresses"] }];
    const webhook = (name: string, namespace: string, service: string, metadata: object = {}) => ({
      metadata: { name, ...metadata },
      webhooks: [
        {
          name: "validate.nginx.ingress.kubernetes.io",
          rules,
          clientConfig: { service: { namespace, name: service } },
        },
      ],
    });
    const configurations = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    const webhooksOf = (live: LiveIngressNginx): string[] =>
      names(live).filter((name) => name.startsWith("Validating"));
    const service = (name: string): LiveService => ({
      namespace: "ingress-nginx",
      name,
      type: "ClusterIP",
      headless: false,
      ports: [],
    });
    beforeEach(() => {
      fake.objects["/api/v1/namespaces/ingress-nginx/services"] = {
        items: [inNamespace("admission", { labels }), inNamespace("policy")],
      };
    });

    it("has the configuration that calls its Service, labelled or not, and none that calls another", async () => {
      fake.objects[configurations] = {
        items: [
          webhook("bare", "ingress-nginx", "admission"),
          webhook("second", "ingress-internal", "admission", { labels }),
          webhook("other", "ingress-nginx", "policy", { labels }),
        ],
      };
      assert.deepEqual(webhooksOf(await read()), ["ValidatingWebhookConfiguration bare"]);
    });

    it("has a configuration that was left behind, whose Service is gone", async () => {
      for (const metadata of [{ labels }, {}]) {
        fake.objects[configurations] = {
          items: [webhook("ingress-nginx-admission", "ingress-nginx", "gone", metadata)],
        };
        const live = await read({ services: [service("admission"), service("policy")] });
        assert.deepEqual(webhooksOf(live), ["ValidatingWebhookConfiguration ingress-nginx-admission"]);
        assert.deepEqual(live.deadWebhooks, [
          { name: "ingress-nginx-admission", service: "ingress-nginx/gone", why: "missing" },
        ]);
      }
    });

    it("is not dead while its Service is there, fails open, or is about other objects", async () => {
      const alive = webhook("alive", "ingress-nginx", "admission");
      const open = webhook("open", "nowhere", "gone");
      Object.assign(open.webhooks[0]!, { failurePolicy: "Ignore" });
      const pods = webhook("pods", "nowhere", "gone");
      Object.assign(pods.webhooks[0]!, { rules: [{ apiGroups: [""], resources: ["pods"] }] });
      fake.objects[configurations] = { items: [alive, open, pods] };
      assert.deepEqual((await read({ services: [service("admission")] })).deadWebhooks, []);
    });

    it("is dead while the controller is scaled to zero", async () => {
      fake.objects[configurations] = { items: [webhook("idle", "ingress-nginx", "admission")] };
      const idle = workload("ingress-nginx", "ingress-nginx-controller", [], { labels });
      idle.spec.replicas = 0;
      fake.objects[deployments] = { items: [idle] };
      const services = [service("admission")];
      assert.deepEqual((await read({ services })).deadWebhooks, [
        { name: "idle", service: "ingress-nginx/admission", why: "no pods" },
      ]);
      idle.spec.replicas = 1;
      assert.deepEqual((await read({ services })).deadWebhooks, []);
    });

    it("is dead when no controller is there any more and its Service has no ready pod", async () => {
      fake.objects[deployments] = { items: [] };
      fake.objects[configurations] = { items: [webhook("left", "ingress-nginx", "admission")] };
      const slices = "/apis/discovery.k8s.io/v1/namespaces/ingress-nginx/endpointslices";
      const dead = async () => (await read({ services: [service("admission")], config: null })).deadWebhooks;
      const left = [{ name: "left", service: "ingress-nginx/admission", why: "no pods" }];
      assert.deepEqual(await dead(), left);
      assert.ok(
        fake.asked.some(({ path }) =>
          path.includes("labelSelector=kubernetes.io%2Fservice-name%3Dadmission"),
        ),
      );
      for (const endpoints of [null, [], [{ conditions: { ready: false } }]]) {
        fake.objects[slices] = { items: [{ endpoints }] };
        assert.deepEqual(await dead(), left, JSON.stringify(endpoints));
      }
      // A controller that is not recognised answers it.
      for (const conditions of [{ ready: true }, {}]) {
        fake.objects[slices] = {
          items: [{ endpoints: [{ conditions: { ready: false } }] }, { endpoints: [{ conditions }] }],
        };
        assert.deepEqual(await dead(), [], JSON.stringify(conditions));
      }
    });

    it("is not asked about its pods while a controller runs there", async () => {
      fake.objects[configurations] = { items: [webhook("alive", "ingress-nginx", "admission")] };
      await read({ services: [service("admission")] });
      assert.deepEqual(
        fake.asked.filter(({ path }) => path.includes("endpointslices")),
        [],
      );
    });

    it("is dead without a stack file that names it, and with rules for everything", async () => {
      const everything = webhook("everything", "policies", "gone");
      Object.assign(everything.webhooks[0]!, { rules: [{ apiGroups: ["*"], resources: ["*"] }] });
      fake.objects[configurations] = { items: [everything] };
      assert.equal((await read({ config: null })).deadWebhooks.length, 1);
    });
  });

  it("has settings and ports by the ConfigMaps that its arguments name, here or elsewhere", async () => {
    withArgs("--configmap=$(POD_NAMESPACE)/settings", "--tcp-services-configmap=streams/tcp");
    fake.objects["/api/v1/namespaces/ingress-nginx/configmaps"] = { items: [inNamespace("settings")] };
    fake.objects["/api/v1/namespaces/ingress-nginx/configmaps/settings"] = {
      ...inNamespace("settings"),
      data: { "whitelist-source-range": "10.0.0.0/8" },
    };
    fake.objects["/api/v1/namespaces/streams/configmaps/tcp"] = {
      metadata: { name: "tcp", namespace: "streams" },
      data: { "22": "gitea/ssh:22" },
    };
    const { controllers, streams, installation, strangers } = await read();
    assert.deepEqual(controllers[0]?.settings, { "whitelist-source-range": "10.0.0.0/8" });
    assert.deepEqual(streams, [{ protocol: "TCP", port: "22", backend: "gitea/ssh:22" }]);
    assert.ok(installation.some(({ name }) => name === "settings"));
    assert.ok(!installation.some(({ namespace }) => namespace === "streams"));
    assert.deepEqual(strangers, {});
  });

  it("knows adopted objects that are still there and not recognised any more", async () => {
    const moved = ingress("komga-ingress", "tailscale");
    fake.objects["/apis/networking.k8s.io/v1/namespaces/apps/ingresses/komga-ingress"] = { metadata: moved };
    const adopted = ["Ingress apps/komga-ingress", "Ingress apps/deleted", "ClusterRole ingress-nginx"];
    const { unrecognised } = await read({ ingresses: [moved], adopted });
    assert.deepEqual(
      unrecognised.map(({ kind, namespace, name }) => [kind, namespace, name]),
      [["Ingress", "apps", "komga-ingress"]],
    );
    assert.deepEqual(
      (await read({ ingresses: [moved], adopted, from: "retired", phase: "retired" })).unrecognised,
      [],
    );
  });

  it("is empty if nothing of it exists", async () => {
    fake.objects = {};
    const { controllers, ...rest } = await read();
    const { controllers: _, ...nothing } = nginxWith([], { installation: [] });
    assert.deepEqual(rest, nothing);
    assert.deepEqual(
      controllers.map(({ workload, plan }) => [workload, plan]),
      [[undefined, "retire"]],
    );
  });

  describe("beside other controllers", () => {
    const plans = ({ controllers }: LiveIngressNginx): string[] =>
      controllers.map(
        ({ workload, plan, ingresses }) =>
          `${workload?.kind} ${workload?.namespace}/${workload?.name} ${plan}: ${namesOf(ingresses).join(", ")}`,
      );
    const shop = ingress("shop", "nginx");
    const media = ingress("radarr", "internal", { namespace: "media" });

    it("serves only the Ingresses of the classes that are its own", async () => {
      const internal = workload(
        "network",
        "internal-ingress-nginx-controller",
        ["--controller-class=k8s.io/internal", "--ingress-class=nginx"],
        { labels: { ...labels, "app.kubernetes.io/instance": "internal" } },
      );
      const { items } = fake.objects[deployments] as { items: object[] };
      fake.objects[deployments] = { items: [...items, internal] };
      fake.objects[ingressClasses] = {
        items: [ingressClass("nginx"), ingressClass("internal", "k8s.io/internal")],
      };
      const live = await read({
        ingresses: [shop, media],
        config: { installations: [{ namespace: "network", from: { helmRelease: "internal" } }] },
      });
      assert.deepEqual(plans(live), [
        "Deployment ingress-nginx/ingress-nginx-controller unknown: shop",
        "Deployment network/internal-ingress-nginx-controller retire: radarr",
      ]);
      assert.deepEqual(namesOf(live.ingresses), ["radarr"]);
      assert.deepEqual(live.classes, ["internal"]);
      assert.deepEqual(
        live.installation.filter(({ kind }) => kind === "IngressClass").map(({ name }) => name),
        ["internal"],
      );
    });

    it("serves only its own namespaces, although the class is the same", async () => {
      fake.objects[deployments] = {
        items: [
          workload("dev", "edge", ["--watch-namespace=dev"], { labels }),
          workload("prod", "edge", ["--watch-namespace-selector=stage=prod"], { labels }),
        ],
      };
      fake.objects["/api/v1/namespaces?labelSelector=stage%3Dprod&limit=500"] = {
        items: [{ metadata: { name: "prod" } }],
      };
      const live = await read({
        ingresses: [
          ingress("web", "nginx", { namespace: "dev" }),
          ingress("shop", "nginx", { namespace: "prod" }),
        ],
        namespace: "dev",
        config: { keep: { "prod/edge": "another team's" } },
      });
      assert.deepEqual(plans(live), ["Deployment dev/edge retire: web", "Deployment prod/edge keep: shop"]);
      assert.deepEqual(namesOf(live.ingresses), ["web"]);
      // The other controller still needs the class.
      assert.deepEqual(live.classes, []);
      assert.ok(!live.installation.some(({ kind }) => kind === "IngressClass"));
    });

    it("takes its class along although another one names it by --ingress-class only", async () => {
      const { items } = fake.objects[deployments] as { items: object[] };
      const internal = workload("network", "internal", ["--controller-class=k8s.io/internal"]);
      fake.objects[deployments] = { items: [...items, internal] };
      const config = { keep: { "network/internal": "serves the LAN" } };
      const live = await read({ ingresses: [shop], config });
      assert.deepEqual(live.classes, ["nginx"]);
      assert.ok(names(live).includes("IngressClass nginx"));
      assert.deepEqual(namesOf(live.ingresses), ["shop"]);
      // Without the IngressClass, the annotation is all there is, and the other one reads it as well.
      fake.objects[ingressClasses] = { items: [] };
      assert.deepEqual((await read({ config })).classes, []);
      const kept = await read({ ingresses: [shop], config: { ...config, installations: [] } });
      assert.deepEqual(
        kept.unserved.map(({ name, ingresses }) => [name, ingresses]),
        [["nginx", ["apps/shop"]]],
      );
    });

    it("leaves an Ingress to the other one, if both serve it", async () => {
      const { items } = fake.objects[deployments] as { items: object[] };
      fake.objects[deployments] = { items: [...items, workload("edge", "second")] };
      const live = await read({ ingresses: [shop] });
      assert.deepEqual(plans(live), [
        "Deployment ingress-nginx/ingress-nginx-controller retire: shop",
        "Deployment edge/second unknown: shop",
      ]);
      assert.deepEqual(live.ingresses, []);
    });

    it("may be several installations that are retired together", async () => {
      const { items } = fake.objects[deployments] as { items: object[] };
      const second = { ...labels, "app.kubernetes.io/instance": "second" };
      fake.objects[deployments] = {
        items: [...items, workload("edge", "second-ingress-nginx-controller", [], { labels: second })],
      };
      fake.objects["/api/v1/namespaces/edge"] = { metadata: { name: "edge" } };
      fake.objects["/api/v1/namespaces/edge/services"] = {
        items: [{ metadata: { namespace: "edge", name: "music" } }],
      };
      const live = await read({
        ingresses: [shop],
        config: {
          installations: [
            { namespace: "ingress-nginx", from: { manifest: "cloud" } },
            { namespace: "edge", from: { helmRelease: "second" } },
          ],
        },
      });
      assert.deepEqual(namesOf(live.ingresses), ["shop"]);
      assert.deepEqual(
        live.installation.filter(({ kind }) => kind === "Namespace").map(({ name }) => name),
        ["ingress-nginx", "edge"],
      );
      assert.deepEqual(live.strangers, { edge: ["Service music"] });
    });
  });

  describe("of another origin", () => {
    const onlyController = (live: LiveIngressNginx) => {
      const [controller, ...others] = live.controllers.filter(({ workload }) => workload !== undefined);
      assert.deepEqual(others, []);
      assert.ok(controller);
      return controller;
    };

    it("is counted when Argo CD has labelled it, and recognised by the name of the Application", async () => {
      const argo = { ...labels, "app.kubernetes.io/instance": "prod-ingress" };
      fake.objects[deployments] = {
        items: [workload("ingress-nginx", "ingress-nginx-controller", [], { labels: argo })],
      };
      const ingresses = [ingress("shop", "nginx")];
      const unknown = await read({ ingresses });
      assert.equal(onlyController(unknown).plan, "unknown");
      assert.deepEqual(onlyController(unknown).instance, { name: "prod-ingress", byHelm: false });
      assert.deepEqual(namesOf(onlyController(unknown).ingresses), ["shop"]);
      const installations = [{ namespace: "ingress-nginx", from: { helmRelease: "prod-ingress" } }];
      const known = await read({ ingresses, config: { installations } });
      assert.equal(onlyController(known).plan, "retire");
      assert.deepEqual(namesOf(known.ingresses), ["shop"]);
    });

    it("is counted when the stack file has a typo in its name, and nothing of it is owned", async () => {
      const ingresses = [ingress("shop", "nginx")];
      const installations = [{ namespace: "ingress-nginx", from: { helmRelease: "ingress-ngnix" } }];
      const live = await read({ ingresses, config: { installations } });
      const { plan, instance, ingresses: served } = onlyController(live);
      assert.deepEqual([plan, instance?.name, namesOf(served)], ["unknown", "ingress-nginx", ["shop"]]);
      assert.deepEqual(live.ingresses, []);
      assert.ok(!names(live).some((name) => /^(Deployment|IngressClass|ClusterRole) /.test(name)));
    });

    it("is recognised where the chart's namespaceOverride has put it, with Helm's record elsewhere", async () => {
      const annotations = {
        "meta.helm.sh/release-name": "ingress-nginx",
        "meta.helm.sh/release-namespace": "flux-system",
      };
      fake.objects[deployments] = {
        items: [workload("ingress-nginx", "ingress-nginx-controller", [], { labels, annotations })],
      };
      const records =
        "/api/v1/namespaces/flux-system/secrets?labelSelector=owner%3Dhelm%2Cname%3Dingress-nginx";
      fake.objects[`${records}&limit=500`] = {
        items: [
          {
            metadata: {
              namespace: "flux-system",
              name: "sh.helm.release.v1.ingress-nginx.v1",
              labels: { owner: "helm", name: "ingress-nginx" },
            },
          },
        ],
      };
      const live = await read();
      assert.equal(onlyController(live).plan, "retire");
      assert.ok(names(live).includes("Secret sh.helm.release.v1.ingress-nginx.v1"));
    });

    it("is recognised with its monitors in another namespace", async () => {
      fake.objects["/apis/monitoring.coreos.com/v1/servicemonitors"] = {
        items: [{ metadata: { namespace: "monitoring", name: "ingress-nginx-controller", labels } }],
      };
      assert.ok(names(await read()).includes("ServiceMonitor ingress-nginx-controller"));
    });

    it("is counted when it is RKE2's, a DaemonSet that serves Ingresses without a class", async () => {
      const rke2 = {
        "app.kubernetes.io/name": "rke2-ingress-nginx",
        "app.kubernetes.io/instance": "rke2-ingress-nginx",
        "helm.sh/chart": "rke2-ingress-nginx-4.12.401",
      };
      delete fake.objects[deployments];
      fake.objects[daemonSets] = {
        items: [
          workload("kube-system", "rke2-ingress-nginx-controller", ["--watch-ingress-without-class=true"], {
            labels: rke2,
          }),
        ],
      };
      const ingresses = [ingress("bare", undefined), ingress("shop", "nginx")];
      const live = await read({ ingresses, config: null });
      assert.equal(onlyController(live).workload?.kind, "DaemonSet");
      assert.deepEqual(namesOf(onlyController(live).ingresses), ["bare", "shop"]);
      assert.deepEqual(live.ingresses, []);
      const installations = [{ namespace: "kube-system", from: { helmRelease: "rke2-ingress-nginx" } }];
      const known = await read({ ingresses, config: { installations } });
      assert.equal(onlyController(known).plan, "retire");
      assert.ok(!names(known).some((name) => name.startsWith("Namespace")));
    });

    it("is counted when it is microk8s's, of class public and without the usual labels", async () => {
      fake.objects[deployments] = { items: [] };
      fake.objects[daemonSets] = {
        items: [
          workload("ingress", "nginx-ingress-microk8s-controller", ["--ingress-class=public"], {
            labels: { "microk8s-application": "nginx-ingress-microk8s" },
          }),
        ],
      };
      fake.objects[ingressClasses] = { items: [ingressClass("public"), ingressClass("nginx")] };
      const ingresses = [
        ingress("shop", "public", { classByAnnotation: true }),
        ingress("wiki", "nginx"),
        ingress("vpn", "tailscale"),
      ];
      const config = { installations: [], keep: { "ingress/nginx-ingress-microk8s-controller": "bundled" } };
      const live = await read({ ingresses, config });
      assert.equal(onlyController(live).plan, "keep");
      assert.deepEqual(namesOf(onlyController(live).ingresses), ["shop", "wiki"]);
      assert.equal(onlyController(live).instance, undefined);
      assert.deepEqual(live.installation, []);
    });

    it("is reported with its Ingresses if no controller for them was found", async () => {
      fake.objects[deployments] = { items: [] };
      const edge = ingressClass("edge");
      fake.objects[ingressClasses] = { items: [edge, ingressClass("nginx", "nginx.org/ingress-controller")] };
      const ingresses = [ingress("shop", "edge"), ingress("wiki", "nginx"), ingress("vpn", "tailscale")];
      const unserved = async () => (await read({ ingresses, config: null })).unserved;
      assert.deepEqual(await unserved(), [
        {
          name: "edge",
          ingresses: ["apps/shop"],
          why: "its controller is k8s.io/ingress-nginx",
          dangling: false,
        },
      ]);
      fake.objects[ingressClasses] = { items: [] };
      assert.deepEqual(await unserved(), [
        {
          name: "edge",
          ingresses: ["apps/shop"],
          why: "the class has no IngressClass, and its name is not known here",
          dangling: true,
        },
        { name: "nginx", ingresses: ["apps/wiki"], why: "the class has no IngressClass", dangling: true },
      ]);
    });
  });
});

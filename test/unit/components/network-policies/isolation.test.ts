import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { LiveService } from "../../../../components/cluster/live.ts";
import { admits } from "../../../../components/network-policies/admits.ts";
import { isIsolated, type Peer } from "../../../../components/network-policies/config.ts";
import { deployIsolation } from "../../../../components/network-policies/deploy.ts";
import {
  isolationLines,
  isolationProblems,
} from "../../../../components/network-policies/isolation-checks.ts";
import { readNetwork } from "../../../../components/network-policies/live.ts";
import { pluginWarning, recognise } from "../../../../components/network-policies/plugin.ts";
import type { Caller } from "../../../../components/network-policies/policy.ts";
import { type Callers, wantedPolicies } from "../../../../components/network-policies/wanted.ts";
import type { LiveTunnels } from "../../../../components/tunnels/live.ts";
import { matrix } from "../../../../policies/access/matrix/matrix.ts";
import { matrixTable } from "../../../../report/table.ts";
import { viewOfStack } from "../../../../stack/access-view.ts";
import { callersOf, isolationPolicies, tunnelled } from "../../../../stack/isolation.ts";
import { useFakeApi } from "../../../support/fake-api-server.ts";
import { goodStack, parse, problemsOf, put, type Raw, warnings } from "../../stack/base.ts";
import { ingress } from "../../stack/state.ts";
import { registered } from "../apps/mocks.ts";
import { controller } from "../ingress-nginx/nginx.ts";
import { record } from "../pomerium/recorder.ts";
import { openNetwork } from "./network.ts";

const service = (name: string, more: Partial<LiveService> = {}): LiveService => ({
  namespace: "komga",
  name,
  type: "ClusterIP",
  headless: false,
  selector: { app: "komga" },
  ports: [{ name: "web", port: 25600, targetPort: "http" }],
  ...more,
});

const alone: Callers = { nginx: [], nginxOnNodes: false, nodes: [] };

const isolate = (more: Record<string, unknown> = {}): Raw => {
  const raw = put(goodStack(), "apps.komga.isolate", true);
  for (const [path, value] of Object.entries(more)) put(raw, path, value);
  return raw;
};

/** The policy of the Service of komga. */
function policyOf(raw: Raw, callers: Callers = alone, services = [service("komga-svc")]) {
  const [policy, ...others] = wantedPolicies(parse(raw).isolation, services, callers);
  assert.deepEqual(others, []);
  return policy!;
}

describe("an isolated app", () => {
  it("gets a NetworkPolicy that lets only Pomerium's pods connect, on its own port", () => {
    assert.deepEqual(policyOf(isolate()), {
      namespace: "komga",
      name: "komga-svc-only-from-pomerium",
      spec: {
        podSelector: { matchLabels: { app: "komga" } },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [
              {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "pomerium" } },
                podSelector: {
                  matchLabels: {
                    "app.kubernetes.io/name": "pomerium",
                    "app.kubernetes.io/component": "proxy",
                  },
                },
              },
            ],
            ports: [{ protocol: "TCP", port: "http" }],
          },
        ],
      },
    });
  });

  it("is one of all, or one of none, as the stack and the app say", () => {
    const isolated = (raw: Raw) =>
      parse(raw).isolation.map(({ namespace, service }) => `${namespace}/${service}`);
    assert.deepEqual(isolated(goodStack()), []);
    assert.deepEqual(isolated(isolate()), ["komga/komga-svc"]);
    const all = put(goodStack(), "isolate", true);
    assert.deepEqual(isolated(all), ["komga/komga-svc", "monitoring/influxdb-svc", "monitoring/wiki"]);
    put(all, "apps.influxdb.isolate", false);
    assert.deepEqual(isolated(all), ["komga/komga-svc", "monitoring/wiki"]);
  });

  it("has a policy for each Service of its paths, and one for a Service that hosts and apps share", () => {
    const raw = isolate({
      "apps.komga.paths": {
        "/hub": { service: { name: "hub", port: 3012 } },
        "/metrics": { service: { name: "komga-svc", port: 9090 } },
      },
      "apps.komga.aliases": ["www.example.org"],
    });
    assert.deepEqual(
      parse(raw).isolation.map(({ service, ports, apps }) => [service, ports, apps]),
      [
        ["komga-svc", [25600, 9090], ["komga"]],
        ["hub", [3012], ["komga"]],
      ],
    );
  });

  it("admits whom allowFrom names, on any port", () => {
    const raw = isolate({
      allowFrom: ["prometheus"],
      "apps.komga.allowFrom": [
        { namespace: "backup" },
        { namespace: "jobs", pods: { app: "sync" } },
        { network: "192.168.0.9" },
        "nodes",
      ],
    });
    const { spec } = policyOf(raw, { ...alone, nodes: ["192.168.0.10/32"] });
    assert.deepEqual(spec.ingress[1], {
      from: [
        {
          namespaceSelector: {},
          podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
        },
        { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "backup" } } },
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "jobs" } },
          podSelector: { matchLabels: { app: "sync" } },
        },
        { ipBlock: { cidr: "192.168.0.9/32" } },
        { ipBlock: { cidr: "192.168.0.10/32" } },
      ],
    });
    assert.equal(spec.ingress[0]!.from.length, 1);
  });

  it("admits ingress-nginx until it is retired, and the nodes where its pods use their network", () => {
    const nginx = { controllers: [controller(), controller({ hostNetwork: true })] };
    const isolation = { plugin: { enforces: "yes" } as const, nodes: ["10.0.0.1/32"], onNodes: [], pods: [] };
    const from = (fate: "kept" | "removed") =>
      policyOf(isolate(), callersOf(nginx, { isolation }, fate)).spec.ingress[0]!.from.slice(1);
    assert.deepEqual(from("kept"), [
      { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress-nginx" } } },
      { ipBlock: { cidr: "10.0.0.1/32" } },
    ]);
    assert.deepEqual(from("removed"), []);
    const live = {
      cluster: { services: [service("komga-svc")] },
      ingressNginx: nginx,
      network: { isolation },
    };
    for (const fate of ["kept", "removed"] as const)
      assert.deepEqual(
        isolationPolicies(parse(isolate()), live, fate).map(({ spec }) => spec.ingress[0]!.from.slice(1)),
        [from(fate)],
      );
  });

  it("is reached by Pomerium, and by nobody else but those it names, whatever they are", () => {
    const peers = fc.uniqueArray(
      fc.constantFrom<Peer>("prometheus", { namespace: "jobs" }, { namespace: "web", pods: { app: "a" } }),
      { selector: (peer) => JSON.stringify(peer) },
    );
    const callers = fc.record({
      namespace: fc.constantFrom("jobs", "web", "default", "pomerium", "ingress-nginx"),
      app: fc.constantFrom("a", "b"),
      name: fc.constantFrom("prometheus", "pomerium", "other"),
    });
    fc.assert(
      fc.property(
        peers,
        callers,
        fc.constantFrom(25600, 9000),
        (allowFrom, { namespace, app, name }, port) => {
          const raw = isolate(allowFrom.length > 0 ? { "apps.komga.allowFrom": allowFrom } : {});
          const policy = policyOf(raw);
          const live = { metadata: policy, spec: policy.spec };
          const caller: Caller = {
            namespace,
            namespaceLabels: { "kubernetes.io/metadata.name": namespace },
            labels: { app, "app.kubernetes.io/name": name, "app.kubernetes.io/component": "proxy" },
            pods: [],
          };
          const target = {
            namespace: "komga",
            labels: { app: "komga" },
            port,
            portNames: port === 25600 ? ["http"] : [],
            protocol: "TCP" as const,
          };
          const isPomerium = namespace === "pomerium" && name === "pomerium" && port === 25600;
          const isNamed = allowFrom.some((peer) => {
            if (peer === "prometheus") return name === "prometheus";
            if (typeof peer === "string" || !("namespace" in peer)) return false;
            return peer.namespace === namespace && (peer.pods === undefined || peer.pods.app === app);
          });
          assert.equal(admits([live], caller, target), isPomerium || isNamed ? "yes" : "no");
        },
      ),
      { numRuns: 60 },
    );
  });

  it("keeps its policy when it is renamed, since the policy belongs to the Service", async () => {
    const names = async (raw: Raw) =>
      (
        await registered(() => {
          const wanted = wantedPolicies(parse(raw).isolation, [service("komga-svc")], alone);
          return deployIsolation(wanted, { policies: [] }, {});
        })
      ).map(({ type, name }) => `${type} ${name}`);
    const renamed = isolate() as {
      apps: Record<string, unknown>;
      accessTests: { apps: Record<string, unknown> };
    };
    renamed.apps.comics = renamed.apps.komga;
    delete renamed.apps.komga;
    renamed.accessTests.apps.comics = renamed.accessTests.apps.komga;
    delete renamed.accessTests.apps.komga;
    const before = await names(isolate());
    assert.deepEqual(before, [
      "kubernetes:networking.k8s.io/v1:NetworkPolicy komga/komga-svc-only-from-pomerium-policy",
    ]);
    assert.deepEqual(await names(renamed as unknown as Raw), before);
  });

  it("keeps its policy after an upgrade from a release that had a component around the policy", async () => {
    const registrations = await record(() => {
      const wanted = wantedPolicies(parse(isolate()).isolation, [service("komga-svc")], alone);
      return deployIsolation(wanted, { policies: [] }, {});
    });
    const { urn, formerly } = registrations.find(({ type }) => type.endsWith(":NetworkPolicy"))!;
    assert.ok(formerly.includes(`pomerium-migration:network-policies:Isolation$${urn}`), formerly.join("\n"));
  });

  it("cannot be one whose Service has no pods of its own", () => {
    const { isolation } = parse(isolate());
    const { selector: _, ...external } = service("komga-svc");
    const [problem] = isolationProblems(isolation, { services: [external] });
    assert.equal(problem?.at, "apps.komga.isolate");
    assert.match(problem!.message, /selects no pods/);
    assert.deepEqual(wantedPolicies(isolation, [external], alone), []);
    assert.deepEqual(isolationProblems(isolation, { services: [service("komga-svc")] }), []);
  });

  it("is not the page that shows people who they are, which this program deploys", () => {
    const raw = put(put(goodStack(), "isolate", true), "apps.wiki.namespace", "pomerium");
    put(raw, "apps.wiki.service", { name: "verify", port: 8000 });
    const verify = service("verify", { namespace: "pomerium" });
    assert.deepEqual(wantedPolicies(parse(raw).isolation, [verify], alone), []);
  });
});

describe("what a preview says about isolation", () => {
  const lines = (
    raw: Raw,
    services: LiveService[],
    {
      callers = alone,
      network = openNetwork as Parameters<typeof isolationLines>[2],
      ingresses = [ingress("komga", "komga-ingress", ["komga.example.org"])],
    } = {},
  ) => isolationLines(parse(raw).isolation, { services, ingresses }, network, callers, ingresses.slice(0, 1));

  it("is nothing as long as nothing is isolated", () => {
    assert.deepEqual(lines(goodStack(), [service("komga-svc")]), []);
  });

  it("is who still reaches the app", () => {
    assert.deepEqual(lines(isolate(), [service("komga-svc")]), [
      "komga/komga-svc: only Pomerium reaches its pods, on port http",
    ]);
    const raw = isolate({ "apps.komga.allowFrom": ["prometheus", { namespace: "backup" }] });
    assert.deepEqual(
      lines(raw, [service("komga-svc")], { callers: { ...alone, nginx: ["ingress-nginx"] } }),
      [
        "komga/komga-svc: only Pomerium reaches its pods, on port http, ingress-nginx until retired, Prometheus, namespace backup",
      ],
    );
  });

  it("is each rule of a tunnel that leads straight to the app, which cuts cloudflared off", () => {
    const services = [service("komga-svc"), service("komga-web")];
    const rule = (path: string, address: string) => ({
      hostname: "komga.example.net",
      path,
      service: `http://${address}:25600`,
    });
    const raw = isolate({
      "tunnels.home.extraRules": [
        rule("^/a", "komga-svc.komga"),
        rule("^/b", "komga-svc.komga.svc.cluster.local"),
        rule("^/c", "komga-web.komga"),
        rule("^/d", "komga-svc.other"),
      ],
    });
    const stack = parse(raw);
    const said = (live: LiveTunnels["live"]): string[] =>
      isolationLines(
        stack.isolation,
        { services, ingresses: [] },
        openNetwork,
        alone,
        [],
        tunnelled(stack, { live }, { rules: {}, records: [], tunnels: {} }),
      ).filter((line) => line.includes("tunnel"));
    const straight = (what: string): string =>
      `! komga/komga-svc: tunnel home leads ${what} straight there; its cloudflared is cut off, unless allowFrom names it`;
    const extra = [straight("komga.example.net ^/a"), straight("komga.example.net ^/b")];
    assert.deepEqual(said({}), extra);
    const present = { hostname: "wiki.example.net", service: "http://komga-svc.komga.svc:25600" };
    const seen = { records: {}, tunnel: { name: "home", remote: true, rules: [present], unwritable: [] } };
    assert.deepEqual(said({ home: seen }), [straight("wiki.example.net"), ...extra]);
  });

  it("is what is cut off: other Services of the same pods, ports, addresses outside, other controllers", () => {
    const metrics = service("komga-metrics", { ports: [{ port: 9090, targetPort: 9090 }] });
    const outside = service("komga-lb", { type: "LoadBalancer" });
    const stranger = service("other", { selector: { app: "other" } });
    const unlabelled = service("another", { selector: { tier: "web" } });
    const own = service("komga-svc", {
      ports: [
        { name: "web", port: 25600, targetPort: "http" },
        { port: 9000, targetPort: 9000 },
      ],
    });
    const traefik = ingress("komga", "komga-traefik", [], {
      ingressClass: "traefik",
      rules: [
        {
          host: "komga.lan",
          paths: [{ path: "/", exact: false, backend: { service: "komga-svc", port: 25600 } }],
        },
      ],
    });
    const tailscale = ingress("komga", "komga-tailscale", [], {
      ingressClass: "tailscale",
      defaultBackend: { service: "komga-svc" },
    });
    const nginx = ingress("komga", "komga-ingress", ["komga.example.org"]);
    assert.deepEqual(
      lines(isolate(), [own, metrics, outside, stranger, unlabelled], {
        ingresses: [nginx, traefik, tailscale],
      }).slice(1),
      [
        "! komga/komga-svc: its own port 9000 will be closed, unless allowFrom names the callers",
        "! komga/komga-svc: Service komga/komga-metrics (port 9090) leads to the same pods; its callers are cut off, unless allowFrom names the callers",
        "! komga/komga-svc: LoadBalancer komga/komga-lb leads to its pods from outside the cluster, and no longer will, unless allowFrom names the callers",
        "! komga/komga-svc: Ingress komga/komga-traefik of class traefik leads there; its controller is cut off, unless allowFrom names its namespace",
        "! komga/komga-svc: Ingress komga/komga-tailscale of class tailscale leads there; its controller is cut off, unless allowFrom names its namespace",
      ],
    );
  });

  it("is whose policies still admit others, because policies add up", () => {
    const wide = {
      metadata: { namespace: "komga", name: "allow-all" },
      spec: { podSelector: {}, ingress: [{}] },
    };
    const deny = { metadata: { namespace: "komga", name: "deny" }, spec: { podSelector: {} } };
    const network = { ...openNetwork, policies: [wide, deny] };
    assert.deepEqual(lines(isolate(), [service("komga-svc")], { network }).slice(1), [
      "! komga/komga-svc: NetworkPolicy komga/allow-all admits callers too, and still will: policies add up",
    ]);
  });

  it("judges Services and policies by all labels of the running pods, and not only by those that the Service selects", () => {
    const isolation = {
      plugin: { enforces: "yes" } as const,
      nodes: [],
      onNodes: [],
      pods: [
        { namespace: "komga", labels: { app: "komga", tier: "web" } },
        { namespace: "komga", labels: { app: "other", tier: "db" } },
        { namespace: "elsewhere", labels: { app: "komga", tier: "cache" } },
      ],
    };
    const admitting = (name: string, podSelector: object) => ({
      metadata: { namespace: "komga", name },
      spec: { podSelector, ingress: [{}] },
    });
    const policies = [
      admitting("web", { matchLabels: { tier: "web" } }),
      admitting("tiers", { matchExpressions: [{ key: "tier", operator: "Exists" }] }),
      admitting("no-tier", { matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }),
      admitting("db", { matchLabels: { tier: "db" } }),
      admitting("cache", { matchLabels: { tier: "cache" } }),
    ];
    const services = ["web", "db", "cache"].map((tier) => service(tier, { selector: { tier } }));
    const network = { ...openNetwork, policies, isolation };
    assert.deepEqual(lines(isolate(), [service("komga-svc"), ...services], { network }).slice(1), [
      "! komga/komga-svc: Service komga/web leads to the same pods; its callers are cut off, unless allowFrom names the callers",
      "! komga/komga-svc: NetworkPolicy komga/web, komga/tiers admits callers too, and still will: policies add up",
    ]);
  });

  it("is that no policy is about pods in the network of their node", () => {
    const isolation = (app: string) => ({
      plugin: { enforces: "yes" } as const,
      nodes: [],
      onNodes: [{ namespace: "komga", labels: { app } }],
      pods: [],
    });
    const second = (app: string) =>
      lines(isolate(), [service("komga-svc")], { network: { ...openNetwork, isolation: isolation(app) } })[1];
    assert.match(second("komga")!, /^! komga\/komga-svc: its pods run in the network of their node/);
    assert.equal(second("other"), undefined);
  });

  it("is a warning where policies may have no effect", () => {
    const network = (plugin: ReturnType<typeof recognise>) => ({
      ...openNetwork,
      isolation: { plugin, nodes: [], onNodes: [], pods: [] },
    });
    const first = (plugin: ReturnType<typeof recognise>) =>
      lines(isolate(), [service("komga-svc")], { network: network(plugin) })[0]!;
    assert.match(first(recognise(["kube-flannel-ds"], [])), /^! flannel does not enforce NetworkPolicies/);
    assert.match(first(recognise([], ["v1.36.3"])), /^! no network plugin is recognised/);
    assert.match(first(recognise(["calico-node"], [])), /^komga\/komga-svc: only Pomerium/);
  });
});

describe("a network plugin", () => {
  const cases: [daemonSets: string[], kubelets: string[], enforces: string, name: string | undefined][] = [
    [["cilium", "node-exporter"], [], "yes", "Cilium"],
    [["calico-node"], ["v1.33.0"], "yes", "Calico"],
    [["rke2-canal"], ["v1.33.1+rke2r1"], "yes", "Canal"],
    [["kube-router"], ["v1.33.1+k0s"], "yes", "kube-router"],
    [["weave-net"], [], "yes", "Weave Net"],
    [[], ["v1.33.4+k3s1"], "yes", "k3s's own controller"],
    [["kindnet"], ["v1.33.0"], "depends", "kindnet"],
    [["aws-node"], ["v1.33.0-eks-1"], "depends", "Amazon VPC CNI"],
    [["kube-flannel-ds"], ["v1.33.0"], "no", "flannel"],
    [["kube-flannel"], ["v1.33.0"], "no", "flannel"],
    [["kube-flannel", "kube-network-policies"], [], "yes", "kube-network-policies"],
    [["svclb-traefik"], ["v1.33.0"], "unknown", undefined],
    [[], [], "unknown", undefined],
  ];
  for (const [daemonSets, kubelets, enforces, name] of cases)
    it(`of ${daemonSets.join(" and ") || "no DaemonSet"}${kubelets.length > 0 ? `, ${kubelets[0]}` : ""}: ${enforces}`, () => {
      const found = recognise(daemonSets, kubelets);
      assert.equal(found.enforces, enforces);
      assert.equal(found.name, name);
      assert.equal(pluginWarning(found) === undefined, enforces === "yes");
    });
});

describe("isolation in a live cluster", () => {
  const { fake, connect } = useFakeApi();

  it("is read only if something is isolated: the plugin, and the addresses by which nodes reach pods", async () => {
    fake.objects = {
      "/apis/networking.k8s.io/v1/networkpolicies": { items: [] },
      "/apis/apps/v1/daemonsets": {
        items: [{ metadata: { name: "kube-router", namespace: "kube-system" } }],
      },
      "/api/v1/namespaces/home/pods": {
        items: [
          {
            metadata: { namespace: "home", name: "a", labels: { app: "assistant" } },
            spec: { hostNetwork: true },
          },
          { metadata: { namespace: "home", name: "b", labels: { app: "other" } }, spec: {} },
        ],
      },
      "/api/v1/nodes": {
        items: [
          {
            spec: { podCIDRs: ["10.42.0.0/24", "fd00:42::/64"] },
            status: {
              addresses: [
                { type: "InternalIP", address: "192.168.0.10" },
                { type: "Hostname", address: "one" },
                { type: "InternalIP", address: "fd00::10" },
              ],
              nodeInfo: { kubeletVersion: "v1.33.4" },
            },
          },
        ],
      },
    };
    const api = await connect();
    const { isolation } = await readNetwork({ apps: [], isolation: [{ namespace: "home" }] }, api);
    assert.deepEqual(isolation, {
      plugin: { name: "kube-router", enforces: "yes" },
      nodes: ["10.42.0.0/31", "192.168.0.10/32", "fd00:42::/127", "fd00::10/128"],
      onNodes: [{ namespace: "home", labels: { app: "assistant" } }],
      pods: [{ namespace: "home", labels: { app: "other" } }],
    });
    assert.equal((await readNetwork({ apps: [], isolation: [] }, api)).isolation, undefined);
  });
});

describe("isolation in the stack file", () => {
  it("names callers that exist as a form", () => {
    const of = (peer: unknown) => problemsOf(isolate({ "apps.komga.allowFrom": [peer] }));
    for (const peer of ["prometheus", "nodes", { namespace: "jobs" }, { network: "10.0.0.0/8" }])
      assert.deepEqual(of(peer), []);
    assert.match(of("node")[0]!, /^apps\.komga\.allowFrom\[0\]: must be/);
    assert.match(of({ namespace: "Jobs" })[0]!, /is not a valid namespace name/);
    assert.match(of({ network: "10.0.0.1/8" })[0]!, /^apps\.komga\.allowFrom\[0\]\.network/);
    assert.match(problemsOf(isolate({ "apps.komga.allowFrom": [] }))[0]!, /is empty/);
  });

  it("is warned of where allowFrom has no effect", () => {
    const raw = put(goodStack(), "apps.wiki.allowFrom", ["nodes"]);
    assert.deepEqual(
      warnings(parse(raw)).filter((line) => line.includes("allowFrom")),
      [
        "apps.wiki.allowFrom: has no effect: the app is not isolated, so everybody in the cluster may connect",
      ],
    );
    const whole = put(goodStack(), "allowFrom", ["nodes"]);
    assert.deepEqual(
      warnings(parse(whole)).filter((line) => line.includes("allowFrom")),
      ["allowFrom: has no effect: no app is isolated"],
    );
    assert.deepEqual(
      warnings(parse(isolate({ allowFrom: ["nodes"] }))).filter((line) => line.includes("allowFrom")),
      [],
    );
  });

  it("marks the apps of the matrix that pods reach around Pomerium, once the stack isolates one", () => {
    const table = (raw: Raw) => {
      const view = viewOfStack("now", parse(raw));
      return matrixTable(matrix(view.apps, view.directory));
    };
    const rows = table(isolate()).split("\n");
    const row = (name: string) => rows.find((line) => line.startsWith(name))!;
    assert.doesNotMatch(row("komga"), /inside the cluster/);
    assert.match(row("wiki"), /reachable inside the cluster/);
    assert.match(row("influxdb"), /open: .* · reachable inside the cluster/);
    assert.doesNotMatch(table(goodStack()), /inside the cluster/);
  });

  it("is complete only if all Services of an app are isolated", () => {
    const { isolation } = parse(isolate());
    const app = {
      key: "komga",
      at: "apps.komga",
      namespace: "komga",
      service: { name: "komga-svc", port: 1 },
    };
    assert.equal(isIsolated(app, isolation), true);
    assert.equal(isIsolated({ ...app, paths: [{ service: { name: "hub", port: 1 } }] }, isolation), false);
    assert.equal(isIsolated({ ...app, namespace: "other" }, isolation), false);
  });
});

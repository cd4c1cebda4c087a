import { strict as assert } from "node:assert";
import type { LiveService } from "../../../../components/cluster/live.ts";
import { networkNotes, networkProblems } from "../../../../components/network-policies/checks.ts";
import { type LiveNetwork, readNetwork } from "../../../../components/network-policies/live.ts";
import { useFakeApi } from "../../../support/fake-api-server.ts";

const komga = {
  name: "komga",
  at: "apps.komga",
  namespace: "komga",
  service: { name: "komga-svc", port: 80 as number | string },
  accept: {} as Record<string, string>,
  route: {} as { udp_upstream?: boolean },
};

const service: LiveService = {
  namespace: "komga",
  name: "komga-svc",
  type: "ClusterIP",
  headless: false,
  selector: { app: "komga" },
  ports: [{ name: "web", port: 80, targetPort: "http" }],
};

const only = (namespace: string) => ({
  metadata: { namespace: "komga", name: `only-${namespace}` },
  spec: {
    podSelector: { matchLabels: { app: "komga" } },
    ingress: [
      { from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } }] },
    ],
  },
});

const pod = (namespace: string, labels: object, more: object = {}, status: object = {}) => ({
  metadata: { namespace, name: "one", labels },
  spec: {
    containers: [{ ports: [{ name: "http", containerPort: 25600 }, { containerPort: 9000 }] }],
    ...more,
  },
  status: { phase: "Running", ...status },
});

describe("NetworkPolicies in front of the apps", () => {
  const { fake, connect } = useFakeApi();
  const policies = "/apis/networking.k8s.io/v1/networkpolicies";
  const podsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;
  beforeEach(() => {
    fake.objects = {
      [policies]: { items: [only("ingress-nginx")] },
      [podsOf("komga")]: { items: [pod("komga", { app: "komga" })] },
    };
  });

  const read = async (apps = [komga]): Promise<LiveNetwork> =>
    readNetwork({ apps, isolation: [] }, await connect());
  const stack = (app: Partial<typeof komga> = {}) => ({
    name: "test",
    cluster: { context: "octavo" },
    apps: [{ ...komga, ...app }],
  });
  const problems = async (app: Partial<typeof komga> = {}, services = [service]) =>
    networkProblems(stack(app), { services }, await read());
  const notes = async (app: Partial<typeof komga> = {}, services = [service]) =>
    networkNotes(stack(app), { services }, await read());

  it("are a problem when they admit only ingress-nginx's namespace, with a policy that admits Pomerium", async () => {
    assert.deepEqual(await problems(), [
      {
        at: "apps.komga.service",
        message:
          "by NetworkPolicy komga/only-ingress-nginx, Pomerium's pods (namespace pomerium) cannot connect to those behind Service komga/komga-svc, so the app would not answer. Add a policy that does; it changes none of the others. Where the cluster's network plugin ignores NetworkPolicies, say so instead: pulumi config set --stack test --path apps.komga.accept.network-policies '<why>'",
        fix: `echo '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"komga-svc-from-pomerium","namespace":"komga"},"spec":{"podSelector":{"matchLabels":{"app":"komga"}},"policyTypes":["Ingress"],"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"pomerium"}}}],"ports":[{"protocol":"TCP","port":25600}]}]}}' | kubectl --context octavo apply --filename -`,
      },
    ]);
    assert.deepEqual(await notes(), []);
  });

  it("are one problem for a Service that several hosts, paths and ports of an app share", async () => {
    const paths = [
      { at: 'apps.komga.paths["/admin"]', service: { name: "komga-svc", port: 8081 } },
      { at: 'apps.komga.paths["/db"]', service: { name: "db", port: 5432 } },
    ];
    const host = { ...komga, name: "komga.www-example-org", key: "komga" };
    const services = [
      { ...service, ports: [...service.ports, { port: 8081, targetPort: 9000 }] },
      { ...service, name: "db", selector: { app: "db" }, ports: [{ port: 5432, targetPort: 5432 }] },
    ];
    fake.objects[podsOf("komga")] = { items: [pod("komga", { app: "komga" }), pod("komga", { app: "db" })] };
    fake.objects[policies] = { items: [{ ...only("x"), spec: { podSelector: {} } }] };
    const found = networkProblems(
      { ...stack(), apps: [{ ...komga, paths }, host] },
      { services },
      await read(),
    );
    assert.deepEqual(
      found.map(({ at, fix }) => [
        at,
        /"name":"([^"]*)"/.exec(fix ?? "")?.[1],
        /"ports":(\[.*?\])/.exec(fix ?? "")?.[1],
      ]),
      [
        [
          "apps.komga.service",
          "komga-svc-from-pomerium",
          '[{"protocol":"TCP","port":25600},{"protocol":"TCP","port":9000}]',
        ],
        ['apps.komga.paths["/db"].service', "db-from-pomerium", '[{"protocol":"TCP","port":5432}]'],
      ],
    );
  });

  it("are no problem once the policy of the problem is there", async () => {
    const [problem] = await problems();
    const added: unknown = JSON.parse(/^echo '(.*)' \|/.exec(problem?.fix ?? "")?.[1] ?? "");
    fake.objects[policies] = { items: [only("ingress-nginx"), added] };
    assert.deepEqual(await problems(), []);
  });

  it("are no problem with a reason, or when they are about other pods or another namespace", async () => {
    assert.deepEqual(await problems({ accept: { "network-policies": "flannel ignores them" } }), []);
    fake.objects[podsOf("komga")] = {
      items: [pod("komga", { app: "komga", tier: "web" }), pod("komga", { app: "db" })],
    };
    const db = only("nobody");
    db.spec.podSelector.matchLabels = { app: "db" };
    fake.objects[policies] = { items: [db] };
    assert.deepEqual(await problems(), []);
    fake.objects[policies] = { items: [{ ...only("x"), metadata: { namespace: "other", name: "x" } }] };
    assert.deepEqual(await problems(), []);
  });

  it("are a problem when they close one of several pods, or the port to which the Service leads", async () => {
    const blue = only("ingress-nginx");
    blue.spec.podSelector.matchLabels = { app: "komga", color: "blue" } as never;
    fake.objects[policies] = { items: [blue] };
    fake.objects[podsOf("komga")] = {
      items: [pod("komga", { app: "komga" }), pod("komga", { app: "komga", color: "blue" })],
    };
    assert.equal((await problems()).length, 1);
    const port = (number: number) => ({
      ...only("pomerium"),
      spec: { podSelector: {}, ingress: [{ ports: [{ port: number }] }] },
    });
    fake.objects[policies] = { items: [port(80)] };
    assert.equal((await problems()).length, 1, "80 is the Service's port, and not that of the pods");
    fake.objects[policies] = { items: [port(25600)] };
    assert.deepEqual(await problems(), []);
    assert.deepEqual(await problems({ service: { name: "komga-svc", port: "web" } }), []);
  });

  it("are judged for UDP where the app's route is UDP, with a policy that admits it", async () => {
    const dns = {
      ...service,
      ports: [53, 53].map((port, i) => ({
        port,
        targetPort: [5353, "dns"][i]!,
        protocol: ["TCP", "UDP"][i]!,
      })),
    };
    const ports = [{ name: "dns", containerPort: 5300, protocol: "UDP" }];
    fake.objects[podsOf("komga")] = { items: [pod("komga", { app: "komga" }, { containers: [{ ports }] })] };
    const admitting = (...admitted: object[]) => {
      fake.objects[policies] = {
        items: [{ ...only("x"), spec: { podSelector: {}, ingress: [{ ports: admitted }] } }],
      };
    };
    const udp = { service: { name: "komga-svc", port: 53 }, route: { udp_upstream: true } };
    admitting({ protocol: "UDP", port: "dns" });
    assert.deepEqual(await problems(udp, [dns]), []);
    admitting({ protocol: "UDP", port: 5300 });
    assert.deepEqual(await problems(udp, [dns]), []);
    admitting({ protocol: "TCP", port: 5300 }, { port: 53 });
    const [problem, ...others] = await problems(udp, [dns]);
    assert.match(problem?.fix ?? "", /"ports":\[\{"protocol":"UDP","port":5300\}\]/);
    assert.deepEqual(others, []);
    admitting({ port: 5353 });
    assert.deepEqual(await problems({ service: { name: "komga-svc", port: 53 } }, [dns]), []);
  });

  it("in Pomerium's own namespace are named with what Pomerium needs, unless they allow it", async () => {
    const own = (name: string, spec: object) => ({ metadata: { namespace: "pomerium", name }, spec });
    const linesOf = async (...items: object[]) => {
      fake.objects[policies] = { items };
      return notes();
    };
    const closed = (types: string[], more: object = {}) =>
      own("deny", { podSelector: {}, policyTypes: types, ...more });
    const egress = "Pomerium needs egress to the apps' pods, DNS, the API server and the identity provider";
    const incoming = "Pomerium needs ingress to port 8443 from wherever people come";
    assert.deepEqual(await linesOf(closed(["Egress"])), [
      `! by NetworkPolicy pomerium/deny, Pomerium's pods can connect to nothing; ${egress}`,
    ]);
    assert.deepEqual(await linesOf(closed(["Ingress"])), [
      `! by NetworkPolicy pomerium/deny, nobody can connect to Pomerium's pods; ${incoming}`,
    ]);
    assert.deepEqual(
      await linesOf(closed(["Ingress", "Egress"], { egress: [{ to: [{ podSelector: {} }] }] })),
      [
        `! by NetworkPolicy pomerium/deny, where Pomerium's pods can connect is limited, which is not judged here; ${egress}`,
        `! by NetworkPolicy pomerium/deny, nobody can connect to Pomerium's pods; ${incoming}`,
      ],
    );
    const open = own("open", {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "pomerium" } },
      egress: [{}],
      ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: "https" }] }],
      policyTypes: ["Ingress", "Egress"],
    });
    assert.deepEqual(await linesOf(closed(["Ingress", "Egress"]), open), []);
    const others = own("verify", {
      podSelector: { matchLabels: { app: "verify" } },
      policyTypes: ["Ingress"],
    });
    assert.deepEqual(await linesOf(others), []);
    const metrics = closed(["Ingress"], { ingress: [{ ports: [{ port: 9090 }] }] });
    assert.match(
      (await linesOf(metrics)).join(),
      /who can connect to Pomerium's pods is limited, which is not/,
    );
    assert.deepEqual(await notes({ accept: { "network-policies": "flannel ignores them" } }), []);
  });

  it("say nothing about pods in the node's network, finished pods, or a Service without pods of its own", async () => {
    fake.objects[podsOf("komga")] = {
      items: [
        pod("komga", { app: "komga" }, { hostNetwork: true }),
        pod("komga", { app: "komga" }, {}, { phase: "Succeeded" }),
      ],
    };
    assert.deepEqual(await problems(), []);
    const { selector: _, ...bare } = service;
    assert.deepEqual(await problems({}, [bare]), []);
    assert.deepEqual(await notes({}, [bare]), []);
    assert.deepEqual(await problems({}, []), []);
  });

  it("are named when no pod runs that they could be about, or they decide by addresses", async () => {
    fake.objects[podsOf("komga")] = { items: [] };
    assert.deepEqual(await notes(), [
      "! komga: not known whether NetworkPolicy komga/only-ingress-nginx will admit Pomerium's pods: no pod runs behind the Service",
    ]);
    fake.objects[podsOf("komga")] = { items: [pod("komga", { app: "komga" })] };
    const block = {
      ...only("x"),
      spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "10.244.0.0/16" } }] }] },
    };
    fake.objects[policies] = { items: [block] };
    assert.match((await notes()).join(), /^! komga: .*: they decide by addresses/);
    assert.deepEqual(await problems(), []);
    const labels = { "app.kubernetes.io/name": "pomerium", "app.kubernetes.io/component": "proxy" };
    fake.objects[podsOf("pomerium")] = {
      items: [pod("pomerium", labels, {}, { podIPs: [{ ip: "10.42.0.3" }] })],
    };
    assert.equal((await problems()).length, 1);
  });

  it("are judged by the labels of Pomerium's live namespace", async () => {
    const labelled = {
      ...only("x"),
      spec: {
        podSelector: {},
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { ingress: "true" } } }] }],
      },
    };
    fake.objects[policies] = { items: [labelled] };
    assert.equal((await problems()).length, 1);
    fake.objects["/api/v1/namespaces/pomerium"] = {
      metadata: { name: "pomerium", labels: { ingress: "true" } },
    };
    assert.deepEqual(await problems(), []);
  });

  it("of network plugins are named once, since they are not judged", async () => {
    fake.objects["/apis/cilium.io/v2/ciliumnetworkpolicies"] = {
      items: [
        { metadata: { namespace: "komga", name: "l7" } },
        { metadata: { namespace: "elsewhere", name: "l7" } },
      ],
    };
    fake.objects["/apis/projectcalico.org/v3/networkpolicies"] = {
      items: [
        { metadata: { namespace: "komga", name: "knp.default.only-ingress-nginx" } },
        { metadata: { namespace: "komga", name: "deny" } },
      ],
    };
    fake.objects["/apis/crd.projectcalico.org/v1/networkpolicies"] = {
      items: [{ metadata: { namespace: "komga", name: "deny" } }],
    };
    fake.objects["/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies"] = {
      items: [{ metadata: { name: "tenants" } }],
    };
    assert.deepEqual(await notes(), [
      "! not judged here, see whether they admit Pomerium's pods (namespace pomerium): CiliumNetworkPolicy komga/l7, Calico NetworkPolicy komga/deny, AdminNetworkPolicy tenants",
    ]);
    assert.deepEqual(await notes({ accept: { "network-policies": "they admit every namespace" } }), []);
  });

  it("cost no question about pods where no namespace of an app has any", async () => {
    fake.objects[policies] = { items: [{ metadata: { namespace: "elsewhere", name: "x" } }] };
    await read();
    assert.deepEqual(
      fake.asked.filter(({ path }) => path.includes("/pods")),
      [],
    );
  });
});

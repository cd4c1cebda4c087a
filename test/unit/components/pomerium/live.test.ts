import { strict as assert } from "node:assert";
import type { LiveIngress, ManagedFields } from "../../../../components/cluster/live.ts";
import { readPomerium, readStatus } from "../../../../components/pomerium/live.ts";
import { useFakeApi } from "../../../support/fake-api-server.ts";
import { noPomerium } from "./no-pomerium.ts";

const namespace = "/api/v1/namespaces/pomerium";
const secret = `${namespace}/secrets/idp-secret`;
const deployments = "/apis/apps/v1/namespaces/pomerium/deployments";
const pulumi = { managedFields: [{ manager: "pulumi-kubernetes-1a2b3c4d", operation: "Apply" }] };

const withFields = (managedFields: ManagedFields[]): LiveIngress => ({
  namespace: "komga",
  name: "komga-pomerium-ingress",
  annotations: {},
  rules: [],
  anyHost: false,
  tls: [],
  solver: false,
  managedFields,
});

describe("the live state of Pomerium", () => {
  const { fake, connect } = useFakeApi();
  const read = async (ingresses: LiveIngress[] = []) =>
    readPomerium(await connect(), Promise.resolve({ ingresses }));

  it("is empty on a cluster without Pomerium, and no question is asked twice", async () => {
    assert.deepEqual(await read(), noPomerium);
    const asked = fake.asked.map(({ path }) => path.replace(/\?.*/, ""));
    assert.deepEqual(asked.toSorted(), [...new Set(asked)].sort());
    assert.ok(!asked.some((path) => path.endsWith("/ingresses")), "those are read already");
  });

  it("contains each object, and whether a Pulumi program has written to it", async () => {
    fake.objects[`${namespace}/services`] = {
      items: [{ metadata: { name: "pomerium-proxy", namespace: "pomerium" } }],
    };
    fake.objects["/apis/rbac.authorization.k8s.io/v1/clusterroles"] = {
      items: [{ metadata: { name: "pomerium-controller", ...pulumi } }],
    };
    const { existing, foreign, forced } = await read();
    assert.deepEqual(existing.sort(), ["ClusterRole pomerium-controller", "Service pomerium/pomerium-proxy"]);
    assert.deepEqual(foreign, ["Service pomerium/pomerium-proxy"]);
    assert.deepEqual(forced, foreign);
  });

  it("contains the Ingresses that were read before", async () => {
    const label = "Ingress komga/komga-pomerium-ingress";
    for (const [fields, foreign] of [
      [[{ manager: "kubectl" }], [label]],
      [pulumi.managedFields, []],
    ] as const) {
      const live = await read([withFields([...fields])]);
      assert.deepEqual([live.existing, live.foreign], [[label], foreign]);
    }
  });

  it("contains only Secrets with the program's names, without their contents", async () => {
    fake.objects[secret] = { metadata: { name: "idp-secret", namespace: "pomerium" } };
    assert.deepEqual((await read()).existing, ["Secret pomerium/idp-secret"]);
    const asked = fake.asked.filter((question) => question.path.includes("/secrets"));
    assert.deepEqual(asked.map((question) => question.path).sort(), [
      `${namespace}/secrets/bootstrap`,
      `${namespace}/secrets/idp-ca`,
      `${namespace}/secrets/idp-request-params`,
      secret,
      `${namespace}/secrets/pomerium-storage`,
    ]);
    for (const { accept } of asked) assert.match(accept, /as=PartialObjectMetadata/);
  });

  it("says where sessions are now: the store, and the claim that Pomerium's pod has mounted", async () => {
    const settings = "/apis/ingress.pomerium.io/v1/pomerium";
    const stored = async (storage?: object) => {
      fake.objects[settings] = { items: [{ metadata: { name: "global" }, spec: { storage } }] };
      return (await read()).storage;
    };
    assert.deepEqual(await stored(), { store: "memory" });
    assert.deepEqual(await stored({ postgres: { secret: "a/b" } }), { store: "postgres" });
    assert.deepEqual(await stored({ file: { path: "/var/pomerium/databroker/store" } }), {
      store: "cluster",
    });
    assert.deepEqual(await stored({ file: { path: "/data/databroker" } }), { store: "pebble" });
    const volumes = [{ name: "store", persistentVolumeClaim: { claimName: "pomerium-store" } }];
    fake.objects["/apis/apps/v1/namespaces/pomerium/statefulsets"] = {
      items: [{ metadata: { name: "pomerium" }, spec: { template: { spec: { volumes } } } }],
    };
    assert.deepEqual(await stored({ file: { path: "/data/databroker" } }), {
      store: "pebble",
      claim: "pomerium-store",
    });
  });

  it("contains the volume of the store's claim, under any name", async () => {
    fake.objects[`${namespace}/persistentvolumeclaims`] = {
      items: [{ metadata: { name: "pomerium-pvc-data" }, spec: { volumeName: "pvc-1" } }],
    };
    fake.objects["/api/v1/persistentvolumes"] = {
      items: [
        { metadata: { name: "pomerium-pv-data" }, spec: { hostPath: { path: "/elsewhere" } } },
        {
          metadata: { name: "pvc-1" },
          spec: { hostPath: { path: "/srv/pomerium" } },
          status: { phase: "Bound" },
        },
      ],
    };
    assert.deepEqual((await read()).volume, { name: "pvc-1", hostPath: "/srv/pomerium", released: false });
  });

  describe("contains the store's folder of a hand-made Deployment", () => {
    const hasSettings = (spec: object, metadata: object = {}): void => {
      fake.objects["/apis/ingress.pomerium.io/v1/pomerium"] = {
        items: [{ metadata: { name: "global", ...metadata }, spec }],
      };
    };
    const hasDeployment = (spec: object): void => {
      fake.objects[deployments] = { items: [{ metadata: { name: "pomerium" }, spec }] };
    };
    const storage = { storage: { file: { path: "/data/databroker" } } };
    const pod = (volume: object, mount: object = {}) => ({
      selector: {},
      template: {
        spec: {
          containers: [{ volumeMounts: [{ name: "v", mountPath: "/data", ...mount }] }],
          volumes: [{ name: "v", ...volume }],
        },
      },
    });
    const hostPath = { hostPath: { path: "/srv/pomerium" } };

    it("from the Deployment's hostPath or from its claim's volume", async () => {
      hasSettings(storage);
      hasDeployment(pod(hostPath));
      assert.equal((await read()).store, "/srv/pomerium/databroker");
      hasDeployment(pod(hostPath, { subPath: "sub", mountPath: "/data/databroker" }));
      assert.equal((await read()).store, "/srv/pomerium/sub");
      hasDeployment(pod({ persistentVolumeClaim: { claimName: "pomerium-pvc-data" } }));
      assert.equal((await read()).store, undefined, "its claim has no volume yet");
      fake.objects["/api/v1/persistentvolumes"] = {
        items: [{ metadata: { name: "pomerium-pv-data" }, spec: { hostPath: { path: "/home/k8s" } } }],
      };
      assert.equal((await read()).store, "/home/k8s/databroker");
    });

    it("unless there is no such folder, or the settings are the program's already", async () => {
      hasDeployment(pod(hostPath));
      hasSettings({});
      assert.equal((await read()).store, undefined);
      hasSettings(storage, pulumi);
      assert.equal((await read()).store, undefined);
    });
  });

  it("contains the pod selector of the verify page's Deployment, which stays", async () => {
    fake.objects[deployments] = {
      items: [
        { metadata: { name: "verify" }, spec: { selector: { matchLabels: { app: "pomerium-verify" } } } },
      ],
    };
    assert.deepEqual((await read()).verifySelector, { app: "pomerium-verify" });
  });

  it("contains the cluster's version, the nodes for pods, and Pomerium's current node", async () => {
    fake.objects["/version"] = { major: "1", minor: "29+" };
    const node = (name: string, spec: object = {}) => ({ metadata: { name }, spec });
    fake.objects["/api/v1/nodes"] = {
      items: [
        node("octavo"),
        node("soft", { taints: [{ key: "x", effect: "PreferNoSchedule" }] }),
        node("control", { taints: [{ key: "node-role", effect: "NoSchedule" }] }),
        node("drained", { unschedulable: true }),
      ],
    };
    const pod = (name: string, component: string, nodeName?: string) => ({
      metadata: { name, labels: { "app.kubernetes.io/component": component } },
      spec: { nodeName },
    });
    fake.objects[`${namespace}/pods`] = {
      items: [pod("verify-0", "verify", "soft"), pod("pomerium-0", "proxy", "octavo")],
    };
    const { kubernetesMinor, nodes, node: current } = await read();
    assert.deepEqual([kubernetesMinor, nodes, current], [29, ["octavo", "soft"], "octavo"]);
  });

  it("contains the annotation by which its Service asks MetalLB for an address, under both names", async () => {
    for (const name of ["metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"]) {
      fake.objects[`${namespace}/services`] = {
        items: [
          {
            metadata: {
              name: "pomerium-proxy",
              namespace: "pomerium",
              annotations: { [name]: "192.168.0.172" },
            },
          },
        ],
      };
      assert.equal((await read()).metalLbAnnotation, name);
    }
  });

  it("distinguishes a hand-made namespace and bootstrap Secret from the program's own", async () => {
    const labels = ["Namespace pomerium", "Secret pomerium/bootstrap"];
    for (const [metadata, foreign] of [
      [{}, labels],
      [{ managedFields: [{ manager: "kubectl" }] }, labels],
      [pulumi, []],
    ] as const) {
      fake.objects[namespace] = { metadata: { name: "pomerium", ...metadata } };
      fake.objects[`${namespace}/secrets/bootstrap`] = {
        metadata: { name: "bootstrap", namespace: "pomerium", ...metadata },
      };
      const live = await read();
      assert.deepEqual([live.existing, live.foreign], [labels, foreign]);
    }
  });
});

describe("the report of a running Pomerium", () => {
  const { fake, connect } = useFakeApi();
  const read = async () => readStatus(await connect());
  const settings = "/apis/ingress.pomerium.io/v1/pomerium";

  it("counts the ready pods of a StatefulSet or a Deployment", async () => {
    const workload = (kind: string) => `/apis/apps/v1/namespaces/pomerium/${kind}`;
    const metadata = { namespace: "pomerium", name: "pomerium" };
    const other = { metadata: { ...metadata, name: "verify" }, status: { readyReplicas: 7 } };
    assert.equal((await read()).readyReplicas, 0);
    fake.objects[workload("statefulsets")] = { items: [{ metadata, status: { replicas: 1 } }, other] };
    assert.equal((await read()).readyReplicas, 0);
    fake.objects[workload("statefulsets")] = { items: [{ metadata, status: { readyReplicas: 1 } }] };
    assert.equal((await read()).readyReplicas, 1);
    delete fake.objects[workload("statefulsets")];
    fake.objects[workload("deployments")] = { items: [other, { metadata, status: { readyReplicas: 2 } }] };
    assert.equal((await read()).readyReplicas, 2);
  });

  it("contains the generation of an Ingress, if Pomerium reports it", async () => {
    fake.objects[settings] = {
      items: [
        {
          metadata: { name: "global", generation: 2 },
          status: {
            ingress: { "a/x": { reconciled: true, observedGeneration: 4 }, "a/y": { reconciled: true } },
          },
        },
      ],
    };
    assert.deepEqual((await read()).settings?.ingress, {
      "a/x": { reconciled: true, observedGeneration: 4 },
      "a/y": { reconciled: true },
    });
  });

  it("says whether the settings name an authority of client certificates", async () => {
    const of = async (spec: object) => {
      fake.objects[settings] = { items: [{ metadata: { name: "global" }, spec }] };
      return (await read()).settings?.hasClientAuthority;
    };
    assert.equal(await of({ downstreamMtls: { ca: "LS0t" } }), true);
    assert.equal(await of({ downstreamMtls: { enforcement: "policy" } }), undefined);
    assert.equal(await of({}), undefined);
  });

  it("is not about the current settings if it names an earlier generation", async () => {
    const current = async (observedGeneration: number) => {
      const status = { settingsStatus: { reconciled: true, observedGeneration } };
      fake.objects[settings] = { items: [{ metadata: { name: "global", generation: 2 }, status }] };
      return (await read()).settings?.current;
    };
    assert.equal(await current(1), false);
    assert.equal(await current(2), true);
  });
});

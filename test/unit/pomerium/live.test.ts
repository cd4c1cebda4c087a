import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ReadOnlyApi } from "../../../components/cluster/api.ts";
import { readPomerium } from "../../../components/pomerium/live.ts";
import { FakeApiServer, writeKubeconfig } from "../../support/fake-api-server.ts";

const namespace = "/api/v1/namespaces/pomerium";
const secret = `${namespace}/secrets/idp-secret`;
const pulumi = { managedFields: [{ manager: "pulumi-kubernetes-1a2b3c4d", operation: "Apply" }] };

describe("what a cluster has of Pomerium already", () => {
  const fake = new FakeApiServer();
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "live-pomerium-"));
    file = path.join(folder, "config");
    writeKubeconfig(file, await fake.start(), ["octavo"]);
  });
  beforeEach(() => {
    fake.asked.length = 0;
    fake.objects = { [namespace]: { metadata: { name: "pomerium" } } };
  });
  after(async () => {
    fake.stop();
    await rm(folder, { recursive: true });
  });

  const read = async () => readPomerium(await ReadOnlyApi.connect({ context: "octavo", kubeconfig: file }));

  it("is asked for with two questions where there is nothing", async () => {
    fake.objects = {};
    assert.deepEqual(await read(), { existing: [], foreign: [], annotators: {} });
    assert.equal(fake.asked.length, 2);
  });

  it("is found object by object, and the hand-made told from what a Pulumi program has written to", async () => {
    fake.objects[`${namespace}/services`] = {
      items: [{ metadata: { name: "pomerium-proxy", namespace: "pomerium" } }],
    };
    fake.objects["/apis/rbac.authorization.k8s.io/v1/clusterroles"] = {
      items: [{ metadata: { name: "pomerium-controller", ...pulumi } }],
    };
    const { existing, foreign } = await read();
    assert.deepEqual(existing.sort(), ["ClusterRole pomerium-controller", "Service pomerium/pomerium-proxy"]);
    assert.deepEqual(foreign, ["Service pomerium/pomerium-proxy"]);
  });

  it("is told of Secrets without their contents, and only of those that the program would make", async () => {
    fake.objects[secret] = { metadata: { name: "idp-secret", namespace: "pomerium" } };
    assert.deepEqual((await read()).existing, ["Secret pomerium/idp-secret"]);
    const asked = fake.asked.filter((question) => question.path.includes("/secrets"));
    assert.deepEqual(asked.map((question) => question.path).sort(), [
      secret,
      `${namespace}/secrets/pomerium-storage`,
    ]);
    for (const { accept } of asked) assert.match(accept, /as=PartialObjectMetadata/);
  });

  it("says where the sessions lie: in the volume that the claim holds, whatever that is called", async () => {
    fake.objects[`${namespace}/persistentvolumeclaims/pomerium-pvc-data`] = { spec: { volumeName: "pvc-1" } };
    fake.objects["/api/v1/persistentvolumes/pvc-1"] = {
      metadata: { name: "pvc-1" },
      spec: { hostPath: { path: "/srv/pomerium" } },
      status: { phase: "Bound" },
    };
    assert.deepEqual((await read()).volume, { name: "pvc-1", hostPath: "/srv/pomerium", released: false });
  });

  describe("says in which folder of the node a hand-made Deployment keeps its store", () => {
    const settings = "/apis/ingress.pomerium.io/v1/pomerium/global";
    const deployment = "/apis/apps/v1/namespaces/pomerium/deployments/pomerium";
    const storage = { storage: { file: { path: "/data/databroker" } } };
    const pod = (volume: object, mount: object = {}) => ({
      spec: {
        template: {
          spec: {
            containers: [{ volumeMounts: [{ name: "v", mountPath: "/data", ...mount }] }],
            volumes: [{ name: "v", ...volume }],
          },
        },
      },
    });
    const hostPath = { hostPath: { path: "/srv/pomerium" } };

    it("of its own or of its claim's volume", async () => {
      fake.objects[settings] = { metadata: { name: "global" }, spec: storage };
      fake.objects[deployment] = pod(hostPath);
      assert.equal((await read()).store, "/srv/pomerium/databroker");
      fake.objects[deployment] = pod(hostPath, { subPath: "sub", mountPath: "/data/databroker" });
      assert.equal((await read()).store, "/srv/pomerium/sub");
      fake.objects[deployment] = pod({ persistentVolumeClaim: { claimName: "pomerium-pvc-data" } });
      assert.equal((await read()).store, undefined, "its claim has no volume yet");
      fake.objects["/api/v1/persistentvolumes/pomerium-pv-data"] = {
        metadata: { name: "pomerium-pv-data" },
        spec: { hostPath: { path: "/home/k8s" } },
      };
      assert.equal((await read()).store, "/home/k8s/databroker");
    });

    it("unless there is none, or the settings are this program's already", async () => {
      fake.objects[deployment] = pod(hostPath);
      fake.objects[settings] = { metadata: { name: "global" }, spec: {} };
      assert.equal((await read()).store, undefined);
      fake.objects[settings] = { metadata: { name: "global", ...pulumi }, spec: storage };
      assert.equal((await read()).store, undefined);
    });
  });

  it("says who set each annotation of an Ingress last", async () => {
    const annotations = (key: string) => ({
      "f:metadata": { "f:annotations": { ".": {}, [`f:${key}`]: {} } },
    });
    fake.objects["/apis/networking.k8s.io/v1/ingresses"] = {
      items: [
        {
          metadata: {
            name: "komga-pomerium-ingress",
            namespace: "komga",
            managedFields: [
              { manager: "k9s", time: "2026-02-01T00:00:00Z", fieldsV1: annotations("a.example/b") },
              { manager: "kubectl", time: "2026-01-01T00:00:00Z", fieldsV1: annotations("a.example/b") },
            ],
          },
        },
      ],
    };
    assert.deepEqual((await read()).annotators, { "komga/komga-pomerium-ingress": { "a.example/b": "k9s" } });
  });

  it("says by which labels the verify page's Deployment knows its pods, since those stay", async () => {
    fake.objects["/apis/apps/v1/namespaces/pomerium/deployments/verify"] = {
      spec: { selector: { matchLabels: { app: "pomerium-verify" } } },
    };
    assert.deepEqual((await read()).verifySelector, { app: "pomerium-verify" });
  });
});

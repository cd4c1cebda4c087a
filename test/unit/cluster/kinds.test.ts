import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ReadOnlyApi } from "../../../components/cluster/api.ts";
import { FakeApiServer, writeKubeconfig } from "../../support/fake-api-server.ts";

describe("the kinds that an API server serves", () => {
  const fake = new FakeApiServer();
  let folder: string;
  let api: ReadOnlyApi;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "kinds-"));
    const kubeconfig = path.join(folder, "config");
    writeKubeconfig(kubeconfig, await fake.start(), ["octavo"]);
    api = await ReadOnlyApi.connect({ context: "octavo", kubeconfig });
  });
  after(async () => {
    fake.stop();
    await rm(folder, { recursive: true });
  });

  const resource = (name: string, kind: string, more: object = {}) => ({
    resource: name,
    responseKind: { kind },
    scope: "Namespaced",
    verbs: ["get", "list"],
    ...more,
  });
  const list = (items: object[]) => ({ kind: "APIGroupDiscoveryList", items });

  it("are told all at once, each in its group's preferred version", async () => {
    fake.objects["/api"] = list([
      { metadata: {}, versions: [{ version: "v1", resources: [resource("pods", "Pod")] }] },
    ]);
    fake.objects["/apis"] = list([
      {
        metadata: { name: "example.org" },
        versions: [
          {
            version: "v2",
            resources: [resource("things", "Thing", { scope: "Cluster", verbs: ["create"] })],
          },
          { version: "v1", resources: [resource("things", "Thing")] },
        ],
      },
      {
        metadata: { name: "dead.example.org" },
        versions: [{ version: "v1", freshness: "Stale", resources: [resource("ghosts", "Ghost")] }],
      },
    ]);
    assert.deepEqual(await api.kinds(), [
      { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true, listed: true, answers: true },
      {
        apiVersion: "example.org/v2",
        kind: "Thing",
        plural: "things",
        namespaced: false,
        listed: false,
        answers: true,
      },
      {
        apiVersion: "dead.example.org/v1",
        kind: "Ghost",
        plural: "ghosts",
        namespaced: true,
        listed: true,
        answers: false,
      },
    ]);
  });

  it("are not guessed where it does not tell them all", async () => {
    fake.objects["/apis"] = { kind: "APIGroupList", groups: [] };
    assert.equal(await api.kinds(), undefined);
  });
});

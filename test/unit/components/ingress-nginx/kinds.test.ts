import { strict as assert } from "node:assert";
import { useFakeApi } from "../../../support/fake-api-server.ts";

describe("the kinds that an API server serves", () => {
  const { fake, connect } = useFakeApi();

  const resource = (name: string, kind: string, more: object = {}) => ({
    resource: name,
    responseKind: { kind },
    scope: "Namespaced",
    verbs: ["get", "list"],
    ...more,
  });
  const list = (items: object[]) => ({ kind: "APIGroupDiscoveryList", items });

  it("are listed all at once, each in its group's preferred version", async () => {
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
    assert.deepEqual(await (await connect()).kinds(), [
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

  it("are not guessed if it does not list them all", async () => {
    fake.objects["/api"] = list([]);
    fake.objects["/apis"] = { kind: "APIGroupList", groups: [] };
    assert.equal(await (await connect()).kinds(), undefined);
  });
});

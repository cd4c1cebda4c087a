import { strict as assert } from "node:assert";
import { useMigration, withErin } from "../support/migration.ts";
import { isLeaving, snapshot } from "../support/retirement.ts";
import { stored } from "../support/snapshot.ts";
import { assertAtRest, refusal, succeeded } from "../support/stage.ts";

/** Installed with Helm, with tunnels. What must be refused on the way is in the migration of alfred. */
describe("the migration of octavo", function () {
  this.timeout(240_000);
  const { api, workspace, configure, ...migration } = useMigration("octavo");

  migration.planCoexist();
  migration.reachCoexist();
  migration.planCutover();

  it("a misspelt name of ingress-nginx's Helm release is refused, and deletes nothing", async () => {
    const before = await snapshot(api(), isLeaving);
    await configure("coexist", ({ values }) => {
      (values.ingressNginx as { helmRelease: string }).helmRelease = "nginx-ingress";
    });
    assert.match(refusal(await workspace().up()), /ingressNginx/);
    assert.deepEqual(await snapshot(api(), isLeaving), before);
    await configure("coexist");
    await assertAtRest(workspace());
  });

  it("a person added to a group changes the routes that name the group and nothing else", async () => {
    const before = await stored(api());
    await configure("coexist", withErin);
    succeeded(await workspace().up());
    const after = await stored(api());
    const policy = (text: unknown): string => JSON.stringify(text);
    const touched = [...after].filter(
      ([name, object]) =>
        name.startsWith("ingresses ") &&
        object.metadata.generation !== undefined &&
        policy(object.metadata.annotations) !== policy(before.get(name)?.metadata.annotations),
    );
    assert.ok(touched.length > 0);
    for (const [name, object] of touched) {
      assert.ok(policy(object.metadata.annotations).includes("erin@gmail.com"), name);
      assert.equal(object.metadata.uid, before.get(name)?.metadata.uid, `${name} was replaced`);
    }
    for (const [name, object] of after)
      if (!name.startsWith("ingresses "))
        assert.equal(object.metadata.uid, before.get(name)?.metadata.uid, `${name} was replaced`);
  });

  migration.reachCutover();
  migration.planRetired();
  migration.retire();
});

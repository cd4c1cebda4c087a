import { strict as assert } from "node:assert";
import { isForeign, isLeaving, onlyIngressNginx, snapshot } from "../support/retirement.ts";
import { assertAtRest, refusal, succeeded, useStage } from "../support/stage.ts";

/** Removes ingress-nginx by a destroy of its component alone. */
describe("a destroy of ingress-nginx alone", function () {
  this.timeout(240_000);
  const { sandbox, workspace, configure } = useStage("alfred");
  before(async () => {
    for (const phase of ["coexist", "cutover"] as const) {
      await configure(phase);
      succeeded(await workspace().up());
    }
  });

  it("checks the gates first, and deletes nothing if one does not hold", async () => {
    const { api } = sandbox().cluster;
    const before = await snapshot(api, () => true);
    await configure("retired", ({ values }) => {
      delete (values.ingressNginx as { abandon?: object }).abandon;
    });
    assert.match(
      refusal(await workspace().destroy(onlyIngressNginx)),
      /grafana-alfred\.very-very-dark-gray\.top/,
    );
    assert.deepEqual(await snapshot(api, () => true), before);
  });

  it("removes all objects of ingress-nginx, and nothing else", async () => {
    const { api } = sandbox().cluster;
    const standing = await snapshot(api, (name, object) => !isLeaving(name, object));
    const foreign = await snapshot(api, isForeign);
    await configure("retired");
    const { counts } = succeeded(await workspace().destroy(onlyIngressNginx));
    assert.ok((counts.delete ?? 0) > 20, JSON.stringify(counts));
    assert.deepEqual(await snapshot(api, isLeaving), new Map());
    assert.deepEqual(await snapshot(api, isForeign), foreign);
    const left = await snapshot(api, (name, object) => !isLeaving(name, object));
    for (const [name, object] of left) assert.equal(standing.get(name), object, name);
  });

  it("leaves a stack whose next run only records the phase", async () => {
    succeeded(await workspace().up());
    await assertAtRest(workspace());
  });
});

import { strict as assert } from "node:assert";
import type { Runner } from "../../sandbox/runner/runner.ts";
import { openSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { useTools } from "../sandbox/support.ts";
import type { MakeRunner } from "./program.ts";
import { isForeign, isLeaving, snapshot } from "./retirement.ts";

/** The README's other way to remove ingress-nginx. */
export const onlyIngressNginx = { targets: ["**:IngressNginx**"], runProgram: true };

/** Ingress-nginx removed by a destroy of its component alone. */
export function targetedDestroySuite(makeRunner: MakeRunner): void {
  const tools = useTools();
  describe("a destroy of ingress-nginx alone", function () {
    this.timeout(240_000);
    let sandbox: Sandbox;
    let runner: Runner;

    before(async () => {
      sandbox = await openSandbox("alfred", tools());
      runner = await makeRunner(sandbox, "alfred");
      for (const phase of ["coexist", "cutover"] as const) {
        await runner.configure(sandbox.config(phase));
        assert.deepEqual((await runner.up()).errors, []);
      }
    });
    after(async () => {
      await runner?.close();
      await sandbox?.stop();
    });

    it("asks the gates first: one that does not hold stops it before anything is deleted", async () => {
      const before = await snapshot(sandbox.cluster.api, () => true);
      const config = sandbox.config("retired");
      delete (config.values.ingressNginx as { abandon?: object }).abandon;
      await runner.configure(config);
      const { errors } = await runner.destroy(onlyIngressNginx);
      assert.match(errors.join("\n"), /grafana-alfred\.very-very-dark-gray\.top/);
      assert.deepEqual(await snapshot(sandbox.cluster.api, () => true), before);
    });

    it("removes all of it, and nothing else", async () => {
      const { api } = sandbox.cluster;
      const standing = await snapshot(api, (name, object) => !isLeaving(name, object));
      const foreign = await snapshot(api, isForeign);
      await runner.configure(sandbox.config("retired"));
      const { errors, counts } = await runner.destroy(onlyIngressNginx);
      assert.deepEqual(errors, []);
      assert.ok((counts.delete ?? 0) > 20, JSON.stringify(counts));
      assert.deepEqual(await snapshot(api, isLeaving), new Map());
      assert.deepEqual(await snapshot(api, isForeign), foreign);
      const left = await snapshot(api, (name, object) => !isLeaving(name, object));
      for (const [name, object] of left) assert.equal(standing.get(name), object, name);
    });

    it("leaves a stack that has nothing to do but to write down where it is", async () => {
      assert.deepEqual((await runner.up()).errors, []);
      const { counts, errors } = await runner.preview();
      assert.deepEqual(errors, []);
      assert.deepEqual(Object.keys(counts), ["same"]);
    });
  });
}

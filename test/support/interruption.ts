import { strict as assert } from "node:assert";
import type { Phase } from "../../config/stack.ts";
import type { Runner } from "../../sandbox/runner/runner.ts";
import { openSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { useTools } from "../sandbox/support.ts";
import type { MakeRunner } from "./program.ts";
import { isForeign, isLeaving, snapshot } from "./retirement.ts";

/** After how many changes a run is interrupted: small enough to come between any two kinds of work. */
const strides: Record<Phase, number> = { coexist: 11, cutover: 2, retired: 3 };

/** A cluster whose runs never get far. */
export function interruptionSuite(makeRunner: MakeRunner): void {
  const tools = useTools();
  describe("interrupted again and again", function () {
    this.timeout(480_000);
    let sandbox: Sandbox;
    let runner: Runner;

    before(async () => {
      sandbox = await openSandbox("alfred", tools());
      runner = await makeRunner(sandbox, "alfred");
    });
    after(async () => {
      await runner?.close();
      await sandbox?.stop();
    });

    /** Starts it anew after each interruption, until it comes to its end; returns how often it was interrupted. */
    const persist = async (phase: Phase, meanwhile: () => Promise<void>): Promise<number> => {
      await runner.configure(sandbox.config(phase));
      for (let interruptions = 0; interruptions < 40; interruptions++) {
        const abort = new AbortController();
        let changes = 0;
        const { errors } = await runner.up(({ operation, state }) => {
          if (state === "done" && operation !== "same" && ++changes === strides[phase]) abort.abort();
        }, abort.signal);
        await meanwhile();
        if (!abort.signal.aborted) {
          assert.deepEqual(errors, []);
          return interruptions;
        }
      }
      throw new Error(`${phase} never came to its end`);
    };
    const isDone = async (): Promise<void> => {
      const { counts, errors } = await runner.preview();
      assert.deepEqual(errors, []);
      assert.deepEqual(Object.keys(counts), ["same"]);
    };

    for (const phase of ["coexist", "cutover"] as const)
      it(`${phase} comes to its end, and ingress-nginx is untouched all the while`, async () => {
        const leaving = await snapshot(sandbox.cluster.api, isLeaving);
        const interruptions = await persist(phase, async () => {
          assert.deepEqual(await snapshot(sandbox.cluster.api, isLeaving), leaving);
        });
        assert.ok(interruptions > 0, String(interruptions));
        await isDone();
      });

    it("retired comes to its end, nothing is left, and every Ingress can be written all the while", async () => {
      const { api } = sandbox.cluster;
      const foreign = await snapshot(api, isForeign);
      const probe = {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { name: "probe", namespace: "default" },
        spec: {
          ingressClassName: "tailscale",
          defaultBackend: { service: { name: "x", port: { number: 1 } } },
        },
      };
      const interruptions = await persist("retired", async () => {
        await api.apply(probe);
        await api.delete(probe);
      });
      assert.ok(interruptions > 3, String(interruptions));
      assert.deepEqual(await snapshot(api, isLeaving), new Map());
      assert.deepEqual(await snapshot(api, isForeign), foreign);
      await isDone();
    });
  });
}

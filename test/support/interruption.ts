import { strict as assert } from "node:assert";
import type { Phase } from "../../components/cluster/phase.ts";
import { keepWriting } from "./ingress-writes.ts";
import { isForeign, isLeaving, snapshot } from "./retirement.ts";
import { assertAtRest, type MakeRunner, succeeded, useStage } from "./stage.ts";

/** After how many changes of a run it is interrupted, by phase. */
export type Strides = Record<Phase, number>;

/** Small enough to come between any two kinds of work. */
export const usualStrides: Strides = { coexist: 11, cutover: 2, retired: 3 };

/** A cluster whose runs never get far. */
export function interruptionSuite(makeRunner: MakeRunner, strides: Strides): void {
  describe("interrupted again and again", function () {
    this.timeout(480_000);
    const { sandbox, runner, configure } = useStage(makeRunner, "alfred");

    /** Starts it anew after each interruption, until it comes to its end; returns how often it was interrupted. */
    const persist = async (phase: Phase, after: () => Promise<void> = async () => {}): Promise<number> => {
      await configure(phase);
      for (let interruptions = 0; interruptions < 100; interruptions++) {
        const abort = new AbortController();
        let changes = 0;
        const outcome = await runner().up(({ operation, state }) => {
          if (state === "done" && operation !== "same" && ++changes === strides[phase]) abort.abort();
        }, abort.signal);
        await after();
        if (!abort.signal.aborted) {
          succeeded(outcome);
          return interruptions;
        }
      }
      throw new Error(`${phase} never came to its end`);
    };

    for (const phase of ["coexist", "cutover"] as const)
      it(`${phase} comes to its end, and ingress-nginx is untouched all the while`, async () => {
        const { api } = sandbox().cluster;
        const leaving = await snapshot(api, isLeaving);
        const interruptions = await persist(phase, async () => {
          assert.deepEqual(await snapshot(api, isLeaving), leaving);
        });
        assert.ok(interruptions > 0, String(interruptions));
        await assertAtRest(runner());
      });

    const often = strides.retired === 1 ? "after every single change" : `every ${strides.retired} changes`;
    it(`retired, interrupted ${often}, comes to its end: nothing is left, and every Ingress can be written all the while`, async () => {
      const { api } = sandbox().cluster;
      const foreign = await snapshot(api, isForeign);
      const leaving = await snapshot(api, isLeaving);
      const stop = keepWriting(api);
      let refused: string[] = [];
      let interruptions = 0;
      try {
        interruptions = await persist("retired");
      } finally {
        refused = await stop();
      }
      assert.deepEqual(refused, [], "Ingress writes were refused meanwhile");
      // What goes together, because nothing orders it, is counted once.
      assert.ok(interruptions > leaving.size / strides.retired / 4, String(interruptions));
      assert.deepEqual(await snapshot(api, isLeaving), new Map());
      assert.deepEqual(await snapshot(api, isForeign), foreign);
      await assertAtRest(runner());
    });
  });
}

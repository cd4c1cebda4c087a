import { strict as assert } from "node:assert";
import type { Phase } from "../../components/cluster/phase.ts";
import { keepWriting } from "../support/ingress-writes.ts";
import { isForeign, isLeaving, snapshot } from "../support/retirement.ts";
import { assertAtRest, succeeded, useStage } from "../support/stage.ts";

/** After how many changes a run is interrupted: often enough to come between any two kinds of work. */
const strides: Record<Phase, number> = { coexist: 11, cutover: 2, retired: 3 };

/** A cluster whose runs never get far. */
describe("interrupted again and again", function () {
  this.timeout(480_000);
  const { sandbox, workspace, configure } = useStage("alfred");

  /** Starts it anew after each interruption, until it comes to its end; returns how often it was interrupted. */
  const persist = async (phase: Phase, after: () => Promise<void> = async () => {}): Promise<number> => {
    await configure(phase);
    for (let interruptions = 0; interruptions < 100; interruptions++) {
      const abort = new AbortController();
      let changes = 0;
      const outcome = await workspace().up(({ operation, state }) => {
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
      await assertAtRest(workspace());
    });

  it(`retired, interrupted every ${strides.retired} changes, comes to its end: nothing is left, and every Ingress can be written all the while`, async () => {
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
    await assertAtRest(workspace());
  });
});

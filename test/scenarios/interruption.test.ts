import { strict as assert } from "node:assert";
import type { Phase } from "../../components/cluster/phase.ts";
import { keepWriting } from "../support/ingress-writes.ts";
import { isForeign, isLeaving, snapshot } from "../support/retirement.ts";
import { assertAtRest, succeeded, useStage } from "../support/stage.ts";

/** Number of changes after which a run is interrupted: small enough to hit every kind of change. */
const strides: Record<Phase, number> = { coexist: 11, cutover: 2, retired: 3 };

/** A migration whose runs are interrupted after a few changes. */
describe("a migration that is interrupted again and again", function () {
  this.timeout(480_000);
  const { sandbox, workspace, configure } = useStage("alfred");

  /** Repeats the run after each interruption until one finishes. Returns the number of interruptions. */
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
    throw new Error(`${phase} never finished`);
  };

  for (const phase of ["coexist", "cutover"] as const)
    it(`finishes ${phase}, and ingress-nginx is untouched all the time`, async () => {
      const { api } = sandbox().cluster;
      const leaving = await snapshot(api, isLeaving);
      const interruptions = await persist(phase, async () => {
        assert.deepEqual(await snapshot(api, isLeaving), leaving);
      });
      assert.ok(interruptions > 0, String(interruptions));
      await assertAtRest(workspace());
    });

  it(`finishes retired, interrupted after every ${strides.retired} changes: ingress-nginx is removed, and Ingresses can be written all the time`, async () => {
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
    assert.deepEqual(refused, [], "the API server refused Ingress writes");
    // Several objects can be deleted at the same time, so there are fewer interruptions than deletions.
    assert.ok(interruptions > leaving.size / strides.retired / 4, String(interruptions));
    assert.deepEqual(await snapshot(api, isLeaving), new Map());
    assert.deepEqual(await snapshot(api, isForeign), foreign);
    await assertAtRest(workspace());
  });
});

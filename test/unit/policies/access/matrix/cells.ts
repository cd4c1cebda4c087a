import type { Verdict } from "../../../../../policies/access/matrix/decider.ts";
import type { AppAccess, Matrix } from "../../../../../policies/access/matrix/matrix.ts";
import type { Probe } from "../../../../../policies/access/matrix/probes.ts";
import { personal } from "../../../../../policies/access/matrix/reasons.ts";

/** One decision of the matrix. */
export interface Cell {
  principal: string;
  app: AppAccess;
  probe: Probe;
  verdict: Verdict;
}

/** Every single decision of a matrix, person by person. */
export function* cells(all: Matrix): Generator<Cell> {
  for (const app of all.apps)
    for (const { principals, verdicts } of app.alike)
      for (const principal of principals)
        for (const [i, probe] of app.probes.entries())
          yield { principal, app, probe, verdict: personal(verdicts[i]!, app.app, principal) };
}

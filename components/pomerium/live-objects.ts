import type { Store } from "./storage.ts";

/** What the cluster already has, as labels (`objectLabel`). */
export interface LiveObjects {
  /** Objects that the program would make: they are taken over in place, and the volume is adopted as it is. */
  existing: readonly string[];
  /**
   * Those that no Pulumi program has ever written to. A foreign namespace and a foreign bootstrap Secret are adopted
   * as they are. A foreign Deployment may have the Pebble store open, so it is stopped before ours starts.
   */
  foreign: readonly string[];
  /** Those whose fields the program may overwrite (`isForced`). Default: none. */
  forced?: readonly string[];
  /** Where the cluster keeps sessions before this run. Absent before there are any. */
  storage?: { store: Store };
}

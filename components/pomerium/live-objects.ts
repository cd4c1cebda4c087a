import type { Store } from "./storage.ts";

/** Objects of Pomerium that the cluster already has, as labels (`objectLabel`). */
export interface LiveObjects {
  /** Objects that the program would make. They are taken over in place, and the volume is adopted unchanged. */
  existing: readonly string[];
  /**
   * Those that no Pulumi program has ever written to. A foreign namespace and a foreign bootstrap Secret are adopted
   * unchanged. A foreign Deployment may have the Pebble store open, so it is stopped before ours starts.
   */
  foreign: readonly string[];
  /** Those whose fields the program may overwrite (`isForced`). Default: none. */
  forced?: readonly string[];
  /** Where the cluster keeps sessions before this run. Absent before there are any. */
  storage?: { store: Store };
}

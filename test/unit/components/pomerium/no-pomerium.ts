import type { LivePomerium } from "../../../../components/pomerium/live.ts";

/** What a cluster without Pomerium has of it. */
export const noPomerium: LivePomerium = {
  existing: [],
  foreign: [],
  forced: [],
  readyReplicas: 0,
  nodes: [],
  claims: [],
};

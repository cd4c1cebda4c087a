import { z } from "zod";
import type { Solver } from "./solver.ts";

/** The cluster's own issuer solves the zone's challenges. The program writes no solver. */
export const existing: Solver = {
  schema: z
    .literal(true)
    .describe("The issuer that `issuer.existing` names solves the zone's challenges, in whatever way."),
  examples: [true],
  secrets: {},
  type: "existing issuer",
  divide: () => ({ secrets: {}, settings: {} }),
  challenge: () => ({}),
};

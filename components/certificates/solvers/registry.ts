import { cloudflare } from "./cloudflare.ts";
import { digitalocean } from "./digitalocean.ts";
import { http01 } from "./http01.ts";
import { porkbun } from "./porkbun.ts";
import type { Solver } from "./solver.ts";

/** Every way of solving challenges, by its name in the stack file. */
const solvers = { porkbun, cloudflare, digitalocean, http01 } satisfies Record<string, Solver>;

export type SolverName = keyof typeof solvers;

export const solverNames = Object.keys(solvers) as SolverName[];

export function solverOf(name: SolverName): Solver {
  return solvers[name];
}

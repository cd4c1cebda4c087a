import { acmeDns } from "./acme-dns.ts";
import { akamai } from "./akamai.ts";
import { azure } from "./azure.ts";
import { cloudflare } from "./cloudflare.ts";
import { digitalocean } from "./digitalocean.ts";
import { existing } from "./existing.ts";
import { google } from "./google.ts";
import { http01 } from "./http01.ts";
import { porkbun } from "./porkbun.ts";
import { rfc2136 } from "./rfc2136.ts";
import { route53 } from "./route53.ts";
import type { Solver } from "./solver.ts";
import { webhook } from "./webhook.ts";

/** Every way of solving challenges, by its name in the stack file. */
const solvers = {
  porkbun,
  cloudflare,
  digitalocean,
  route53,
  google,
  azure,
  akamai,
  "acme-dns": acmeDns,
  rfc2136,
  webhook,
  http01,
} satisfies Record<string, Solver>;

/** A solver that the program writes into its own issuer. */
export type OwnSolverName = keyof typeof solvers;

export type SolverName = OwnSolverName | "existing";

export const solverNames = Object.keys(solvers) as OwnSolverName[];

export function solverOf(name: SolverName): Solver {
  return name === "existing" ? existing : solvers[name];
}

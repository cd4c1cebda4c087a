import { z } from "zod";
import { secretKeys } from "../../../../../components/certificates/issuer-spec.ts";
import { type SolverName, solverOf } from "../../../../../components/certificates/solvers/registry.ts";
import { webhookOf } from "../webhook-of.ts";

/** The value of `dns01` that a zone's value in the stack file becomes. The zone is example.org. */
export function challengeOf(solver: SolverName, value: object): unknown {
  const { secrets, settings } = solverOf(solver).divide(solverOf(solver).schema.parse(value));
  const zone = { secrets: secretKeys("example.org", { solver, secrets }), settings };
  return solverOf(solver).challenge(zone, { webhook: webhookOf(), ingressClass: "pomerium" }).dns01;
}

/** The mistakes of a value: `key: message`. */
export function mistakesOf(solver: SolverName, value: object): string[] {
  const { error } = z.safeParse(solverOf(solver).schema, value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

import { type GateName, gateNames } from "../../config/gates.ts";
import type { Problem } from "../../config/problems.ts";
import type { Stack } from "../../config/stack.ts";
import { canariesGate } from "./canaries.ts";
import { type Gate, type GateInput, type Item, isGone, type Row } from "./gate.ts";
import { hostsGate } from "./hosts.ts";
import { issuersGate } from "./issuers.ts";
import { ownersGate } from "./owners.ts";
import { phaseGate } from "./phase.ts";
import { secretsGate } from "./secrets.ts";

const judges: Record<GateName, (input: GateInput) => Item[]> = {
  phase: phaseGate,
  hosts: hostsGate,
  issuers: issuersGate,
  canaries: canariesGate,
  owners: ownersGate,
  secrets: secretsGate,
};

/**
 * What stands before `retired`, and whether it holds of the live cluster. None once ingress-nginx is gone, or where it
 * never was: a canary that fails next year must not hold back a change to an app.
 */
export function gates(input: GateInput): Gate[] {
  if (isGone(input.nginx)) return [];
  const overrides = input.stack.ingressNginx?.override ?? {};
  return gateNames.map((name) => {
    const override = overrides[name];
    return { name, items: judges[name](input), ...(override === undefined ? {} : { override }) };
  });
}

/** Everything that holds back `retired`, for a stack that asks for it; an overridden gate holds back nothing. */
export function gateProblems({ phase }: Pick<Stack, "phase">, rows: readonly Row[]): Problem[] {
  if (phase !== "retired") return [];
  return rows
    .filter(({ override }) => override === undefined)
    .flatMap(({ name, items }) =>
      items
        .filter(({ ok }) => !ok)
        .map(({ subject, note, at = "phase", mend }) => ({
          at,
          message: `gate ${name}: ${subject}${note === undefined ? "" : `: ${note}`}`,
          ...(mend === undefined ? {} : { mend }),
        })),
    );
}

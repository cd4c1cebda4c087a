import { canariesGate } from "../components/certificates/gates/canaries.ts";
import { issuersGate } from "../components/certificates/gates/issuers.ts";
import { ownersGate } from "../components/certificates/gates/owners.ts";
import { secretsGate } from "../components/certificates/gates/secrets.ts";
import type { Item, Row } from "../components/cluster/readiness.ts";
import { type Gate, type GateInput, isGone, isSpent } from "../components/ingress-nginx/gates/gate.ts";
import { hostsGate } from "../components/ingress-nginx/gates/hosts.ts";
import { type GateName, gateNames } from "../components/ingress-nginx/gates/names.ts";
import { phaseGate } from "../components/ingress-nginx/gates/phase.ts";
import type { Problem } from "../stack-file/problems.ts";
import type { Stack } from "./stack.ts";

const judges: Record<GateName, (input: GateInput) => Item[]> = {
  phase: phaseGate,
  hosts: hostsGate,
  issuers: issuersGate,
  canaries: canariesGate,
  owners: ownersGate,
  secrets: secretsGate,
};

/** What a removal that has begun still does, and cannot undo. */
const ofEachObject: readonly GateName[] = ["phase", "hosts", "owners"];

/**
 * What stands before `retired`, and whether it holds of the live cluster. None once ingress-nginx is gone, or where it
 * never was, or where what is left of it has no effect: a canary that fails next year must not hold back a change to an
 * app, nor must an Ingress that somebody still gives the class.
 *
 * A removal that has begun has passed all of them. When it goes on, those of its outset are not asked again: no issuer,
 * canary or Secret is any better for half an ingress-nginx. What each object does by going still is: an Ingress that is
 * left may have a host that Pomerium no longer answers, or a Certificate that somebody has come to need, or may have
 * come since. They hold nothing back once its Ingresses are gone.
 */
export function gates(input: GateInput): Gate[] {
  if (isGone(input.nginx) || isSpent(input)) return [];
  const overrides = input.stack.ingressNginx?.override ?? {};
  const goesOn = input.cluster.record?.phase === "retired" && input.stack.phase === "retired";
  return (goesOn ? ofEachObject : gateNames).map((name) => {
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

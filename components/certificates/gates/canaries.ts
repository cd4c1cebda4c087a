import { setKey, up } from "../../../stack-file/commands.ts";
import { keyPath } from "../../../stack-file/paths.ts";
import { kubectl } from "../../cluster/commands.ts";
import type { Item } from "../../cluster/readiness.ts";
import { unproven } from "../checks.ts";
import { canarySecret } from "../issuer-spec.ts";
import { solverOf } from "../solvers/registry.ts";
import type { CertificateGateInput } from "./input.ts";

/** Each zone has issued a certificate with the solver that it uses from now on. */
export function canariesGate(input: CertificateGateInput): Item[] {
  const { stack, issuance } = input;
  const { canary, namespace, zones } = stack.certificates;
  const reasons = new Map(unproven(issuance, stack.certificates).map(({ zone, message }) => [zone, message]));
  return Object.entries(zones).map(([zone, { solver }]): Item => {
    if (solverOf(solver).type !== "DNS-01")
      return { subject: zone, ok: true, note: `${solverOf(solver).type}, which has no canary` };
    if (!canary)
      return {
        subject: zone,
        ok: false,
        at: "certificates.canary",
        note: "not proven: canaries are switched off",
        fix: `${setKey(stack.name, ["certificates", "canary"], "true")} && ${up(stack.name)}`,
      };
    const reason = reasons.get(zone);
    if (reason === undefined)
      return { subject: zone, ok: true, note: `canary ${canarySecret(zone)} is READY` };
    return {
      subject: zone,
      ok: false,
      at: keyPath(["certificates", "zones", zone]),
      note: reason,
      fix: kubectl(
        input.stack.cluster,
        `describe certificate --namespace ${namespace} ${canarySecret(zone)}`,
      ),
    };
  });
}

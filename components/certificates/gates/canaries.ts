import { keyPath } from "../../../stack-file/paths.ts";
import { kubectl } from "../../cluster/commands.ts";
import type { Item } from "../../cluster/readiness.ts";
import type { GateInput } from "../../ingress-nginx/gates/gate.ts";
import { unproven } from "../checks.ts";
import { canarySecret } from "../issuer-spec.ts";

/** Each zone has issued a certificate by what solves its challenges from now on. */
export function canariesGate(input: GateInput): Item[] {
  const { stack, issuance } = input;
  const { canary, namespace, zones } = stack.certificates;
  const reasons = new Map(unproven(issuance, stack.certificates).map(({ zone, message }) => [zone, message]));
  return Object.entries(zones).map(([zone, { solver }]): Item => {
    if (solver === "http01") return { subject: zone, ok: true, note: "HTTP-01, which has no canary" };
    if (!canary)
      return {
        subject: zone,
        ok: false,
        at: "certificates.canary",
        note: "not proven: canaries are switched off",
        mend: `pulumi config set --stack ${stack.name} --path certificates.canary true && pulumi up --stack ${stack.name}`,
      };
    const reason = reasons.get(zone);
    if (reason === undefined)
      return { subject: zone, ok: true, note: `canary ${canarySecret(zone)} is READY` };
    return {
      subject: zone,
      ok: false,
      at: keyPath(["certificates", "zones", zone]),
      note: reason,
      mend: kubectl(
        input.stack.cluster,
        `describe certificate --namespace ${namespace} ${canarySecret(zone)}`,
      ),
    };
  });
}

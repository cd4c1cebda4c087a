import { kubectl } from "../../cluster/commands.ts";
import type { Item } from "../../cluster/readiness.ts";
import type { GateInput } from "./input.ts";

/** Gate `installer`: nothing in the cluster installs ingress-nginx again after its removal. */
export function installerGate({ stack, nginx }: GateInput): Item[] {
  return nginx.installers.map(({ label, isSuspended, note, command }) =>
    isSuspended
      ? { subject: label, ok: true, note: "suspended" }
      : { subject: label, ok: false, note, fix: kubectl(stack.cluster, command) },
  );
}

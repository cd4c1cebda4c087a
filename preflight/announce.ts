import type { PhaseEffects } from "../config/phases.ts";
import { formatWarnings } from "../config/problems.ts";
import type { Stack } from "../config/stack.ts";
import { stackFileName } from "../config/stack-file.ts";
import { diffAccess } from "../policies/diff/diff.ts";
import { diffText } from "../policies/report/diff-text.ts";
import type { Findings } from "./preflight.ts";
import { readiness } from "./readiness.ts";
import { liveView, viewOfStack } from "./views.ts";

/**
 * What a preview says before Pulumi's own diff: the phase and the way back, who gains and who loses access
 * against what the cluster enforces now, what is not ready, what remains to be done by hand.
 */
export function announce(
  stack: Stack,
  { cluster: live, certificates, tunnels }: Findings,
  phase: PhaseEffects,
): string {
  const access = diffAccess(liveView(stack, live), viewOfStack("now", stack));
  return [
    `${stack.name} · ${stack.phase}    way back: ${phase.wayBack}`,
    diffText(access),
    `ready    ${readiness(live)}`,
    ...certificates.changes.map((change, i) => `${i === 0 ? "issuer  " : "        "} ${change}`),
    ...Object.entries(tunnels.changes).flatMap(([name, changes]) =>
      changes.map((change, i) => `${i === 0 ? "tunnel  " : "        "} ${name}: ${change}`),
    ),
    ...phase.byHand.map((step, i) => `${i === 0 ? "by hand " : "        "} ${step}`),
    ...(stack.warnings.length > 0 ? ["", formatWarnings(stackFileName(stack.name), stack.warnings)] : []),
  ].join("\n");
}

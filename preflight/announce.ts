import type { LiveCluster } from "../components/cluster/live.ts";
import type { LiveIngressNginx } from "../components/ingress-nginx/live.ts";
import type { PhaseEffects } from "../config/phases.ts";
import { formatWarnings } from "../config/problems.ts";
import type { Stack } from "../config/stack.ts";
import { stackFileName } from "../config/stack-file.ts";
import { diffAccess } from "../policies/diff/diff.ts";
import { diffText } from "../policies/report/diff-text.ts";
import { existingLines } from "./existing.ts";
import { isGone, type Row } from "./gates/gate.ts";
import { readinessTable } from "./gates/table.ts";
import { leaving } from "./ingress-nginx.ts";
import type { Findings } from "./preflight.ts";
import { annotationNotes } from "./protections.ts";
import { readiness } from "./readiness.ts";
import { liveView, viewOfStack } from "./views.ts";

/**
 * What a preview says before Pulumi's own diff: the phase and the way back, who gains and who loses access
 * against what the cluster enforces now, what is not ready, what becomes of ingress-nginx, what remains to be done
 * by hand.
 *
 * @param gates What must hold before ingress-nginx goes.
 */
export function announce(
  stack: Stack,
  {
    cluster: live,
    certificates,
    ingressNginx,
    pomerium,
    tunnels,
  }: Pick<Findings, "cluster" | "certificates" | "ingressNginx" | "pomerium" | "tunnels">,
  phase: PhaseEffects,
  gates: readonly Row[] = [],
): string {
  const access = diffAccess(liveView(stack, live), viewOfStack("now", stack));
  const from =
    live.record !== undefined && live.record.phase !== stack.phase ? `${live.record.phase} → ` : "";
  return [
    `${stack.name} · ${from}${stack.phase}    way back: ${phase.wayBack}`,
    diffText(access),
    ...section("ready", [readiness(live), ...readinessTable(gates.filter((gate) => isShown(stack, gate)))]),
    ...section("pomerium", existingLines(stack, live, pomerium)),
    ...section("nginx", ingressNginx ? fate(stack, ingressNginx, phase) : unmanaged(live)),
    ...section("issuer", certificates.changes),
    ...section(
      "tunnel",
      Object.entries(tunnels.changes).flatMap(([name, changes]) =>
        changes.map((change) => `${name}: ${change}`),
      ),
    ),
    ...section("by hand", phase.byHand),
    ...(stack.warnings.length > 0 ? ["", formatWarnings(stackFileName(stack.name), stack.warnings)] : []),
  ].join("\n");
}

/** Lines under one word; none without lines. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `${(i === 0 ? title : "").padEnd(8)} ${line}`);
}

/** In `retired` every row holds, or there would be no run; what holds by word alone is said all the same. */
function isShown({ phase }: Pick<Stack, "phase">, { override }: Row): boolean {
  return phase !== "retired" || override !== undefined;
}

/** What of ingress-nginx the stack file does not speak of. */
function unmanaged({ ingresses }: Pick<LiveCluster, "ingresses">): string[] {
  const found = ingresses.filter(({ ingressClass, solver }) => ingressClass === "nginx" && !solver);
  if (found.length === 0) return [];
  return [
    `${count(found.length, "Ingress", "Ingresses")} of class nginx, which this stack leaves alone: its file has no \`ingressNginx\``,
  ];
}

/** What the run does with ingress-nginx, and which hosts go dark with it. */
function fate(
  stack: Pick<Stack, "ingressNginx" | "apps">,
  nginx: LiveIngressNginx,
  phase: PhaseEffects,
): string[] {
  if (isGone(nginx)) return ["nothing of it is in this cluster"];
  const { stays } = leaving(phase, nginx);
  const isKept = phase.ingressNginx === "kept";
  const objects = isKept ? nginx.installation.length : nginx.installation.length - stays.length;
  const all = `${count(objects, "object", "objects")} and ${count(nginx.ingresses.length, "Ingress", "Ingresses")}`;
  const namespace =
    stays.length > 0
      ? `; namespace ${stays.map(({ name }) => name).join()} stays: ${nginx.strangers.join(", ")}`
      : "";
  return [
    isKept ? `${all} stay as they are, kept from deletion until retired` : `${all} are removed${namespace}`,
    ...Object.entries(stack.ingressNginx?.abandon ?? {})
      .filter(([host]) => nginx.ingresses.some(({ rules }) => servesHost(rules, host)))
      .map(([host, why]) => `! ${isKept ? "will go dark" : "goes dark"}: ${host} (${why})`),
    ...annotationNotes(stack, nginx),
  ];
}

function servesHost(rules: readonly { host: string }[], host: string): boolean {
  return rules.length === 0 ? host === "*" : rules.some((rule) => rule.host === host);
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

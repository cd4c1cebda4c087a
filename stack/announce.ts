import { kubectlDelete } from "../components/cluster/commands.ts";
import type { LiveCluster } from "../components/cluster/live.ts";
import { type ObjectRef, objectLabel } from "../components/cluster/objects.ts";
import type { Row } from "../components/cluster/readiness.ts";
import { readinessTable } from "../components/cluster/readiness-table.ts";
import { hostsOf } from "../components/ingress-nginx/annotations/hosts.ts";
import { annotationNotes } from "../components/ingress-nginx/checks.ts";
import { isGone } from "../components/ingress-nginx/gates/gate.ts";
import { streamKey } from "../components/ingress-nginx/gates/hosts.ts";
import { leaving } from "../components/ingress-nginx/leaving.ts";
import type { LiveIngressNginx } from "../components/ingress-nginx/live.ts";
import { strayNotes } from "../components/ingress-nginx/strays.ts";
import { readiness } from "../components/pomerium/announce.ts";
import { existingLines } from "../components/pomerium/checks.ts";
import { diffAccess } from "../policies/access/diff/diff.ts";
import { diffText } from "../report/diff-text.ts";
import { formatWarnings } from "../stack-file/problems.ts";
import { stackFileName } from "../stack-file/stack-file.ts";
import { counted } from "../stack-file/text.ts";
import type { PhaseEffects } from "./phases.ts";
import type { Findings } from "./preflight.ts";
import type { Stack } from "./stack.ts";
import { liveView, viewOfStack } from "./views.ts";

/**
 * What a preview says before Pulumi's own diff: the phase and the way back, who gains and who loses access
 * against what the cluster enforces now, what is not ready, what becomes of ingress-nginx, what remains to be done
 * by hand.
 */
export function announce(
  stack: Stack,
  { cluster: live, certificates, ingressNginx, pomerium, tunnels, readiness: gates }: Findings,
  phase: PhaseEffects,
): string {
  const access = diffAccess(liveView(stack, live), viewOfStack("now", stack));
  const from =
    live.record !== undefined && live.record.phase !== stack.phase ? `${live.record.phase} → ` : "";
  return [
    `${stack.name} · ${from}${stack.phase}    way back: ${phase.wayBack}`,
    diffText(access),
    ...section("ready", [readiness(live), ...readinessTable(gates.filter((gate) => isShown(stack, gate)))]),
    ...section("pomerium", existingLines(stack, live, pomerium)),
    ...section("nginx", ingressNginx ? fate(stack, live, ingressNginx, phase, gates) : unmanaged(live)),
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
    `${counted(found.length, "Ingress", "Ingresses")} of class nginx, which this stack leaves alone: its file has no \`ingressNginx\``,
  ];
}

/** What the run does with ingress-nginx, what goes along with it, and which hosts go dark. */
function fate(
  stack: Pick<Stack, "cluster" | "ingressNginx" | "apps">,
  live: Pick<LiveCluster, "ingresses" | "record">,
  nginx: LiveIngressNginx,
  phase: PhaseEffects,
  gates: readonly Row[],
): string[] {
  const strays = strayNotes(nginx, live);
  if (isGone(nginx)) return ["nothing of it is in this cluster", ...strays];
  const isKept = phase.ingressNginx === "kept";
  return [
    ...(isKept
      ? [
          `${objectsAndIngresses(leaving(phase, nginx, live).adopt)} stay as they are, kept from deletion until retired`,
        ]
      : removal(stack, live, nginx, phase)),
    ...strays,
    ...along(gates, isKept),
    ...Object.entries(stack.ingressNginx?.abandon ?? {})
      .filter(([key]) => isServed(nginx, key))
      .map(([key, why]) => `! ${isKept ? "will go dark" : "goes dark"}: ${key} (${why})`),
    ...annotationNotes(stack, nginx),
  ];
}

/** What is removed, and what is not: Pulumi removes only what it has adopted. */
function removal(
  stack: Pick<Stack, "cluster">,
  live: Pick<LiveCluster, "record">,
  nginx: LiveIngressNginx,
  phase: PhaseEffects,
): string[] {
  const { live: all = [], stays } = leaving(phase, nginx, live);
  const going = all.filter((object) => !stays.includes(object));
  const adopted = new Set(live.record?.adopted);
  const removed = going.filter((object) => adopted.has(objectLabel(object)));
  const left = going.filter((object) => !removed.includes(object));
  const because = stays.map(({ name }) => `namespace ${name} stays: ${nginx.strangers.join(", ")}`);
  return [
    ...(removed.length > 0
      ? [[`${objectsAndIngresses(removed)} are removed`, ...because].join("; ")]
      : because),
    ...left.map(
      (object) =>
        `! ${objectLabel(object)} is left, since it was never adopted: ${kubectlDelete(stack.cluster, object)}`,
    ),
  ];
}

/** More than these are not named one by one. */
const few = 3;

/** Certificates that Kubernetes deletes with the Ingress that owns them, and that nobody needs. */
function along(gates: readonly Row[], isKept: boolean): string[] {
  const owned = gates.find(({ name }) => name === "owners")?.items.filter(({ ok }) => ok) ?? [];
  if (owned.length === 0) return [];
  const names = owned.map(({ subject }) => subject.replace(/^Certificate /, ""));
  const which = names.length > few ? "" : `: ${names.join(", ")}`;
  const verb = isKept ? "will go" : owned.length === 1 ? "goes" : "go";
  return [
    `${counted(owned.length, "Certificate", "Certificates")} ${verb} along with their Ingresses${which}`,
  ];
}

/** Whether ingress-nginx answers what the stack file abandons. */
function isServed({ ingresses, streams }: LiveIngressNginx, key: string): boolean {
  return (
    ingresses.some((ingress) => hostsOf(ingress).includes(key)) ||
    streams.some((stream) => streamKey(stream) === key)
  );
}

/** `31 objects and 11 Ingresses`. */
function objectsAndIngresses(objects: readonly ObjectRef[]): string {
  const ingresses = objects.filter(({ kind }) => kind === "Ingress").length;
  return `${counted(objects.length - ingresses, "object")} and ${counted(ingresses, "Ingress", "Ingresses")}`;
}

import { appLines } from "../components/apps/announce.ts";
import { issuanceLines } from "../components/certificates/announce.ts";
import type { ReadinessRow } from "../components/cluster/readiness.ts";
import { readinessTable } from "../components/cluster/readiness-table.ts";
import { nameLines } from "../components/dns/announce.ts";
import { announceIngressNginx } from "../components/ingress-nginx/announce.ts";
import { staysInCoexist } from "../components/ingress-nginx/hybrid.ts";
import { networkNotes } from "../components/network-policies/checks.ts";
import { isolationLines } from "../components/network-policies/isolation-checks.ts";
import { addressLines, statusLine, storageLines, takeOverLines } from "../components/pomerium/announce.ts";
import { tunnelLines } from "../components/tunnels/announce.ts";
import { leftRecords } from "../components/tunnels/left-records.ts";
import { readMemory } from "../components/tunnels/memory.ts";
import { diffAccess } from "../policies/access/diff/diff.ts";
import { diffText } from "../report/diff-text.ts";
import { ownCommand, preview } from "../stack-file/commands.ts";
import { stackFileName } from "../stack-file/file-name.ts";
import { formatWarnings } from "../stack-file/problems.ts";
import { besideOthers, liveView, viewOfStack } from "./access-view.ts";
import { namesOf } from "./dns-names.ts";
import type { Findings } from "./findings.ts";
import { callersOf, notIsolated, tunnelled } from "./isolation.ts";
import type { PhaseEffects } from "./phases.ts";
import type { Stack } from "./stack.ts";

/**
 * The text in front of Pulumi's own diff. A preview prints all of it. `pulumi up` begins with a preview, so the update
 * repeats only who gains and loses access, and what is left to do by hand.
 */
export function announce(
  stack: Stack,
  findings: Findings,
  phase: PhaseEffects,
  { isPreview = true }: { isPreview?: boolean } = {},
): string {
  const { cluster: live, ingressNginx, names = new Map(), pomerium } = findings;
  const before = liveView(stack, { ...live, pomerium });
  const access = diffAccess(before, besideOthers(viewOfStack("now", stack), before));
  const from =
    live.record !== undefined && live.record.phase !== stack.phase ? `${live.record.phase} → ` : "";
  return [
    `${stack.name} · ${from}${stack.phase}${staysInCoexist(stack) ? ", on purpose" : ""}    way back: ${phase.wayBack}`,
    diffText(access),
    ...(isPreview ? details(stack, findings, phase) : []),
    ...section("by hand", [
      ...phase.byHand.filter((step) => !phase.names.includes(step)),
      ...nameLines(namesOf(stack, ingressNginx, live.services), names),
    ]),
    ...(isPreview
      ? warningLines(stack)
      : section("more", [
          `before a run: ${preview(stack.name)}`,
          ...(stack.ingressNginx === undefined ? [] : [`after it: ${ownCommand("ready", stack.name)}`]),
        ])),
  ].join("\n");
}

function warningLines({ name, warnings }: Pick<Stack, "name" | "warnings">): string[] {
  return warnings.length > 0 ? ["", formatWarnings(stackFileName(name), warnings)] : [];
}

/** What a run changes besides access. Each part of the list is one subject's. */
function details(
  stack: Stack,
  { cluster: live, certificates, ingressNginx, network, pomerium, tunnels, readiness: gates }: Findings,
  phase: PhaseEffects,
): string[] {
  const memory = readMemory(live.record?.tunnels);
  return [
    ...section("ready", [
      statusLine(pomerium),
      ...readinessTable(
        gates.filter((gate) => isShown(stack, gate)),
        { most: mostItems, all: ownCommand("ready", stack.name) },
      ),
    ]),
    ...section("pomerium", [
      ...addressLines(stack.pomerium.address, live.services),
      ...takeOverLines(stack, pomerium, live.record === undefined),
      ...storageLines(stack, pomerium),
    ]),
    ...section("apps", appLines(stack.apps, live, phase.origin)),
    ...section("nginx", announceIngressNginx(stack, live, ingressNginx, phase.ingressNginx, gates)),
    ...section("network", [
      ...isolationLines(
        stack.isolation,
        live,
        network,
        callersOf(ingressNginx, network, phase.ingressNginx),
        phase.ingressNginx === "kept"
          ? ingressNginx.controllers.flatMap(({ ingresses }) => ingresses)
          : ingressNginx.ingresses,
        tunnelled(stack, tunnels, memory),
      ),
      ...networkNotes(notIsolated(stack), live, network),
    ]),
    ...section("issuer", issuanceLines(stack, certificates, ingressNginx)),
    ...section("tunnel", [
      ...tunnelLines(stack, tunnels, memory),
      ...leftRecords(tunnels, live.record !== undefined),
    ]),
  ];
}

/** Items of a gate that the announcement lists. A large cluster would fill the screen with them. */
const mostItems = 5;

/** Lines with a title in front of the first one; empty without lines. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `${(i === 0 ? title : "").padEnd(8)} ${line}`);
}

/** In `retired` all rows hold, so only the overridden ones are shown. */
function isShown({ phase }: Pick<Stack, "phase">, { override }: ReadinessRow): boolean {
  return phase !== "retired" || override !== undefined;
}

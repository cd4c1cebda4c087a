import { counted } from "../../stack-file/text.ts";
import { kubectlDelete } from "../cluster/commands.ts";
import type { LiveCluster } from "../cluster/live.ts";
import { type ObjectRef, objectId, objectLabel } from "../cluster/objects.ts";
import type { ReadinessRow } from "../cluster/readiness.ts";
import { adoption, releasedNotes } from "./adoption.ts";
import { annotationNotes } from "./annotation-notes.ts";
import { hostsOf } from "./annotations/hosts.ts";
import type { IngressNginxConfig } from "./config.ts";
import { streamKey } from "./gates/hosts.ts";
import { hybridLines, staysInCoexist } from "./hybrid.ts";
import type { LiveIngressNginx } from "./live.ts";
import { annotationsLeftBehind } from "./other-annotations.ts";
import { inEffect, isRemoved } from "./removal-state.ts";
import type { StackView } from "./stack-view.ts";

/**
 * Lists what the run does with ingress-nginx, the Certificates that are deleted with it, and the hosts that are lost.
 *
 * @param fate What the phase does with ingress-nginx.
 * @param gates Rows of the readiness table.
 */
export function announceIngressNginx(
  stack: StackView,
  live: Pick<LiveCluster, "ingresses" | "record">,
  nginx: LiveIngressNginx,
  fate: "kept" | "removed",
  gates: readonly ReadinessRow[],
): string[] {
  if (stack.ingressNginx === undefined) return [];
  const released = releasedNotes(nginx, live);
  const kept = keptControllers(stack.ingressNginx, nginx);
  const hybrid = staysInCoexist(stack) ? hybridLines(stack, nginx) : [];
  if (isRemoved(nginx))
    return [...(kept.length > 0 ? kept : ["nothing of it is in this cluster"]), ...hybrid, ...released];
  const isKept = fate === "kept";
  return [
    ...(isKept
      ? [
          `${objectsAndIngresses(adoption(fate, nginx, live).adopt)} stay as they are, kept from deletion${staysInCoexist(stack) ? "" : " until retired"}`,
        ]
      : removal(stack, live, nginx)),
    ...kept,
    ...hybrid,
    ...released,
    ...deletedAlong(gates, isKept),
    ...Object.entries(stack.ingressNginx?.abandon ?? {})
      .filter(([key]) => isServed(nginx, key))
      .map(([key, why]) => `! ${isKept ? "will go dark" : "goes dark"}: ${key} (${why})`),
    ...annotationNotes(stack, inEffect(nginx, live)),
    ...annotationsLeftBehind(stack, inEffect(nginx, live)),
  ];
}

/** Controllers that are not retired, and the stack file's reason. */
function keptControllers(
  { keep }: Pick<IngressNginxConfig, "keep">,
  { controllers }: Pick<LiveIngressNginx, "controllers">,
): string[] {
  return controllers.flatMap(({ plan, workload, ingresses }) =>
    plan === "keep" && workload
      ? [
          `${objectLabel(workload)} is not retired: ${keep[objectId(workload)]} (${counted(ingresses.length, "Ingress", "Ingresses")})`,
        ]
      : [],
  );
}

/** The objects that are removed, and those that stay because Pulumi has never adopted them. */
function removal(
  { cluster }: Pick<StackView, "cluster">,
  live: Pick<LiveCluster, "record">,
  nginx: LiveIngressNginx,
): string[] {
  const { live: all = [], stays } = adoption("removed", nginx, live);
  const leaving = all.filter((object) => !stays.includes(object));
  const adopted = new Set(live.record?.adopted);
  const removed = leaving.filter((object) => adopted.has(objectLabel(object)));
  const left = leaving.filter((object) => !removed.includes(object));
  const kept = stays.map(({ name }) => `namespace ${name} stays: ${nginx.strangers[name]?.join(", ")}`);
  return [
    ...(removed.length > 0 ? [[`${objectsAndIngresses(removed)} are removed`, ...kept].join("; ")] : kept),
    ...left.map(
      (object) =>
        `! ${objectLabel(object)} is left, since it was never adopted: ${kubectlDelete(cluster, object)}`,
    ),
  ];
}

/** Up to this number, Certificates are named one by one. */
const mostNames = 3;

/** Certificates that Kubernetes deletes with the Ingress that owns them, and that nobody needs. */
function deletedAlong(gates: readonly ReadinessRow[], isKept: boolean): string[] {
  const owned = gates.find(({ name }) => name === "owners")?.items.filter(({ ok }) => ok) ?? [];
  if (owned.length === 0) return [];
  const names = owned.map(({ subject }) => subject.replace(/^Certificate /, ""));
  const which = names.length > mostNames ? "" : `: ${names.join(", ")}`;
  const verb = isKept ? "will go" : owned.length === 1 ? "goes" : "go";
  return [
    `${counted(owned.length, "Certificate", "Certificates")} ${verb} along with their Ingresses${which}`,
  ];
}

/** Whether ingress-nginx serves a host or port that the stack file abandons. */
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

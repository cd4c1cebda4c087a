import type { LiveCluster, LiveIngress } from "../cluster/live.ts";
import { idsOf, objectId, objectLabel } from "../cluster/objects.ts";
import { type LiveIngressNginx, leavingObjects } from "./live.ts";

/** Whether nothing of ingress-nginx is left but its namespace, which other objects may keep. */
export function isRemoved({ installation, ingresses }: LiveIngressNginx): boolean {
  return ingresses.length === 0 && installation.every(({ kind }) => kind === "Namespace");
}

/** Whether the installations have a controller, whether or not its pods run. */
export function hasController({ controllers }: Pick<LiveIngressNginx, "controllers">): boolean {
  return controllers.some(({ plan, workload }) => plan === "retire" && workload !== undefined);
}

/**
 * Whether the installations were named after the removal of earlier ones: they run, and nothing of them was adopted. They
 * can go through cutover and `retired` in their turn.
 */
export function isNextInTurn(
  nginx: Pick<LiveIngressNginx, "controllers" | "installation" | "ingresses">,
  { record }: Pick<LiveCluster, "record">,
): boolean {
  const adopted = new Set(record?.adopted);
  return (
    record?.phase === "retired" &&
    hasController(nginx) &&
    leavingObjects(nginx).every((object) => !adopted.has(objectLabel(object)))
  );
}

/** Whether what the removal has left has no effect: no controller serves, and no webhook calls one. */
export function hasNoEffect(
  nginx: Pick<LiveIngressNginx, "controllers" | "installation">,
  { record }: Pick<LiveCluster, "record">,
): boolean {
  const hasWebhook = nginx.installation.some(({ kind }) => kind === "ValidatingWebhookConfiguration");
  return record?.phase === "retired" && !hasWebhook && !hasController(nginx);
}

/** The controllers that serve anything, or may do so again: all but deleted ones after the removal. */
export function inEffect(
  nginx: LiveIngressNginx,
  live: Pick<LiveCluster, "record">,
): LiveIngressNginx["controllers"] {
  return nginx.controllers.filter(({ workload }) => workload !== undefined || !hasNoEffect(nginx, live));
}

/** Ingresses of any class that stay when ingress-nginx is removed, without those of challenges. */
export function stayingIngresses(
  nginx: Pick<LiveIngressNginx, "ingresses">,
  { ingresses }: Pick<LiveCluster, "ingresses">,
): LiveIngress[] {
  const leaving = idsOf(nginx.ingresses);
  return ingresses.filter((ingress) => !ingress.solver && !leaving.has(objectId(ingress)));
}

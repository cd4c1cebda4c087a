import type { LiveCluster, LiveIngress } from "../cluster/live.ts";
import { objectId } from "../cluster/objects.ts";
import type { LiveIngressNginx } from "./live.ts";

/** Whether nothing of ingress-nginx is left but its namespace, which other objects may keep. */
export function isRemoved({ installation, ingresses }: LiveIngressNginx): boolean {
  return ingresses.length === 0 && installation.every(({ kind }) => kind === "Namespace");
}

/** Whether the installation has a controller, whether or not its pods run. */
export function hasController({ installation }: Pick<LiveIngressNginx, "installation">): boolean {
  return installation.some(({ kind }) => kind === "Deployment" || kind === "DaemonSet");
}

/** Whether what the removal has left has no effect: no controller serves, and no webhook calls one. */
export function hasNoEffect(
  nginx: Pick<LiveIngressNginx, "installation">,
  { record }: Pick<LiveCluster, "record">,
): boolean {
  const hasWebhook = nginx.installation.some(({ kind }) => kind === "ValidatingWebhookConfiguration");
  return record?.phase === "retired" && !hasWebhook && !hasController(nginx);
}

/** Ingresses of any class that stay when ingress-nginx is removed, without those of challenges. */
export function stayingIngresses(
  nginx: Pick<LiveIngressNginx, "ingresses">,
  { ingresses }: Pick<LiveCluster, "ingresses">,
): LiveIngress[] {
  const leaving = new Set(nginx.ingresses.map(objectId));
  return ingresses.filter((ingress) => !ingress.solver && !leaving.has(objectId(ingress)));
}

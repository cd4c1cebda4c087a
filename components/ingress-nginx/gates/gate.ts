import type { Stack } from "../../../stack/stack.ts";
import type { LiveCertificate, LiveIssuance } from "../../certificates/live.ts";
import type { LiveCluster, LiveIngress } from "../../cluster/live.ts";
import { objectId } from "../../cluster/objects.ts";
import type { Phase } from "../../cluster/phase.ts";
import type { Row } from "../../cluster/readiness.ts";
import type { LiveIngressNginx } from "../live.ts";
import type { GateName } from "./names.ts";

/** What a run has read before it registers anything; all that the gates know. */
export interface GateInput {
  stack: Stack;
  cluster: LiveCluster;
  nginx: LiveIngressNginx;
  issuance: LiveIssuance;
}

/** A row that the stack file can override by its name. */
export interface Gate extends Row {
  name: GateName;
}

/** Whether nothing of ingress-nginx is left but a namespace, which may hold something else. */
export function isGone({ installation, ingresses }: LiveIngressNginx): boolean {
  return ingresses.length === 0 && installation.every(({ kind }) => kind === "Namespace");
}

/** Whether a controller answers, or would once its pods run. */
export function hasController({ installation }: Pick<LiveIngressNginx, "installation">): boolean {
  return installation.some(({ kind }) => kind === "Deployment" || kind === "DaemonSet");
}

/**
 * Whether the removal has come so far that nothing of ingress-nginx has any effect: no controller answers, and no webhook
 * asks for one.
 */
export function isSpent({ cluster, nginx }: Pick<GateInput, "cluster" | "nginx">): boolean {
  const hasWebhook = nginx.installation.some(({ kind }) => kind === "ValidatingWebhookConfiguration");
  return cluster.record?.phase === "retired" && !hasWebhook && !hasController(nginx);
}

/** Ingresses that stay when ingress-nginx goes, whatever their class; those made for a challenge are no one's. */
export function stayingIngresses({ cluster, nginx }: Pick<GateInput, "cluster" | "nginx">): LiveIngress[] {
  const going = new Set(nginx.ingresses.map(objectId));
  return cluster.ingresses.filter((ingress) => !ingress.solver && !going.has(objectId(ingress)));
}

/** The Ingress of ingress-nginx that a Certificate belongs to, and goes with. */
export function goesWith(
  { ingresses }: Pick<LiveIngressNginx, "ingresses">,
  { namespace, owner }: Pick<LiveCertificate, "namespace" | "owner">,
): LiveIngress | undefined {
  return ingresses.find((each) => each.namespace === namespace && owner === `Ingress ${each.name}`);
}

/**
 * The command that takes the stack to a phase.
 *
 * @param flags Of `pulumi up`.
 */
export function bringTo({ stack: { name } }: Pick<GateInput, "stack">, phase: Phase, flags = ""): string {
  return `pulumi config set --stack ${name} phase ${phase} && pulumi up ${flags}--stack ${name}`;
}

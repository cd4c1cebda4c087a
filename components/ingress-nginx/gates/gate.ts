import type { Stack } from "../../../stack/stack.ts";
import { goTo } from "../../../stack-file/commands.ts";
import type { LiveCertificate, LiveIssuance } from "../../certificates/live.ts";
import type { LiveCluster, LiveIngress } from "../../cluster/live.ts";
import type { Phase } from "../../cluster/phase.ts";
import type { LiveIngressNginx } from "../live.ts";
import * as removal from "../removal-state.ts";

/** What a run has read before it registers anything; all that the gates know. */
export interface GateInput {
  stack: Stack;
  cluster: LiveCluster;
  nginx: LiveIngressNginx;
  issuance: LiveIssuance;
}

export function stayingIngresses({ cluster, nginx }: Pick<GateInput, "cluster" | "nginx">): LiveIngress[] {
  return removal.stayingIngresses(nginx, cluster);
}

/** The Ingress of ingress-nginx that a Certificate belongs to, and goes with. */
export function goesWith(
  { ingresses }: Pick<LiveIngressNginx, "ingresses">,
  { namespace, owner }: Pick<LiveCertificate, "namespace" | "owner">,
): LiveIngress | undefined {
  return ingresses.find((each) => each.namespace === namespace && owner === `Ingress ${each.name}`);
}

/** The command that takes the stack to a phase. */
export function bringTo({ stack: { name } }: Pick<GateInput, "stack">, phase: Phase): string {
  return goTo(name, phase);
}

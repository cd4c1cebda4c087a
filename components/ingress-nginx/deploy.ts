import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../cluster/kubeconfig.ts";
import type { LiveCluster } from "../cluster/live.ts";
import { objectLabel } from "../cluster/objects.ts";
import { adoption } from "./adoption.ts";
import { IngressNginx } from "./IngressNginx.ts";
import { keepUntilRetired } from "./keep.ts";
import type { LiveIngressNginx } from "./live.ts";

/** The parts of a run that the adoption of ingress-nginx needs. */
export interface IngressNginxRun {
  /** The fate of ingress-nginx in this phase. */
  fate: "kept" | "removed";
  live: { cluster: Pick<LiveCluster, "record">; ingressNginx: LiveIngressNginx };
}

/**
 * Registers the hook that refuses to delete adopted objects, in every run, because the state names it. Registers the
 * component if there is something to adopt. Without the component, Pulumi removes what it adopted before.
 *
 * @returns Labels of the adopted objects, for the phase record.
 */
export async function deployIngressNginx(
  { name, phase, cluster, ingressNginx }: IngressNginxStack,
  { fate, live }: IngressNginxRun,
  opts: pulumi.ComponentResourceOptions,
): Promise<string[]> {
  const found = ingressNginx === undefined ? undefined : live.ingressNginx;
  const { adopt, released, ...keeping } = adoption(fate, found, live.cluster);
  const beforeDelete = keepUntilRetired({ stack: name, phase, ...keeping }, cluster);
  if (adopt.length + released.length > 0)
    await new IngressNginx("ingress-nginx", { objects: adopt, released, beforeDelete }, opts).adopted;
  return adopt.map(objectLabel);
}

/** The parts of a stack that the adoption needs. */
interface IngressNginxStack {
  name: string;
  phase: string;
  cluster: ClusterAddress;
  ingressNginx?: object;
}

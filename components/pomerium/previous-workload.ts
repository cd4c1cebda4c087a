import type * as pulumi from "@pulumi/pulumi";
import { patchForce } from "../cluster/forced.ts";
import * as k8s from "../cluster/kubernetes.ts";
import { objectLabel } from "../cluster/objects.ts";
import { skipAwait } from "../cluster/wait-for.ts";
import type { LiveObjects } from "./live-objects.ts";
import * as names from "./names.ts";
import { isStateful } from "./storage.ts";

/**
 * Whether somebody else's Deployment is there. Once it is stopped and this program has written to it, it still exists,
 * and it stays stopped. A Deployment of a stack that changes its storage is this program's: it is deleted.
 */
export function hasPrevious({ existing, foreign, storage }: LiveObjects): boolean {
  const label = objectLabel(previous);
  const isOwn = !foreign.includes(label) && storage !== undefined && !isStateful({ [storage.store]: {} });
  return existing.includes(label) && !isOwn;
}

/** A Deployment of the same name as the workload, which a StatefulSet does not take over. */
const previous = { kind: "Deployment", namespace: names.namespace, name: names.workload };

/**
 * Stops a Deployment that somebody else made, and leaves it there without pods.
 *
 * The scheduler waits until its pods are gone before ours start (`onlyOpener` in overlay.ts). This wait could not:
 * a Deployment's status no longer counts a pod that has begun to stop. Pulumi's own wait would never end for a
 * Deployment that was never healthy.
 */
export function scaledToZero(name: string, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  return new k8s.DeploymentPatch(
    name,
    {
      metadata: {
        name: previous.name,
        namespace: previous.namespace,
        // Whoever made the Deployment owns the count.
        annotations: { ...skipAwait, [patchForce]: "true" },
      },
      spec: { replicas: 0 },
    },
    // If Pulumi gave the field back, the count would become 1 again.
    { ...opts, retainOnDelete: true },
  );
}

import * as k8s from "@pulumi/kubernetes";
import type { ClusterAddress } from "./api.ts";

/**
 * The provider that every Kubernetes resource of a stack is given. The default one, which follows
 * whatever context the shell happens to be in, is never used.
 */
export function clusterProvider(address: ClusterAddress & { uid: string }): k8s.Provider {
  return new k8s.Provider("cluster", {
    context: address.context,
    ...(address.kubeconfig ? { kubeconfig: address.kubeconfig } : {}),
    // Without it a renewed credential in the kubeconfig would look like another cluster and replace everything.
    clusterIdentifier: address.uid,
    enableServerSideApply: true,
    // What was made by hand is taken over, and somebody may have set the same fields with a tool of their own: what
    // the program says is what holds.
    enablePatchForce: true,
    // Otherwise a new password would replace its Secret, and whatever reads it would find none for a moment.
    enableSecretMutable: true,
    enableConfigMapMutable: true,
  });
}

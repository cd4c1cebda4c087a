import * as pulumi from "@pulumi/pulumi";
import { forceTakenOver } from "./force-taken-over.ts";
import type { ClusterAddress } from "./kubeconfig.ts";
import type { Provider } from "./kubernetes.ts";
import { clusterProvider } from "./provider.ts";

/** What the program must know of the live cluster before it registers anything. */
export interface ClusterRun {
  cluster: { uid: string };
  pomerium: { forced: readonly string[] };
  certificates: { forced: readonly string[] };
}

/**
 * Registers the provider of every Kubernetes resource, and lets the program change the objects that it takes over. Those
 * of a kustomization are not among them, because the provider registers these.
 *
 * @returns The options of every component.
 */
export function deployCluster(
  address: ClusterAddress,
  { cluster, pomerium, certificates }: ClusterRun,
): { provider: Provider } {
  pulumi.runtime.registerStackTransformation(forceTakenOver([...pomerium.forced, ...certificates.forced]));
  return { provider: clusterProvider({ ...address, uid: cluster.uid }) };
}

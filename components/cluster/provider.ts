import * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "./kubeconfig.ts";
import * as k8s from "./kubernetes.ts";

/**
 * No kubeconfig among the provider's inputs. For a plain `undefined`, the SDK takes the path in $KUBECONFIG, and the
 * state keeps it. On every other machine the provider would then look for the file of the last operator.
 */
const noKubeconfig = pulumi.output(undefined) as unknown as pulumi.Output<string>;

/**
 * The provider of every Kubernetes resource of a stack. The default provider, which follows the current context of the
 * shell, is never used.
 *
 * @param address With the UID of the cluster that the context leads to.
 */
export function clusterProvider({
  context,
  kubeconfig,
  uid,
}: ClusterAddress & { uid: string }): k8s.Provider {
  const args: k8s.ProviderArgs = {
    context,
    // Without an input, the provider reads $KUBECONFIG or ~/.kube/config where it runs.
    kubeconfig: kubeconfig ?? noKubeconfig,
    // Without it, a renewed credential in the kubeconfig would look like another cluster and replace everything.
    clusterIdentifier: uid,
    enableServerSideApply: true,
    // Otherwise a new password would replace its Secret, and for a moment the Secret would not exist.
    enableSecretMutable: true,
    enableConfigMapMutable: true,
  };
  // Another cluster is another provider, and would replace every object. With a rebuilt cluster and the old state that
  // ends half-way, so Pulumi refuses to replace this one before it does anything.
  return new k8s.Provider("cluster", args, { protect: true });
}

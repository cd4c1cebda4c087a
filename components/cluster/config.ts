export interface Cluster {
  /** Context of the kubeconfig. */
  context: string;
  /** Path of the kubeconfig file; KUBECONFIG or ~/.kube/config when absent. */
  kubeconfig?: string;
  /** UID of namespace kube-system, which tells clusters apart; absent means that it has yet to be asked for. */
  uid?: string;
  /** `direct`: a router or a public address leads to Pomerium; `tunnelOnly`: nothing but a tunnel does. */
  exposure: "direct" | "tunnelOnly";
}

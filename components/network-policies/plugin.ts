/** A network plugin, as far as it matters whether NetworkPolicies have an effect. */
export interface NetworkPlugin {
  /** Name for the reader; undefined if none is recognised. */
  name?: string;
  /** `depends`: on its settings or its release, which cannot be read. */
  enforces: "yes" | "no" | "depends" | "unknown";
}

type Known = [name: string, daemonSet: RegExp, enforces: "yes" | "no" | "depends"];

/** The DaemonSets of network plugins. The first that is found decides, so those that enforce policies come first. */
const known: readonly Known[] = [
  ["Cilium", /^cilium$/, "yes"],
  ["Calico", /^calico-node$/, "yes"],
  ["Canal", /^(rke2-)?canal$/, "yes"],
  ["Antrea", /^antrea-agent$/, "yes"],
  ["kube-router", /^kube-router$/, "yes"],
  ["Weave Net", /^weave-net$/, "yes"],
  ["Azure NPM", /^azure-npm$/, "yes"],
  ["GKE Dataplane V2", /^anetd$/, "yes"],
  ["OVN-Kubernetes", /^ovnkube-node$/, "yes"],
  ["Kube-OVN", /^kube-ovn-cni$/, "yes"],
  ["kube-network-policies", /^kube-network-policies$/, "yes"],
  // It enforces policies since kind 0.24, and Amazon's only where that is switched on.
  ["kindnet", /^kindnet$/, "depends"],
  ["Amazon VPC CNI", /^aws-node$/, "depends"],
  ["flannel", /^kube-flannel(-ds.*)?$/, "no"],
];

/**
 * Recognises the network plugin by its DaemonSet. k3s has none: its own process enforces policies, unless it was started
 * with `--disable-network-policy`.
 *
 * @param kubelets Versions of the nodes' kubelets: `v1.33.4+k3s1`.
 */
export function recognise(daemonSets: readonly string[], kubelets: readonly string[]): NetworkPlugin {
  const found = known.find(([, daemonSet]) => daemonSets.some((name) => daemonSet.test(name)));
  if (found !== undefined && found[2] !== "no") return { name: found[0], enforces: found[2] };
  if (kubelets.some((version) => version.includes("+k3s")))
    return { name: "k3s's own controller", enforces: "yes" };
  return found === undefined ? { enforces: "unknown" } : { name: found[0], enforces: found[2] };
}

/** What a preview says about the plugin; undefined if it enforces policies. */
export function pluginWarning({ name, enforces }: NetworkPlugin): string | undefined {
  switch (enforces) {
    case "yes":
      return undefined;
    case "no":
      return `${name} does not enforce NetworkPolicies: everybody in the cluster still reaches the isolated apps. Run a plugin that does, or kube-network-policies beside it`;
    case "depends":
      return `${name} enforces NetworkPolicies only in some releases and settings, which cannot be read here; try it from another pod`;
    case "unknown":
      return "no network plugin is recognised, so it is not known whether NetworkPolicies have an effect; try it from another pod";
  }
}

/** A NetworkPolicy as the API server has it. */
export interface NetworkPolicy {
  metadata: { namespace: string; name: string };
  spec?: {
    podSelector?: LabelSelector;
    policyTypes?: string[];
    ingress?: IngressRule[];
    egress?: { to?: Peer[]; ports?: IngressRule["ports"] }[];
  };
}

export interface LabelSelector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

interface IngressRule {
  from?: Peer[];
  ports?: { protocol?: string; port?: number | string; endPort?: number }[];
}

interface Peer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: { cidr: string; except?: string[] };
}

export type Labels = Readonly<Record<string, string>>;

/** The pods that call. */
export interface Caller {
  namespace: string;
  namespaceLabels: Labels;
  labels: Labels;
  /** Addresses of each running pod. Empty while none runs. */
  pods: readonly (readonly string[])[];
}

/** The pod that is called. */
export interface Target {
  namespace: string;
  labels: Labels;
  /** Port of the pod; undefined when it is not known. */
  port: number | undefined;
  /** Names of the port. */
  portNames: readonly string[];
  protocol: "TCP" | "UDP";
}

/** Whether policies admit a caller. `unknown`: the known facts about the pods do not decide it. */
export type Admission = "yes" | "no" | "unknown";

import type { LiveNetwork } from "../../../../components/network-policies/live.ts";

/** A cluster without NetworkPolicies. */
export const openNetwork: LiveNetwork = {
  policies: [],
  pods: [],
  caller: {
    namespace: "pomerium",
    namespaceLabels: { "kubernetes.io/metadata.name": "pomerium", "app.kubernetes.io/name": "pomerium" },
    labels: { "app.kubernetes.io/name": "pomerium", "app.kubernetes.io/component": "proxy" },
    pods: [],
  },
  unjudged: [],
};

/**
 * What upstream's `config/default` renders, as far as the overlay depends on it: identities of the objects, and the
 * rights of the controller's ClusterRole. Written down by hand from
 * https://github.com/pomerium/ingress-controller/tree/<tag>/config/default
 */

const objects = [
  "ClusterRole pomerium-controller",
  "ClusterRole pomerium-gen-secrets",
  "ClusterRoleBinding pomerium-controller",
  "ClusterRoleBinding pomerium-gen-secrets",
  "CustomResourceDefinition policyfilters.gateway.pomerium.io",
  "CustomResourceDefinition pomerium.ingress.pomerium.io",
  "Deployment pomerium",
  "IngressClass pomerium",
  "Job pomerium-gen-secrets",
  "Namespace pomerium",
  "Service pomerium-metrics",
  "Service pomerium-proxy",
  "ServiceAccount pomerium-controller",
  "ServiceAccount pomerium-gen-secrets",
];

const rights: Record<string, string> = {
  endpoints: "get list watch",
  "endpoints/status": "get",
  events: "create patch",
  "ingressclasses.networking.k8s.io": "get list watch",
  "ingresses.networking.k8s.io": "get list watch",
  "ingresses/status.networking.k8s.io": "get patch update",
  "pomerium.ingress.pomerium.io": "get list watch",
  "pomerium/status.ingress.pomerium.io": "get patch update",
  secrets: "get list watch",
  "secrets/status": "get",
  services: "get list watch",
  "services/status": "get",
};

/** Tag → its objects, and resource → verbs that the controller may use. */
export const upstream: Record<string, { objects: string[]; rights: Record<string, string> }> = {
  "v0.31.3": { objects, rights },
  "v0.32.9": { objects, rights },
  "v0.33.1": {
    objects: [...objects, "Role pomerium-controller", "RoleBinding pomerium-controller"],
    rights: {
      ...rights,
      "certificates.cert-manager.io": "create delete get list patch update watch",
      "ingressclasses.networking.k8s.io": "get list patch watch",
      "ingresses.networking.k8s.io": "get list patch watch",
      secrets: "delete get list patch watch",
    },
  },
};

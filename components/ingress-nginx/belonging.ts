import type { ObjectRef } from "../cluster/objects.ts";

/** How an installation of ingress-nginx is told from everything else. */
export interface Installation {
  namespace: string;
  /** Value of the label `app.kubernetes.io/instance`: the Helm release's name, `ingress-nginx` in the manifests. */
  instance: string;
  /** Leases of its leader election, beside the one that it takes by default. */
  leases?: readonly string[];
  /** Secrets that it reads, beside the one that its admission Job makes. */
  secrets?: readonly string[];
}

export interface Metadata {
  namespace?: string;
  name: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { controller?: boolean }[];
}

/**
 * - `own`: part of the installation, or left behind by it at run time;
 * - `generated`: there because of something else, and gone with that;
 * - `stranger`: anything else.
 */
export type Belonging = "own" | "generated" | "stranger";

/** What an object has to do with an installation of ingress-nginx, told by the marks that its manifests leave. */
export function belonging(
  { namespace, instance, leases = [], secrets = [] }: Installation,
  { kind, name, namespace: place }: ObjectRef,
  { labels = {}, annotations = {}, ownerReferences = [] }: Metadata,
): Belonging {
  if (ownerReferences.some(({ controller }) => controller)) return "generated";
  // The token of a ServiceAccount, from before Kubernetes 1.24.
  if (kind === "Secret" && "kubernetes.io/service-account.name" in annotations) return "generated";
  const ofInstance = labels["app.kubernetes.io/instance"] === instance;
  if (ofInstance && labels["app.kubernetes.io/name"] === "ingress-nginx") return "own";
  // A chart with another name for itself; the hooks of such a one carry labels only.
  if (ofInstance && labels["helm.sh/chart"]?.startsWith("ingress-nginx-")) return "own";
  if (
    annotations["meta.helm.sh/release-name"] === instance &&
    annotations["meta.helm.sh/release-namespace"] === namespace
  )
    return "own";
  if (place !== namespace) return "stranger";

  // The chart calls its objects after the release, and puts its own name behind one that does not hold it.
  const fullname = instance.includes("ingress-nginx") ? instance : `${instance}-ingress-nginx`;
  switch (kind) {
    case "Secret":
      if (labels.owner === "helm" && labels.name === instance) return "own";
      return name === `${fullname}-admission` || secrets.includes(name) ? "own" : "stranger";
    case "Lease":
      return name === `${fullname}-leader` || leases.includes(name) ? "own" : "stranger";
    case "ConfigMap":
      return name === "kube-root-ca.crt" ? "generated" : "stranger";
    case "ServiceAccount":
      return name === "default" ? "generated" : "stranger";
    default:
      return "stranger";
  }
}

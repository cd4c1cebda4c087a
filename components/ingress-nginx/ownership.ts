import { type ObjectRef, objectLabel } from "../cluster/objects.ts";

/** How an installation of ingress-nginx is told from everything else. */
export interface Installation {
  namespace: string;
  /** Value of the label `app.kubernetes.io/instance`: the Helm release's name, `ingress-nginx` in the manifests. */
  instance: string;
  /** What of it this program has adopted before, as `objectLabel` has it. */
  adopted: readonly string[];
}

/** What its controller reads or holds in the namespace, by the controller's own word. */
export interface Known {
  leases: readonly string[];
  secrets: readonly string[];
  /** `namespace/name`. */
  configMaps: readonly string[];
}

export interface Metadata {
  namespace?: string;
  name: string;
  uid?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { uid?: string; controller?: boolean }[];
}

/**
 * - `own`: part of the installation, or left behind by it at run time;
 * - `generated`: there because of something of the installation or of the namespace itself, and gone with that;
 * - `stranger`: anything else.
 */
export type Belonging = "own" | "generated" | "stranger";

/** An object that has been read. */
export interface Found {
  ref: ObjectRef;
  metadata: Metadata;
}

/** What each object has to do with an installation of ingress-nginx, told by the marks that its manifests leave. */
export function classify(
  installation: Installation,
  known: Known,
  found: readonly Found[],
): Map<Found, Belonging> {
  const byUid = new Map(
    found.flatMap((each) => (each.metadata.uid ? [[each.metadata.uid, each] as const] : [])),
  );
  const classified = new Map<Found, Belonging>();
  const belongs = (each: Found): Belonging => {
    const before = classified.get(each);
    if (before !== undefined) return before;
    // Until it is known, and for good where two own each other.
    classified.set(each, "stranger");
    const is = owned(each);
    classified.set(each, is);
    return is;
  };
  const owned = (each: Found): Belonging => {
    const controller = each.metadata.ownerReferences?.find((reference) => reference.controller);
    if (controller === undefined) return belonging(installation, known, each);
    // What something unknown controls is that one's business.
    const owner = byUid.get(controller.uid ?? "");
    return owner === undefined || belongs(owner) === "stranger" ? "stranger" : "generated";
  };
  for (const each of found) belongs(each);
  return classified;
}

function belonging(
  { namespace, instance, adopted }: Installation,
  known: Known,
  { ref, metadata }: Found,
): Belonging {
  const { kind, name, namespace: place } = ref;
  const { labels = {}, annotations = {} } = metadata;
  if (isReleasedElsewhere(annotations, namespace)) return "stranger";
  if (isLabelled(labels, instance) || adopted.includes(objectLabel(ref))) return "own";
  if (place !== namespace) return "stranger";

  // The chart calls its objects after the release, and puts its own name behind one that does not hold it.
  const fullname = instance.includes("ingress-nginx") ? instance : `${instance}-ingress-nginx`;
  switch (kind) {
    case "Secret":
      // The token of a ServiceAccount, from before Kubernetes 1.24.
      if ("kubernetes.io/service-account.name" in annotations) return "generated";
      if (labels.owner === "helm" && labels.name === instance) return "own";
      return name === `${fullname}-admission` || known.secrets.includes(name) ? "own" : "stranger";
    case "Lease":
      return name === `${fullname}-leader` || known.leases.includes(name) ? "own" : "stranger";
    case "ConfigMap":
      if (name === "kube-root-ca.crt") return "generated";
      return known.configMaps.includes(`${namespace}/${name}`) ? "own" : "stranger";
    case "ServiceAccount":
      return name === "default" ? "generated" : "stranger";
    default:
      return "stranger";
  }
}

/** By the manifests' and the chart's own labels; a parent chart's other parts have the same instance. */
function isLabelled(labels: Readonly<Record<string, string>>, instance: string): boolean {
  if (labels["app.kubernetes.io/instance"] !== instance) return false;
  return (
    labels["app.kubernetes.io/name"] === "ingress-nginx" ||
    // A chart with another name for itself.
    (labels["helm.sh/chart"]?.startsWith("ingress-nginx-") ?? false)
  );
}

/** Whether an IngressClass is the installation's, as far as its marks say: one made by hand has none. */
export function isOwnClass(
  { namespace, instance }: Installation,
  { labels = {}, annotations = {} }: Metadata,
): boolean {
  const of = labels["app.kubernetes.io/instance"];
  return (of === undefined || of === instance) && !isReleasedElsewhere(annotations, namespace);
}

/** Another release of the same name, in another namespace, has the same labels. */
function isReleasedElsewhere(annotations: Readonly<Record<string, string>>, namespace: string): boolean {
  const releasedIn = annotations["meta.helm.sh/release-namespace"];
  return releasedIn !== undefined && releasedIn !== namespace;
}

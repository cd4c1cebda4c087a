import { isLabelledIngressNginx } from "../../policies/guardrails/ingress-nginx-marks.ts";
import { type ObjectMetadata, type ObjectRef, objectLabel } from "../cluster/objects.ts";

/** The marks by which an installation of ingress-nginx is recognised. */
export interface Installation {
  /** Namespace of its objects. */
  namespace: string;
  /**
   * Value of the label `app.kubernetes.io/instance`: name of the Helm release or of the Argo CD Application, and
   * `ingress-nginx` in the static manifests.
   */
  instance: string;
  /** Namespace of the Helm release. The chart's `namespaceOverride` puts the objects into another one. */
  releaseNamespace: string;
  /** Objects of it that this program has adopted, in the format of `objectLabel`. */
  adopted: readonly string[];
}

/** Names that the arguments of the controller show. */
export interface NamedByController {
  /** What the chart calls its objects after, `<fullname>-controller` and so on. */
  fullnames: readonly string[];
  /** Leases or ConfigMaps of the leader election. */
  leases: readonly string[];
  secrets: readonly string[];
  /** As `namespace/name`. */
  configMaps: readonly string[];
}

/**
 * - `own`: part of the installation, or left by it at run time;
 * - `generated`: made because of the installation or of the namespace, and deleted with it;
 * - `stranger`: anything else.
 */
export type Belonging = "own" | "generated" | "stranger";

/** An object that has been read. */
export interface Found {
  ref: ObjectRef;
  metadata: ObjectMetadata;
}

/** The relation of each object to an installation, according to the marks that its manifests leave. */
export function classify(
  installation: Installation,
  named: NamedByController,
  found: readonly Found[],
): Map<Found, Belonging> {
  const byUid = new Map(
    found.flatMap((each) => (each.metadata.uid ? [[each.metadata.uid, each] as const] : [])),
  );
  const byLabel = new Map(found.map((each) => [objectLabel(each.ref), each]));
  const classified = new Map<Found, Belonging>();
  const belongs = (each: Found | undefined): Belonging => {
    if (each === undefined) return "stranger";
    const before = classified.get(each);
    if (before !== undefined) return before;
    // Objects that own each other in a circle stay strangers.
    classified.set(each, "stranger");
    const belonging = byOwners(each) ?? byCertificate(each) ?? byMarks(installation, named, each);
    classified.set(each, belonging);
    return belonging;
  };
  /** An object with a controller goes with that. Without one, Kubernetes deletes it after its last owner. */
  const byOwners = ({ metadata }: Found): Belonging | undefined => {
    const references = metadata.ownerReferences ?? [];
    const controller = references.find((reference) => reference.controller);
    const owners = (controller === undefined ? references : [controller]).map(({ uid = "" }) =>
      byUid.get(uid),
    );
    if (owners.length === 0) return undefined;
    if (owners.every((owner) => belongs(owner) !== "stranger")) return "generated";
    // Another controller owns it: leave it alone.
    return controller === undefined ? undefined : "stranger";
  };
  /** cert-manager leaves the Secret of a Certificate behind, without any other mark. */
  const byCertificate = ({ ref, metadata }: Found): Belonging | undefined => {
    const name = metadata.annotations?.["cert-manager.io/certificate-name"];
    if (ref.kind !== "Secret" || name === undefined) return undefined;
    const label = objectLabel({ kind: "Certificate", name, namespace: ref.namespace ?? "" });
    return belongs(byLabel.get(label)) === "own" ? "own" : undefined;
  };
  for (const each of found) belongs(each);
  return classified;
}

/** The chart calls its objects after the release, and appends its own name if the release's name lacks it. */
function defaultFullname(instance: string): string {
  return instance.includes("ingress-nginx") ? instance : `${instance}-ingress-nginx`;
}

/** Annotation of the lock that controllers before v1.3 hold. */
const lockAnnotation = "control-plane.alpha.kubernetes.io/leader";

function byMarks(installation: Installation, named: NamedByController, { ref, metadata }: Found): Belonging {
  const { namespace, instance, adopted } = installation;
  const { kind, name, namespace: place } = ref;
  const { labels = {}, annotations = {} } = metadata;
  if (isReleasedElsewhere(installation, annotations)) return "stranger";
  if (isLabelled(labels, instance) || adopted.includes(objectLabel(ref))) return "own";
  const fullnames = [defaultFullname(instance), ...named.fullnames];
  if (isUnlabelledPart(installation, metadata, fullnames)) return "own";
  if (kind === "Secret" && place === installation.releaseNamespace && isHelmRecord(labels, instance))
    return "own";
  if (place !== namespace) return "stranger";

  switch (kind) {
    case "Secret":
      // The token of a ServiceAccount, from before Kubernetes 1.24.
      if ("kubernetes.io/service-account.name" in annotations) return "generated";
      return fullnames.some((fullname) => name === `${fullname}-admission`) || named.secrets.includes(name)
        ? "own"
        : "stranger";
    case "Lease":
      return fullnames.some((fullname) => name === `${fullname}-leader`) || named.leases.includes(name)
        ? "own"
        : "stranger";
    case "ConfigMap":
      if (name === "kube-root-ca.crt") return "generated";
      return named.configMaps.includes(`${namespace}/${name}`) || isLock(name, annotations, named)
        ? "own"
        : "stranger";
    case "ServiceAccount":
      return name === "default" ? "generated" : "stranger";
    default:
      return "stranger";
  }
}

/** By the labels of the manifests or of the chart. Other parts of a parent chart have the same instance. */
function isLabelled(labels: Readonly<Record<string, string>>, instance: string): boolean {
  return labels["app.kubernetes.io/instance"] === instance && isLabelledIngressNginx(labels);
}

/** Parts that the chart does not label: Issuers and Certificates of its webhook, and an old NetworkPolicy. */
function isUnlabelledPart(
  { instance, releaseNamespace }: Installation,
  { name, labels = {}, annotations = {} }: ObjectMetadata,
  fullnames: readonly string[],
): boolean {
  return (
    annotations["meta.helm.sh/release-name"] === instance &&
    annotations["meta.helm.sh/release-namespace"] === releaseNamespace &&
    labels["app.kubernetes.io/name"] === undefined &&
    labels["helm.sh/chart"] === undefined &&
    fullnames.some((fullname) => name === fullname || name.startsWith(`${fullname}-`))
  );
}

/** Helm's record of a release. */
function isHelmRecord(labels: Readonly<Record<string, string>>, instance: string): boolean {
  return labels.owner === "helm" && labels.name === instance;
}

/** A lock is named after the election, and in old controllers after the class as well. */
function isLock(
  name: string,
  annotations: Readonly<Record<string, string>>,
  { leases }: Pick<NamedByController, "leases">,
): boolean {
  return (
    lockAnnotation in annotations &&
    ["ingress-controller-leader", ...leases].some((lock) => name === lock || name.startsWith(`${lock}-`))
  );
}

/** Whether an IngressClass belongs to the installation. One that was made by hand has no marks. */
export function isOwnClass(
  installation: Installation,
  { labels = {}, annotations = {} }: ObjectMetadata,
): boolean {
  const instance = labels["app.kubernetes.io/instance"];
  return (
    (instance === undefined || instance === installation.instance) &&
    !isReleasedElsewhere(installation, annotations)
  );
}

/** Another release of the same name, in another namespace, has the same labels. */
function isReleasedElsewhere(
  { releaseNamespace }: Installation,
  annotations: Readonly<Record<string, string>>,
): boolean {
  const releasedIn = annotations["meta.helm.sh/release-namespace"];
  return releasedIn !== undefined && releasedIn !== releaseNamespace;
}

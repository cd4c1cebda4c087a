import { z } from "zod";
import { isMap } from "../../stack-file/paths.ts";
import { type LiveIngress, liveIngress, solverLabel } from "../access/matrix/ingress-object.ts";
import { annotationPrefix } from "../annotations/annotations.ts";

export type Tree = Readonly<Record<string, unknown>>;

/** A resource of a Pulumi program, as its provider gets it. */
export interface Resource {
  /** `kubernetes:networking.k8s.io/v1:Ingress`. */
  type: string;
  urn: string;
  /** What the program asks for. A value that is not known before the run is `notYetKnown`. */
  props: Tree;
  /** URN of the provider, which stands for a cluster. Only a preview shows it. */
  provider?: string;
  /** Whether Pulumi refuses to delete and to replace it. */
  isProtected?: boolean;
}

/** How Pulumi writes a value that is known only after the run. */
export const notYetKnown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value of a preview is not shown: it is known only after the run, or it is a secret. */
export const isHidden = (value: unknown): boolean => value === notYetKnown || value === "[secret]";

/** Whether a value, or any value in it, is not shown. */
function hidesSomething(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isHidden(value);
  return Object.values(value).some(hidesSomething);
}

/** `Ingress komga/komga-ingress` for an object of Kubernetes, type and logical name for others. */
export function labelOf({
  type,
  urn,
  props,
}: {
  type: string;
  urn: string;
  props?: Tree | undefined;
}): string {
  const kind = kindOf({ type });
  const { name, namespace } = metadataOf(props ?? {});
  // The logical name may contain `::`.
  const logical = urn.split("::").slice(3).join("::");
  if (!type.startsWith("kubernetes:") || typeof name !== "string") return `${kind} ${logical}`;
  return typeof namespace === "string" ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

/** Last part of the type: `Ingress`. */
export const kindOf = ({ type }: Pick<Resource, "type">): string => type.split(":").at(-1) ?? type;

export const isKubernetes = ({ type }: Pick<Resource, "type">): boolean => type.startsWith("kubernetes:");

export const isIngress = ({ type }: Pick<Resource, "type">): boolean =>
  /^kubernetes:(?:networking\.k8s\.io|extensions)\/[^:]+:Ingress$/.test(type);

/** A map below an object, or an empty one. */
export function mapAt(object: unknown, ...path: readonly string[]): Tree {
  const found = path.reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), object);
  return isMap(found) ? found : {};
}

export const metadataOf = (props: Tree): { name?: unknown; namespace?: unknown } => mapAt(props, "metadata");

/** The texts in a map. Others are left out. */
export function textsIn(map: Tree): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/**
 * Class of an Ingress. Both ingress-nginx and Pomerium read the field first. `notYetKnown` if what contains the class is
 * not shown.
 */
export function classOf({ spec, metadata }: Tree): unknown {
  if (isHidden(spec)) return notYetKnown;
  const own = mapAt(spec).ingressClassName;
  if (own !== undefined && own !== null) return own;
  const { annotations } = mapAt(metadata);
  if (isHidden(metadata) || isHidden(annotations)) return notYetKnown;
  return mapAt(annotations)["kubernetes.io/ingress.class"];
}

/** Whether an annotation is meant for Pomerium. */
export const hasPomeriumAnnotations = ({ props }: Pick<Resource, "props">): boolean =>
  Object.keys(mapAt(props, "metadata", "annotations")).some((key) => key.startsWith(annotationPrefix));

/** Names of the IngressClasses among the resources that Pomerium's controller serves. */
export function classesOfPomerium(resources: readonly Resource[]): string[] {
  return resources.flatMap((resource) => {
    const { name } = metadataOf(resource.props);
    const isPomeriums =
      isKubernetes(resource) &&
      kindOf(resource) === "IngressClass" &&
      mapAt(resource.props, "spec").controller === "pomerium.io/ingress-controller";
    return isPomeriums && typeof name === "string" ? [name] : [];
  });
}

/**
 * An Ingress of Pomerium; undefined for other resources. A class that is not known yet counts as Pomerium's. So does an
 * Ingress without a class whose annotations are meant for Pomerium: its class can be the default one. The result has no
 * rules while they are not known (`hiddenPart`).
 */
export function pomeriumIngress(resource: Resource, classes: readonly string[]): LiveIngress | undefined {
  if (!isIngress(resource)) return undefined;
  const own = classOf(resource.props) ?? undefined;
  const isPomeriums =
    own === undefined
      ? hasPomeriumAnnotations(resource)
      : isHidden(own) || (typeof own === "string" && classes.includes(own));
  return isPomeriums ? (readIngress(resource) ?? readIngress(resource, {})) : undefined;
}

/** @returns undefined if the rules are not known, or are not rules. */
function readIngress(
  { urn, props }: Pick<Resource, "urn" | "props">,
  spec: unknown = props.spec,
): LiveIngress | undefined {
  const { name, namespace } = metadataOf(props);
  const { rules, tls, defaultBackend } = mapAt(spec);
  // The hosts of `tls` count only where a default backend has no other host.
  if (hidesSomething([rules, defaultBackend === undefined ? [] : tls])) return undefined;
  if (!ingressSpec.safeParse(spec ?? {}).success) return undefined;
  return liveIngress({
    metadata: {
      name: typeof name === "string" ? name : (urn.split("::").at(-1) ?? ""),
      // Without a namespace, that of the provider counts.
      namespace: typeof namespace === "string" ? namespace : "",
      annotations: textsIn(mapAt(props, "metadata", "annotations")),
      labels: textsIn(mapAt(props, "metadata", "labels")),
    },
    spec: (spec ?? {}) as Parameters<typeof liveIngress>[0]["spec"],
  });
}

/** The part of an Ingress that is read. */
const ingressSpec = z.object({
  rules: z
    .array(
      z.object({
        host: z.string().nullish(),
        http: z
          .object({
            paths: z
              .array(z.object({ path: z.string().nullish(), pathType: z.string().nullish() }))
              .nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
  tls: z.array(z.object({ hosts: z.array(z.string()).optional() })).nullish(),
  defaultBackend: z.object({}).nullish(),
});

/**
 * The part of an Ingress that is not known yet. It is an annotation with the prefix, the label of a challenge, or its
 * hosts and paths.
 */
export function hiddenPart(resource: Resource, prefix: string): string | undefined {
  const { metadata } = resource.props;
  const { annotations } = mapAt(metadata);
  if (isHidden(metadata) || isHidden(annotations)) return "metadata.annotations";
  const annotation = Object.entries(mapAt(annotations)).find(
    ([key, value]) => key.startsWith(prefix) && isHidden(value),
  );
  if (annotation) return annotation[0];
  const { labels } = mapAt(metadata);
  if (isHidden(labels)) return "metadata.labels";
  if (isHidden(mapAt(labels)[solverLabel])) return solverLabel;
  return readIngress(resource) === undefined ? "spec.rules" : undefined;
}

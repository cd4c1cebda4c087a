import * as pulumi from "@pulumi/pulumi";
import { isForeign } from "./foreign.ts";
import type { ManagedFields } from "./live.ts";

/** Annotation that makes Pulumi's provider overwrite fields that other managers own. */
export const patchForce = "pulumi.com/patchForce";

/** The metadata that decides whether an object's fields are forced. */
interface Metadata {
  annotations?: Record<string, string>;
  managedFields?: ManagedFields[];
}

/**
 * Whether the program may overwrite fields that others own. It may if it takes the object over now, or if the
 * annotation shows that it has done so before. It may not for an object that a Pulumi program has made.
 */
export function isForced(metadata: Metadata): boolean {
  return metadata.annotations?.[patchForce] === "true" || isForeign(metadata);
}

/**
 * The provider's own wait for a changed Ingress can end too early: it may read the object as it was before the change,
 * which has an address already. The state then holds the old object, and the next preview shows the change again. This
 * wait ends only with an object that has the annotation of the take-over, and an address.
 */
const ingressIsTakenOver = JSON.stringify([
  `jsonpath={.metadata.annotations["${patchForce}"]}`,
  "jsonpath={.status.loadBalancer.ingress[0]}",
]);

/**
 * A transform of all resources: objects that are taken over and changed get the annotation. On all other objects, a
 * field that somebody else now owns stops the run.
 *
 * @param forced Labels (`objectLabel`) of the existing objects for which `isForced` is true.
 */
export function forceTakenOver(forced: readonly string[]): pulumi.ResourceTransform {
  const labels = new Set(forced);
  return ({ type, props, opts }) => {
    const { import: id, ignoreChanges = [] } = opts as pulumi.CustomResourceOptions;
    const isLeftAlone = ignoreChanges.includes("*");
    if (!type.startsWith("kubernetes:") || isLeftAlone || !labels.has(`${type.split(":").at(-1)} ${id}`))
      return undefined;
    const added = {
      [patchForce]: "true",
      ...(type.endsWith(":Ingress") ? { "pulumi.com/waitFor": ingressIsTakenOver } : {}),
    };
    const annotated = (metadata: Changeable = {}): object => ({
      ...metadata,
      annotations: changed(metadata.annotations, (others = {}) => ({ ...others, ...added })),
    });
    return { props: { ...props, metadata: changed(props.metadata, annotated) }, opts };
  };
}

/** Metadata among the inputs of a resource. */
type Changeable = { annotations?: pulumi.Input<object> };

/** A value after a change, at once where it is known. */
function changed<T>(value: pulumi.Input<T>, change: (value: T) => object): pulumi.Input<object> {
  return pulumi.Output.isInstance(value)
    ? (value as pulumi.Output<T>).apply((known) => change(known))
    : change(value as T);
}

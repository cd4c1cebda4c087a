import * as pulumi from "@pulumi/pulumi";
import { patchForce } from "./forced.ts";
import { waitFor } from "./wait-for.ts";

/** The provider's own wait for a changed Ingress may end with the Ingress as it was before the change. */
const ingressIsTakenOver = waitFor("jsonpath={.status.loadBalancer.ingress[0]}");

/**
 * A transform of resources: objects that are taken over and changed get the annotation. On all other objects, a
 * field that somebody else now owns stops the run.
 *
 * @param forced Labels (`objectLabel`) of the existing objects for which `isForced` is true.
 */
export function forceTakenOver(
  forced: readonly string[],
): (resource: Transformed) => pulumi.ResourceTransformResult | undefined {
  const labels = new Set(forced);
  return ({ type, props, opts }) => {
    const { import: id, ignoreChanges = [] } = opts as pulumi.CustomResourceOptions;
    const isLeftAlone = ignoreChanges.includes("*");
    if (!type.startsWith("kubernetes:") || isLeftAlone || !labels.has(`${type.split(":").at(-1)} ${id}`))
      return undefined;
    const added = {
      [patchForce]: "true",
      ...(type.endsWith(":Ingress") ? ingressIsTakenOver : {}),
    };
    const annotated = (metadata: Changeable = {}): object => ({
      ...metadata,
      annotations: changed(metadata.annotations, (others = {}) => ({ ...others, ...added })),
    });
    return { props: { ...props, metadata: changed(props.metadata, annotated) }, opts };
  };
}

/** The parts of a resource that both kinds of transforms receive: those in the program, and those that Pulumi calls. */
type Transformed = Pick<pulumi.ResourceTransformArgs, "type" | "props" | "opts">;

/** Metadata among the inputs of a resource. */
type Changeable = { annotations?: pulumi.Input<object> };

/** A value after a change, at once where it is known. */
function changed<T>(value: pulumi.Input<T>, change: (value: T) => object): pulumi.Input<object> {
  return pulumi.Output.isInstance(value)
    ? (value as pulumi.Output<T>).apply((known) => change(known))
    : change(value as T);
}

import * as pulumi from "@pulumi/pulumi";

/**
 * The name of a resource in the state of an earlier release, which had a component around it. Without this alias, an
 * upgrade deletes the object after it has imported it under its new name.
 *
 * @param type Type of the component.
 * @param name Name of the component.
 * @param parent Parent of the component, and now of the resource.
 */
export function formerlyIn(type: string, name: string, parent: pulumi.Resource | undefined): pulumi.Alias {
  return { parent: pulumi.createUrn(name, type, parent) };
}

import * as pulumi from "@pulumi/pulumi";

/**
 * A value that is known at once, also in a preview, but resolves only when something else is ready. A resource that
 * uses the value is created after that.
 *
 * @param ready A resource, several resources, or an output of a component that itself waits for the component's parts.
 */
export function onceReady<T>(
  ready: pulumi.Resource | readonly pulumi.Resource[] | pulumi.Output<unknown>,
  value: T,
): pulumi.Output<T> {
  const waits: pulumi.Output<unknown>[] = pulumi.Output.isInstance(ready)
    ? [ready]
    : [ready].flat().map((resource: pulumi.Resource) => resource.urn);
  return pulumi.all(waits).apply(() => value) as pulumi.Output<T>;
}

/**
 * The annotation that makes the provider go on as soon as an object is written.
 *
 * For a Service, the provider waits ten seconds after its endpoints have changed for the last time.
 */
export const skipAwait = { "pulumi.com/skipAwait": "true" } as const;

/** Annotation with the conditions for which Pulumi's provider waits after it has written an object. */
export const waitForKey = "pulumi.com/waitFor";

/**
 * The annotation that makes the provider wait until an object fulfils all conditions. Without it, the provider does not
 * wait for a custom resource.
 *
 * The provider may first see an existing object as it was before the write. If that object fulfils the conditions, the
 * state holds the old object. The next preview then shows a change that was already made. The provider skips objects of
 * an earlier generation, but a change of annotations does not raise the generation. So one condition is added: the
 * object has this annotation.
 *
 * @param conditions Each is `condition=<type>` or `jsonpath={<path>}`, with `=<value>` for a certain value.
 * @see https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/
 */
export function waitFor(...conditions: readonly string[]): { [waitForKey]: string } {
  const isWritten = `jsonpath={.metadata.annotations["${waitForKey}"]}`;
  return { [waitForKey]: JSON.stringify([isWritten, ...conditions]) };
}

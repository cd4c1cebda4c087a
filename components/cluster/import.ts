import { type ObjectOfKind, objectId, objectLabel } from "./objects.ts";

/**
 * The option that takes over an object of the cluster. Pulumi imports it and changes it in the same run if it differs
 * from the program. For an object in the stack's state, the option does nothing, so it does not matter who made the
 * object.
 *
 * @param existing Labels of what the cluster has.
 */
export function importOf(existing: readonly string[] | undefined, object: ObjectOfKind): { import?: string } {
  return importAs(existing?.includes(objectLabel(object)) ? objectId(object) : undefined);
}

/** The same for an object with a known id, `namespace/name`. Undefined if the cluster has no such object. */
export function importAs(id: string | undefined): { import?: string } {
  return id === undefined ? {} : { import: id };
}

/**
 * Fields of a Service that do not change when it is taken over (`ignoreChanges`). Kubernetes or a person chose them
 * when the Service was made, and they cannot change. Without them, the Service would be replaced and lose its address.
 */
export const keptOfService = [
  "spec.clusterIP",
  "spec.clusterIPs",
  "spec.ipFamilies",
  "spec.ipFamilyPolicy",
  "spec.loadBalancerClass",
];

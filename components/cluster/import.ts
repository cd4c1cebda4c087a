import { type ObjectOfKind, objectId, objectLabel } from "./objects.ts";

/**
 * The option that takes over an object that the cluster has already: it is imported and, where it differs from what
 * the program says, changed in the same run. For what the stack's state has already, the option says nothing new, so
 * who made the object need not be known.
 *
 * @param existing Labels of what the cluster has.
 */
export function importOf(existing: readonly string[] | undefined, object: ObjectOfKind): { import?: string } {
  return importAs(existing?.includes(objectLabel(object)) ? objectId(object) : undefined);
}

/** The same for an object whose id is known, `namespace/name`; undefined when the cluster has none. */
export function importAs(id: string | undefined): { import?: string } {
  return id === undefined ? {} : { import: id };
}

/**
 * Fields of a Service that stay as they are when it is taken over (`ignoreChanges`): handed out when it was made, or
 * chosen by hand, and not to be changed after. A Service without them would have to be made anew, at another address.
 */
export const keptOfService = [
  "spec.clusterIP",
  "spec.clusterIPs",
  "spec.ipFamilies",
  "spec.ipFamilyPolicy",
  "spec.loadBalancerClass",
];

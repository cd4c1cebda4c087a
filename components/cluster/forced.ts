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

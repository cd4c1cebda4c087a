import type { ManagedFields } from "./live.ts";

/**
 * Whether no Pulumi program has ever written to an object. Pulumi's provider leaves its name in the `managedFields`
 * of each object that it writes. So this program's own objects are never foreign, but an unchanged adopted object is.
 */
export function isForeign({ managedFields = [] }: { managedFields?: readonly ManagedFields[] }): boolean {
  return !managedFields.some(({ manager = "" }) => manager.startsWith("pulumi-kubernetes"));
}

/** Label of the objects that this program creates and that must be known again when the stack's state is lost. */
export const managedBy = { label: "app.kubernetes.io/managed-by", value: "pomerium-migration" };

/**
 * Whether this program created an object. Unlike `isForeign`, the answer stays the same after the program has taken an
 * object over and written to it.
 */
export function isMadeByThisProgram({ labels = {} }: { labels?: Readonly<Record<string, string>> }): boolean {
  return labels[managedBy.label] === managedBy.value;
}

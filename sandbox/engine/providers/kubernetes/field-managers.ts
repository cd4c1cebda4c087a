import type { PropertyPath } from "../../property-path.ts";
import { isProperties, type Properties, type Value } from "../../values.ts";
import { at, items, type KubeObject, text } from "./object.ts";

/** Who created objects before server-side apply: Pulumi's provider under this name, `kubectl` under several. */
export const CREATOR = "pulumi-kubernetes";

/** Managers whose fields pass to whoever manages the object from now on, as the real provider has it. */
const SUPERSEDED = [
  { prefix: "kubectl", operation: "Apply" },
  { prefix: "kubectl", operation: "Update" },
  { prefix: "before-first-apply", operation: "Update" },
  { prefix: CREATOR, operation: "Update" },
  { prefix: "pulumi-resource-kubernetes", operation: "Update" },
];

function isSuperseded(entry: Properties, manager: string): boolean {
  if (entry.manager === manager && entry.operation === "Apply") return false;
  return (
    text(entry.subresource) === "" &&
    SUPERSEDED.some(
      ({ prefix, operation }) => text(entry.manager).startsWith(prefix) && entry.operation === operation,
    )
  );
}

function managedFields(live: KubeObject): Properties[] {
  return items(at(live, "metadata", "managedFields")).filter(isProperties);
}

/**
 * Whether the object was created under this engine's (and Pulumi's) name. An object without any content has no
 * managers, and so nobody else either.
 */
export function createdHere(live: KubeObject): boolean {
  const entries = managedFields(live);
  return entries.length === 0 || entries.some((entry) => text(entry.manager).startsWith(CREATOR));
}

/**
 * The object's field managers once `manager` has taken the fields of those that it follows, so that applying
 * finds no conflict with them; undefined when there is nothing to take.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 */
export function takeOver(live: KubeObject, manager: string): Properties[] | undefined {
  const entries = managedFields(live);
  const taken = entries.filter((entry) => isSuperseded(entry, manager));
  const first = taken[0];
  if (!first) return undefined;
  const own = entries.find((entry) => entry.manager === manager && entry.operation === "Apply");
  const fields = [...(own ? [own] : []), ...taken].map((entry): Value => entry.fieldsV1 ?? {});
  const merged = { ...(own ?? first), manager, operation: "Apply", fieldsV1: fields.reduce(union) };
  return [...entries.filter((entry) => entry !== own && !taken.includes(entry)), merged];
}

function union(left: Value, right: Value): Value {
  if (!isProperties(left) || !isProperties(right)) return left;
  const result = { ...left };
  for (const [key, value] of Object.entries(right)) result[key] = union(result[key] ?? {}, value);
  return result;
}

/** Whether someone other than `manager` alone set the field at `path`. Paths through arrays are nobody's. */
export function isForeign(live: KubeObject, manager: string, path: PropertyPath): boolean {
  const keys = path.map((key) => `f:${key}`);
  const owners = managedFields(live).filter((entry) => at(entry, "fieldsV1", ...keys) !== undefined);
  return owners.length > 0 && owners.every((entry) => entry.manager !== manager);
}

/** One step of a key path: a key of a map or an index of a list. */
export type PathPart = string | number;

/**
 * A key path as people and `pulumi config set --path` write it: `apps.komga.access.groups[0]`,
 * `certificates.zones["uu.am"].porkbun.apiKey`.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/config/#structured-configuration
 */
export function keyPath(path: readonly PathPart[]): string {
  return path.reduce<string>(pathBelow, "");
}

/** The key path of an entry of the map or list at a key path. */
export function pathBelow(above: string, part: PathPart): string {
  if (typeof part === "number") return `${above}[${part}]`;
  if (/^[A-Za-z0-9_$-]+$/.test(part)) return above === "" ? part : `${above}.${part}`;
  return `${above}["${part.replaceAll('"', '\\"')}"]`;
}

/** The value at a path; undefined if there is none. Inherited properties do not count. */
export function valueAt(root: unknown, path: readonly PathPart[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PathPart, unknown>)[part];
  }
  return value;
}

/** Whether a value is a map, and not a list, text, a number or null. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy of some data with the keys of every map in the order of another one. Keys that the other lacks come last. */
export function keysLike(value: unknown, other: unknown): unknown {
  if (Array.isArray(value))
    return value.map((item, i) => keysLike(item, Array.isArray(other) ? other[i] : undefined));
  if (!isMap(value)) return value;
  const like = isMap(other) ? other : {};
  const keys = new Set([
    ...Object.keys(like).filter((key) => Object.hasOwn(value, key)),
    ...Object.keys(value),
  ]);
  return Object.fromEntries([...keys].map((key) => [key, keysLike(value[key], like[key])]));
}

/** A copy of some data with the keys of every map in the order of the alphabet. */
export function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isMap(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sortedKeys(value[key])]));
}

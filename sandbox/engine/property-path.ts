import { isProperties, isSecret, own, type Properties, secret, type Value } from "./values.ts";

/** Keys and indexes from the top of a resource's properties; `*` stands for every one. */
export type PropertyPath = (string | number)[];

/**
 * Reads `spec.rules[0].host`, `metadata.annotations["a.b/c"]`, `data.*`.
 *
 * @throws SyntaxError for an open quote or bracket, or an index that is no number.
 * @see https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/
 */
export function parsePath(text: string): PropertyPath {
  const path: PropertyPath = [];
  const token = /\.?([^.[\]"]+)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]/y;
  while (token.lastIndex < text.length) {
    const start = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw new SyntaxError(`not a property path from character ${start + 1} on: ${text}`);
    const [, key, index, quoted] = match;
    if (key !== undefined) path.push(key);
    else if (quoted !== undefined) path.push(quoted.replace(/\\(.)/g, "$1"));
    else path.push(index === "*" ? "*" : Number(index));
  }
  return path;
}

/** The text that {@link parsePath} reads back. */
export function formatPath(path: PropertyPath): string {
  return path
    .map((key, position) => {
      if (typeof key === "number") return `[${key}]`;
      if (key === "" || /[.[\]"\\]/.test(key)) return `["${key.replace(/["\\]/g, "\\$&")}"]`;
      return position === 0 ? key : `.${key}`;
    })
    .join("");
}

/** Whether `path` names `other` or something above it. */
export function contains(path: PropertyPath, other: PropertyPath): boolean {
  return path.length <= other.length && path.every((key, i) => key === "*" || key === other[i]);
}

/**
 * The inputs with every ignored path set back to what it was, as Pulumi does: a path that did not exist is
 * taken away again, and a path through an element that was added or removed cannot be set back.
 *
 * @returns the inputs, and the paths that could not be ignored.
 */
export function ignoreChanges(
  inputs: Properties,
  old: Properties,
  paths: readonly string[],
): { inputs: Properties; failed: string[] } {
  const result = structuredClone(inputs);
  const failed = paths.filter((path) => !reset(parsePath(path), old, result, false, false));
  return { inputs: result, failed };
}

function reset(path: PropertyPath, from: Value, to: Value, fromSecret: boolean, toSecret: boolean): boolean {
  if (isSecret(from)) return reset(path, from.value, to, true, toSecret);
  if (isSecret(to)) return reset(path, from, to.value, fromSecret, true);
  const [key, ...rest] = path;
  if (key === undefined) return false;
  const copy = (value: Value): Value => (fromSecret && !toSecret ? secret(value) : structuredClone(value));

  if (key === "*") {
    if (isProperties(to)) return resetEveryKey(rest, from, to, fromSecret, toSecret, copy);
    if (!Array.isArray(to)) return false;
    if (!Array.isArray(from)) return rest.length === 0;
    const shared = Math.min(from.length, to.length);
    for (let i = 0; i < shared; i++) {
      if (rest.length === 0) to[i] = copy(from[i] ?? null);
      else if (!reset(rest, from[i] ?? null, to[i] ?? null, fromSecret, toSecret)) return false;
    }
    return from.length === to.length;
  }

  if (typeof key === "number") {
    if (!Array.isArray(from) || !Array.isArray(to)) return !Array.isArray(from) && !Array.isArray(to);
    if (key >= from.length && key >= to.length) return rest.length === 0;
    if (key >= from.length || key >= to.length) return false;
    if (rest.length > 0) return reset(rest, from[key] ?? null, to[key] ?? null, fromSecret, toSecret);
    to[key] = copy(from[key] ?? null);
    return true;
  }

  if (rest.length === 0) {
    const value = isProperties(from) ? own(from, key) : undefined;
    if (value === undefined) {
      if (isProperties(to)) delete to[key];
      return true;
    }
    if (!isProperties(to)) return false;
    to[key] = copy(value);
    return true;
  }
  if (!isProperties(from) || !isProperties(to)) return !isProperties(from) && !isProperties(to);
  const before = own(from, key);
  const after = own(to, key);
  if (after === undefined) return before === undefined;
  return reset(rest, before ?? null, after, fromSecret, toSecret);
}

function resetEveryKey(
  rest: PropertyPath,
  from: Value,
  to: Properties,
  fromSecret: boolean,
  toSecret: boolean,
  copy: (value: Value) => Value,
): boolean {
  if (!isProperties(from)) return rest.length === 0;
  if (rest.length === 0) {
    for (const key of Object.keys(to)) if (!Object.hasOwn(from, key)) delete to[key];
    for (const [key, value] of Object.entries(from)) to[key] = copy(value);
    return true;
  }
  return Object.entries(from).every(([key, value]) => {
    const target = own(to, key);
    return target !== undefined && reset(rest, value, target, fromSecret, toSecret);
  });
}

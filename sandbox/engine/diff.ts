import { formatPath, type PropertyPath } from "./property-path.ts";
import { equal, isProperties, own, reveal, type Value } from "./values.ts";

/**
 * Paths at which two sets of inputs differ, as deep as both have the same shape. A null and an absent property
 * are the same.
 */
export function changedPaths(old: Value, inputs: Value): PropertyPath[] {
  const found: PropertyPath[] = [];
  compare([], reveal(old), reveal(inputs), found);
  return found;
}

function compare(
  path: PropertyPath,
  left: Value | undefined,
  right: Value | undefined,
  found: PropertyPath[],
): void {
  if (isProperties(left) && isProperties(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      compare([...path, key], own(left, key), own(right, key), found);
    }
  } else if (Array.isArray(left) && Array.isArray(right)) {
    for (let i = 0; i < Math.max(left.length, right.length); i++)
      compare([...path, i], left[i], right[i], found);
  } else if (!equal(left ?? null, right ?? null)) {
    found.push(path);
  }
}

export function formatPaths(paths: PropertyPath[]): string[] {
  return paths.map(formatPath).sort();
}

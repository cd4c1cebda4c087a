import { z } from "zod";
import { unknownKeys } from "./fields.ts";
import { didYouMeanOrKnown, nearest } from "./nearest.ts";
import { isMap, type PathPart, valueAt } from "./paths.ts";
import { branches, wrappings } from "./schema-walk.ts";

/** A key that its map does not know. */
export interface UnknownKey {
  /** Path of the map, inside the part. */
  path: readonly PathPart[];
  key: string;
  /** The key that it was probably meant to be, if the map does not have that one too. */
  meant?: string;
}

/** A copy in which misspelled keys have their right names, and other unknown keys are gone. */
export function withoutUnknown(value: unknown, unknown: readonly UnknownKey[]): unknown {
  const copy = structuredClone(value);
  for (const { path, key, meant } of unknown.toSorted((a, b) => b.path.length - a.path.length)) {
    const map = valueAt(copy, path);
    if (!isMap(map)) continue;
    if (meant !== undefined) map[meant] = map[key];
    delete map[key];
  }
  return copy;
}

/**
 * The message for an unknown key, and the known key that was probably meant.
 *
 * @param others Schemas of the other options of a union.
 */
export function unknownKey(
  key: string,
  schemas: readonly z.core.$ZodType[],
  others: readonly z.core.$ZodType[] = [],
): { message: string; meant?: string | undefined } {
  for (const schema of schemas) {
    const explanation = unknownKeys.get(schema)?.explain(key);
    if (explanation !== undefined) return { message: explanation };
  }
  const known = keysOf(schemas);
  const meant = nearest(key, known) ?? nearest(key, keysOf(others.flatMap(wrappings)));
  return { message: `unknown key${didYouMeanOrKnown(key, meant === undefined ? known : [meant])}`, meant };
}

/** The keys of the maps that follow one of the schemas. */
function keysOf(schemas: readonly z.core.$ZodType[]): string[] {
  const keys = schemas
    .flatMap((schema) => branches(schema))
    .flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []));
  return [...new Set(keys)];
}

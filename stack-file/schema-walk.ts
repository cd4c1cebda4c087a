import { z } from "zod";
import type { PathPart } from "./paths.ts";

/** The schemas that a value at a key path may follow, each with the schemas that wrap it. */
export function schemasAt(root: z.core.$ZodType, path: readonly PathPart[]): z.core.$ZodType[] {
  let schemas: z.core.$ZodType[] = wrappings(root);
  for (const step of path) {
    schemas = schemas
      .flatMap(branches)
      .flatMap((schema) => childAt(schema, step) ?? [])
      .flatMap(wrappings);
  }
  return schemas;
}

/** The schema of one key of a map, or of one item of a list; undefined if the schema has none. */
export function childAt(schema: z.core.$ZodType, step: PathPart): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject)
    return Object.hasOwn(schema.shape, step) ? schema.shape[step] : undefined;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  return undefined;
}

/** A schema, and the schemas inside its optional, default and pipe wrappers; the outermost comes first. */
export function wrappings(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return [schema, ...wrappings(schema.def.innerType)];
  if (schema instanceof z.ZodPipe) return [schema, ...wrappings(schema.def.in)];
  return [schema];
}

/** The schema itself, or the options of a union. */
export function branches(schema: z.core.$ZodType): z.core.$ZodType[] {
  return schema instanceof z.ZodUnion
    ? schema.options.flatMap((option) => wrappings(option).flatMap(branches))
    : [schema];
}

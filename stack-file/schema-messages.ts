/** The messages about mistakes that a schema finds, in the words of the stack file. */

import { z } from "zod";
import { didYouMean } from "./nearest.ts";
import { type PathPart, valueAt } from "./paths.ts";
import { schemasAt } from "./schema-walk.ts";

/**
 * The message for a key without a value. `init` leaves such keys for values that only a person knows. `pulumi config
 * set` leaves empty items if the number of the new one is too high.
 */
export function emptyText(schema: z.core.$ZodType, path: readonly PathPart[]): string {
  return typeof path.at(-1) === "number"
    ? "is an empty item: fill it in, or remove it; the first item is [0]"
    : missing(schema, path);
}

const lacking = "missing";

/** The message for a required key that the file does not have. */
export function missing(schema: z.core.$ZodType, path: readonly PathPart[]): string {
  const description = schemasAt(schema, path)
    .map((schema) => z.globalRegistry.get(schema)?.description)
    .find((text) => text !== undefined);
  if (description === undefined) return lacking;
  const clause = description.split(/[.:;](\s|$)/, 1)[0]!;
  // Descriptions begin with a common noun or with an abbreviation, never with a name.
  const isAbbreviation = !/^[A-Z][a-z']/.test(clause);
  return `${lacking}: ${isAbbreviation ? clause : clause[0]!.toLowerCase() + clause.slice(1)}`;
}

/**
 * The message for a value of a wrong type.
 *
 * @param expected Type in the words of the schema library.
 * @param schemas The schemas that the value may follow.
 */
export function wrongType(expected: string, given: unknown, schemas: readonly z.core.$ZodType[]): string {
  if (isSealed(given)) return "is encrypted, but it is not a secret: write it without encryption";
  const keys = schemas.flatMap((schema) => (schema instanceof z.ZodObject ? requiredKeys(schema) : []));
  const example = keys.length > 0 ? `{ ${keys.map((key) => `${key}: …`).join(", ")} }` : exampleOf(schemas);
  const such = example === undefined ? "" : ` such as ${example}`;
  return `must be ${names[expected] ?? expected}${such}, not ${kindOf(given)}`;
}

/** The first example that a schema of texts gives; undefined if there is none. */
function exampleOf(schemas: readonly z.core.$ZodType[]): string | undefined {
  const examples = schemas.flatMap((schema) => (z.globalRegistry.get(schema)?.examples ?? []) as unknown[]);
  return examples.find((example) => typeof example === "string");
}

function requiredKeys(schema: z.ZodObject): string[] {
  return Object.keys(schema.shape).filter((key) => !z.safeParse(schema.shape[key]!, undefined).success);
}

/** The message for a value that is not one of the allowed values. */
export function wrongValue(values: readonly unknown[], given: unknown): string {
  const known = values.map(String);
  const list = known.length === 1 ? known[0]! : `one of ${known.join(", ")}`;
  return `must be ${list}${typeof given === "string" ? didYouMean(given, known) : ""}`;
}

const names: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
};

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number") return Number.isInteger(value) ? "a number" : "a fraction";
  return names[typeof value] ?? typeof value;
}

function isSealed(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === 1 &&
    typeof valueAt(value, ["secure"]) === "string"
  );
}

import { z } from "zod";
import { setSecret } from "./commands.ts";
import { secretFields } from "./fields.ts";
import { isMap, keyPath, type PathPart, valueAt } from "./paths.ts";
import type { Report } from "./problems.ts";
import { branches, childAt, wrappings } from "./schema-walk.ts";
import { SecretText } from "./secret-text.ts";

/** A secret: hidden text in the program, still encrypted on the command line. */
export type Secret = SecretText | Sealed;

/** A secret as Pulumi encrypts it in the stack file; empty if it is not set yet. */
export interface Sealed {
  secure: string;
}

/** How the secrets of a stack file are checked. */
export interface SecretOptions {
  /**
   * Whether a secret that is given as text is unencrypted in the stack file, which is a problem. Default: always.
   * The program gives its own function, because it gets the secrets decrypted.
   */
  plain?: (path: readonly PathPart[], text: string) => boolean;
  /** Whether a missing secret is a problem or a warning. Default: a problem. */
  missingSecrets?: "error" | "warning";
}

/**
 * Key paths where a stack file has a secret or lacks one. They are the fields that a schema declares as secret, in
 * the maps that the file has. The file may be malformed elsewhere.
 */
export function secretPaths(schema: z.core.$ZodType, raw: unknown): PathPart[][] {
  const found = new Map<string, PathPart[]>();
  const visit = (schema: z.core.$ZodType, value: unknown, path: PathPart[], around: unknown): void => {
    // A stack file may have thousands of apps, and no app holds a secret.
    if (!holdsSecret(schema)) return;
    const all = wrappings(schema);
    const field = all.map((each) => secretFields.get(each)).find((each) => each !== undefined);
    if (field !== undefined) {
      const isNeeded = field.neededIf?.(isMap(around) ? around : {}) ?? true;
      if (isNeeded || value !== undefined) found.set(keyPath(path), path);
      return;
    }
    for (const each of all.flatMap(branches)) {
      if (each instanceof z.ZodArray && Array.isArray(value))
        for (const [i, item] of value.entries()) visit(each.element, item, [...path, i], value);
      if (!isMap(value)) continue;
      for (const key of each instanceof z.ZodObject ? Object.keys(each.shape) : Object.keys(value)) {
        const child = childAt(each, key);
        if (child !== undefined) visit(child, valueAt(value, [key]), [...path, key], value);
      }
    }
  };
  visit(schema, raw, [], undefined);
  return [...found.values()];
}

/** Answers of {@link holdsSecret}. */
const holding = new WeakMap<z.core.$ZodType, boolean>();

/** Whether any value of a schema is a secret. */
export function holdsSecret(schema: z.core.$ZodType): boolean {
  const known = holding.get(schema);
  if (known !== undefined) return known;
  const all = wrappings(schema);
  const found =
    all.some((each) => secretFields.get(each)?.isSecret) ||
    all.flatMap(branches).some((each) => {
      if (each instanceof z.ZodObject) return Object.values(each.shape).some(holdsSecret);
      if (each instanceof z.ZodRecord) return holdsSecret(each.valueType);
      return each instanceof z.ZodArray && holdsSecret(each.element);
    });
  holding.set(schema, found);
  return found;
}

/**
 * Reports secrets that are missing, empty or not encrypted, each with the command that sets it.
 *
 * @param paths Where the stack file has a secret or lacks one.
 */
export function checkSecrets(
  stack: string,
  raw: unknown,
  paths: readonly PathPart[][],
  options: SecretOptions,
  report: Report,
): void {
  for (const path of paths) {
    const value = valueAt(raw, path);
    // A missing section, or one of the wrong type, is already reported as a whole.
    if (value === undefined && !isMap(valueAt(raw, path.slice(0, -1)))) continue;
    if (value === undefined || value === "") {
      if (options.missingSecrets === "warning") report.warning(path, "missing", setSecret(stack, path));
      else report.problem(path, value === "" ? "is empty" : "missing", setSecret(stack, path));
    } else if (typeof value === "string" && (options.plain?.(path, value) ?? true))
      report.problem(
        path,
        "is not encrypted in the stack file: replace the secret at its source, then set the new one",
        setSecret(stack, path),
      );
  }
}

/** Reports secrets in a file of which Pulumi encrypts nothing. */
export function checkNoSecrets(stack: string, schema: z.core.$ZodType, raw: unknown, report: Report): void {
  for (const path of secretPaths(schema, raw))
    if (valueAt(raw, path) !== undefined)
      report.problem(
        path,
        "is a secret, and Pulumi encrypts only those of the stack file. Remove it here, replace it at its source, then set the new one",
        setSecret(stack, path),
      );
}

/** A secret of the stack. A missing secret is an empty encrypted one. */
export function asSecret(value: string | { secure: string } | undefined): Secret {
  return typeof value === "string" ? new SecretText(value) : (value ?? { secure: "" });
}

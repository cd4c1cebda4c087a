import { isDeepStrictEqual } from "node:util";

/**
 * A property as it travels between program, engine and state: JSON, in which objects with Pulumi's signature
 * key stand for secrets, outputs and resource references, and one string stands for "not known yet".
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts
 */
export type Value = null | boolean | number | string | Value[] | Properties;
export interface Properties {
  [key: string]: Value;
}

/** What stands for a value that only the real run will know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";

export function isProperties(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value behind one of Pulumi's signatures. */
interface Signed extends Properties {
  value: Value;
}

/** The property itself: a ConfigMap may well have a key named `constructor`. */
export function own(properties: Properties, key: string): Value | undefined {
  return Object.hasOwn(properties, key) ? properties[key] : undefined;
}

function hasSignature(value: Value | undefined, signature: string): value is Signed {
  return isProperties(value) && value[SIGNATURE] === signature;
}

/** Marks `value` as secret; a secret stays what it is. */
export function secret(value: Value): Signed {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

export function isSecret(value: Value | undefined): value is Signed {
  return hasSignature(value, SECRET);
}

/** A reference that the SDK turns back into the live resource. */
export function resourceReference(urn: string, id: string | undefined): Properties {
  return { [SIGNATURE]: RESOURCE, urn, ...(id === undefined ? {} : { id }) };
}

/** Applies `change` to every child of an array or object. */
export function mapChildren(value: Value, change: (child: Value, key: string) => Value): Value {
  if (Array.isArray(value)) return value.map((child, index) => change(child, String(index)));
  if (!isProperties(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, change(child, key)]));
}

/** The plain value below any secret marks: what providers and comparisons work on. */
export function reveal(value: Value): Value {
  return isSecret(value) ? reveal(value.value) : mapChildren(value, reveal);
}

export function revealAll(properties: Properties): Properties {
  return reveal(properties) as Properties;
}

/** What may be shown: secrets and values that are not known yet are named, not given. */
export function mask(value: Value): Value {
  if (isSecret(value)) return "[secret]";
  return value === UNKNOWN ? "[unknown]" : mapChildren(value, mask);
}

function some(value: Value, test: (value: Value) => boolean): boolean {
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((child) => some(child, test));
  return isProperties(value) && Object.values(value).some((child) => some(child, test));
}

export function hasUnknown(value: Value): boolean {
  return some(value, (each) => each === UNKNOWN);
}

export function hasSecret(value: Value): boolean {
  return some(value, isSecret);
}

/** Equal apart from secret marks: making a value secret is no change of it. */
export function equal(left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return isDeepStrictEqual(reveal(left), reveal(right));
}

/** Turns the output values that component inputs and transforms carry into plain, unknown or secret ones. */
export function fromOutputs(value: Value): Value {
  if (!hasSignature(value, OUTPUT)) return mapChildren(value, fromOutputs);
  const inner = "value" in value ? fromOutputs(value.value) : UNKNOWN;
  return value.secret === true ? secret(inner) : inner;
}

/** The reverse, so that a transform in the program sees real `Output`s where a value is secret or unknown. */
export function toOutputs(value: Value): Value {
  if (value === UNKNOWN) return { [SIGNATURE]: OUTPUT };
  if (!isSecret(value)) return mapChildren(value, toOutputs);
  const inner = reveal(value);
  return { [SIGNATURE]: OUTPUT, secret: true, ...(hasUnknown(inner) ? {} : { value: inner }) };
}

/**
 * Marks as secret in `outputs` what is secret in `inputs`. Objects are compared key by key; an array with a
 * secret element becomes secret as a whole, because providers reorder arrays.
 */
export function carrySecrets(outputs: Properties, inputs: Properties): Properties {
  const result = { ...outputs };
  for (const [key, input] of Object.entries(inputs)) {
    const output = own(result, key);
    if (output === undefined || isSecret(output)) continue;
    if (isProperties(output) && isProperties(input) && !isSecret(input)) {
      result[key] = carrySecrets(output, input);
    } else if (hasSecret(input)) {
      result[key] = secret(output);
    }
  }
  return result;
}

/** Marks whole top-level properties as secret (`additionalSecretOutputs`). */
export function markSecret(outputs: Properties, keys: readonly string[]): Properties {
  const result = { ...outputs };
  for (const key of keys) {
    const value = own(result, key);
    if (value !== undefined) result[key] = secret(value);
  }
  return result;
}

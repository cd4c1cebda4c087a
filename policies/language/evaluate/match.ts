import { comparisons, type StringComparison } from "../criteria.ts";
import type { ClaimValue } from "./request.ts";

/** Tests a text against a string matcher. */
export type TextTest = (text: string) => boolean;

function comparison(operator: StringComparison, value: string | readonly string[] | null): TextTest {
  if (Array.isArray(value)) {
    const all: ReadonlySet<string> = new Set(value);
    return operator === "not_in" ? (text) => !all.has(text) : (text) => all.has(text);
  }
  if (typeof value !== "string") return () => false;
  switch (operator) {
    case "not":
      return (text) => text !== value;
    case "starts_with":
      return (text) => text.startsWith(value);
    case "ends_with":
      return (text) => text.endsWith(value);
    case "contains":
      return (text) => text.includes(value);
    default:
      return (text) => text === value;
  }
}

/** Compiles a string matcher. A bare text means `is`; null matches nothing. */
export function textTest(data: unknown): TextTest {
  const tests = Object.entries(comparisons(data))
    .filter(([, value]) => value !== undefined)
    .map(([operator, value]) => comparison(operator as StringComparison, value));
  const [first, ...rest] = tests;
  if (first === undefined) return () => true;
  return rest.length === 0 ? first : (text) => tests.every((test) => test(text));
}

/** Whether any text could match. No text matches null or an empty list. */
export function mayHold(data: unknown): boolean {
  const { is, in: among } = comparisons(data);
  return is !== null && among?.length !== 0;
}

/** Compiles a list matcher. A bare value means `has`; null matches nothing. */
export function listTest(data: unknown): (values: readonly ClaimValue[]) => boolean {
  if (typeof data !== "object" || data === null) return (values) => values.includes(data as ClaimValue);
  const { has, is, exclude } = data as Partial<Record<"has" | "is" | "exclude", ClaimValue>>;
  return (values) =>
    (has === undefined || values.includes(has)) &&
    (is === undefined || (values.length === 1 && values[0] === is)) &&
    (exclude === undefined || !values.includes(exclude));
}

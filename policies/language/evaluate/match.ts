import { comparisons, type StringComparison } from "../criteria.ts";
import type { ClaimValue } from "./request.ts";

/** Whether a text meets a string matcher. */
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

/** All comparisons of a string matcher at once; a bare text is `is`, null meets nothing. */
export function textTest(data: unknown): TextTest {
  const tests = Object.entries(comparisons(data))
    .filter(([, value]) => value !== undefined)
    .map(([operator, value]) => comparison(operator as StringComparison, value));
  const [first, ...rest] = tests;
  if (first === undefined) return () => true;
  return rest.length === 0 ? first : (text) => tests.every((test) => test(text));
}

/** Whether any text at all could meet a string matcher; null and an empty list are met by none. */
export function mayHold(data: unknown): boolean {
  const { is, in: among } = comparisons(data);
  return is !== null && among?.length !== 0;
}

/** Whether the values of a list meet a list matcher; a bare value is `has`, null meets nothing. */
export function listTest(data: unknown): (values: readonly ClaimValue[]) => boolean {
  if (typeof data !== "object" || data === null) return (values) => values.includes(data as ClaimValue);
  const { has, is, exclude } = data as Partial<Record<"has" | "is" | "exclude", ClaimValue>>;
  return (values) =>
    (has === undefined || values.includes(has)) &&
    (is === undefined || (values.length === 1 && values[0] === is)) &&
    (exclude === undefined || !values.includes(exclude));
}

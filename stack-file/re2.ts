import { createRequire } from "node:module";
import type { RE2JS } from "re2js";

type Engine = typeof RE2JS;

let engine: Engine | undefined;

/** Few stack files have an expression, so the engine is loaded for the first one. */
function loaded(): Engine {
  engine ??= (createRequire(import.meta.url)("re2js") as typeof import("re2js")).RE2JS;
  return engine;
}

/**
 * Why a text is no regular expression of RE2; undefined if it is one. Go and Envoy read expressions of RE2. Envoy's also
 * know `\C` and two groups of one name, which Go's do not know, and neither does this function.
 *
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function re2Problem(expression: string): string | undefined {
  try {
    loaded().compile(expression);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^error parsing regexp: /, "");
  }
}

/** How an expression is compared. */
export interface Re2Options {
  /** Capital and small letters are the same. Default: they differ. */
  ignoreCase?: boolean;
}

/**
 * Whether an expression of RE2 matches some part of a text.
 *
 * @throws Error if the expression is not valid in RE2.
 */
export function re2Finds(expression: string, text: string, { ignoreCase = false }: Re2Options = {}): boolean {
  const re2 = loaded();
  return re2
    .compile(expression, ignoreCase ? re2.CASE_INSENSITIVE : 0)
    .matcher(text)
    .find();
}

/** Escapes of a letter or a digit that RE2 knows. */
const knownEscape = /^[abfnrtvdDsSwWBAzpPQECx0]$/;

/** Groups that other languages of expressions have. */
const foreignGroup = /\(\?(?:=|!|<=|<!|>|#|P=)/;

/** Most repetitions that RE2 takes. */
const mostRepetitions = 1000;

/**
 * Why Envoy does not take an expression; undefined if nothing is found. Envoy's expressions are those of RE2. Pomerium
 * asks Envoy, and leaves the whole Ingress out of service.
 *
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function expressionProblem(pattern: string): string | undefined {
  const foreign = foreignGroup.exec(pattern)?.[0];
  if (foreign !== undefined) return unknown(foreign);
  for (const [sequence, character = ""] of pattern.matchAll(/\\([\s\S]?)/g))
    if (character === "" || (/[A-Za-z0-9]/.test(character) && !knownEscape.test(character)))
      return unknown(sequence);
  for (const [repetition, ...counts] of pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g))
    if (counts.some((count) => Number(count ?? 0) > mostRepetitions))
      return `Pomerium's expressions (RE2) repeat at most ${mostRepetitions} times: ${repetition}`;
  try {
    new RegExp(asJavaScript(pattern));
    return undefined;
  } catch (error) {
    return `not an expression (${(error as Error).message.split(": ").at(-1)})`;
  }
}

const unknown = (feature: string): string => `Pomerium's expressions (RE2) know no "${feature}"`;

/** The same structure in JavaScript, which has no flags within an expression, and nothing that repeats a `^`. */
function asJavaScript(pattern: string): string {
  return pattern
    .replace(/\\Q[\s\S]*?(?:\\E|$)/g, "x")
    .replace(/\(\?P?<\w+>/g, "(")
    .replace(/\(\?[imsU]*(?:-[imsU]+)?\)/g, "")
    .replace(/\(\?[imsU]*(?:-[imsU]+)?:/g, "(?:")
    .replace(/(?:\\[bBAz]|[\^$])(?=[*+?{])/g, "x");
}

const classToken = String.raw`\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]`;

/** Tokens of a pattern: quoted text, escapes, character classes, starts of groups, repetitions, other characters. */
const tokens = new RegExp(
  [
    String.raw`\\Q[\s\S]*?(?:\\E|$)`,
    String.raw`\\[pP](?:\{\^?\w+\}|\w)`,
    String.raw`\\x(?:\{[0-9A-Fa-f]+\}|[0-9A-Fa-f]{2})`,
    String.raw`\\[0-7]{2,3}`,
    String.raw`\\[\s\S]`,
    classToken,
    String.raw`\(\?(?:P?<\w+>|[imsU-]*[:)]|[\s\S])`,
    String.raw`\{\d+(?:,\d*)?\}`,
    String.raw`[\s\S]`,
  ].join("|"),
  "g",
);

/** Escaped letters and digits that Go knows, without octal numbers. */
const escapes = "0dDsSwWafnrtv";

/** Escaped letters for positions. They are not allowed in a character class. */
const places = "AzbB";

/** The largest repetition count in Go. */
const mostRepetitions = 1000;

/**
 * Why Go's `regexp` cannot compile a pattern; undefined if it can. Go uses RE2's syntax. RE2 and Node each have
 * syntax that the other lacks (only Node has look-around and back references), so Node alone cannot decide.
 *
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function goRegexProblem(pattern: string): string | undefined {
  let translated = "";
  for (const [token] of pattern.matchAll(tokens)) {
    const problem = tokenProblem(token);
    if (problem !== undefined) return problem;
    translated += forNode(token);
  }
  try {
    new RegExp(translated);
    return undefined;
  } catch {
    return "it does not compile";
  }
}

/** Paths that nobody would name. A pattern that matches one of them is about more than paths with a name. */
const unnamedPaths = ["/q7x9vz", "/q7x9vz/w3kf8.j5"];

/**
 * Whether a pattern matches paths without naming them: `.*`, `/`, `^/\w+`. Node's syntax lacks some sets of characters
 * that Go has. They count as every character, so a doubtful answer is yes.
 */
export function isWide(pattern: string): boolean {
  const tokensOfNode = [...pattern.matchAll(tokens)].map(([token]) => {
    if (token.startsWith("\\Q")) return `(?:${token.slice(2).replace(/\\E$/, "").replace(/\W/g, "\\$&")})`;
    if (/^\\(?:[pPx]|[0-7]{2})/.test(token) || /^\[.*(?:\[:|\\[pPx0-7])/.test(token)) return "[\\s\\S]";
    if (token === "\\A") return "(?:^)";
    if (token === "\\z") return "(?:$)";
    return /^(?:\$|\\[bB])$/.test(token) ? `(?:${token})` : forNode(token);
  });
  try {
    const expression = new RegExp(tokensOfNode.join(""), "is");
    return unnamedPaths.some((path) => expression.test(path));
  } catch {
    return true;
  }
}

function tokenProblem(token: string): string | undefined {
  if (/^\(\?(?:[=!]|<$)/.test(token)) return "Go cannot look ahead or behind (?=, ?!, ?<=, ?<!)";
  if (/^\(\?[\s\S]$/.test(token) && !/^\(\?[:)imsU-]$/.test(token)) return `Go knows no group ${token}`;
  if (/^\\[1-9]$/.test(token)) return `Go knows no back references (${token})`;
  if (/^\(\?[imsU]*-[:)]$/.test(token)) return `Go knows no group ${token}`;
  const known = token.startsWith("[") ? escapes : escapes + places;
  const escaped = escapesIn(token).find(([text, letter]) => text.length === 2 && !known.includes(letter!));
  if (escaped !== undefined) return `Go knows no ${escaped[0]}`;
  const counts = /^\{(\d+)(?:,(\d*))?\}$/.exec(token);
  if (counts?.slice(1).some((count) => Number(count ?? 0) > mostRepetitions))
    return `Go repeats at most ${mostRepetitions} times`;
  return undefined;
}

/** The escapes in one token, each complete. Quoted text has none. */
function escapesIn(token: string): RegExpMatchArray[] {
  if (token.startsWith("\\Q")) return [];
  return [
    ...token.matchAll(/\\(?:([A-Za-z])(?:\{\^?\w+\}|(?<=[pP])\w|(?<=x)[0-9A-Fa-f]{2})?|[\s\S])/g),
  ].filter(([, letter]) => letter !== undefined);
}

/** The token in Node's syntax, where it differs from Go's. It must only compile, not match the same texts. */
function forNode(token: string): string {
  if (token.startsWith("\\Q")) return "q";
  if (/^\\(?:[pPx]|[0-7]{2})/.test(token)) return "p";
  // Node does not allow the repetition of an assertion.
  if (/^(?:\^|\$|\\[AzbB])$/.test(token)) return "(?:^)";
  if (token.startsWith("[")) {
    return token
      .replace(/^(\[\^?)\]/, "$1\\]")
      .replaceAll(/\[:\^?\w+:\]|\\[pP](?:\{\^?\w+\}|\w)|\\x\{\w+\}/g, "a");
  }
  if (token.startsWith("(?P<")) return `(?<${token.slice("(?P<".length)}`;
  if (/^\(\?[imsU-]*\)$/.test(token)) return "";
  return /^\(\?[imsU-]*:$/.test(token) ? "(?:" : token;
}

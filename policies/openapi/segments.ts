/** Segments of a path; those with a parameter are undefined. */
export type Segments = readonly (string | undefined)[];

/** Paths with more segments than this are not looked at in full. */
export const mostSegments = 100;

/**
 * The segments that the requests of an operation may have, as Pomerium sees them: `//` is merged, and `.` and `..` are
 * resolved. Capitals do not count, because some apps do not tell them apart. An open-ended path may go on with any
 * segments, as `{path+}` or `**` does.
 */
export function segmentsOf(path: string): { segments: Segments; isOpenEnded: boolean } {
  const [before] = path.split(/\{?[?#]/, 1) as [string];
  const parts = decoded(before).replaceAll("\\", "/").toLowerCase().split("/").slice(1);
  const segments: (string | undefined)[] = [];
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1;
    const meaning = meaningOf(part);
    // `:id?` may be left out, and what follows is then something else.
    const isOptional = isLast && before !== path && meaning !== "literal";
    if (meaning === "many" || isOptional || segments.length === mostSegments) {
      // A `..` further on may lead anywhere.
      const isClimbing = parts.includes("..", i);
      return { segments: isClimbing ? [] : segments.filter((one) => one !== ""), isOpenEnded: true };
    }
    if (part === "..") segments.pop();
    else if (part !== ".") segments.push(meaning === "one" ? undefined : part);
  }
  return { segments: segments.filter((one) => one !== ""), isOpenEnded: false };
}

/** The literal part of a path: `/api/books/{id}/pages` → `/api/books`. */
export function literalOf(path: string): { literal: string; isWhole: boolean } {
  const parts = path.split("/").slice(1);
  const end = parts.findIndex((part) => meaningOf(part) !== "literal");
  const kept = end < 0 ? parts : parts.slice(0, end);
  return { literal: `/${kept.join("/")}`, isWhole: end < 0 };
}

/** A parameter with nothing but a name: `{id}`, `<id>`, `[id]`. */
const plainParameters = /\{(?!\.)[\p{L}\p{N}_$@. -]+(?<!\.)\}|<[\p{L}\p{N}_-]+>|\[[\p{L}\p{N}_-]+\]/gu;

/**
 * Whether a segment stands for itself, for any one segment, or for any number of them. Some files write parameters as
 * their framework does: `:id`, `{path...}`, `<path:name>`, `[...name]`, `**`. Any form that is not known stands for any
 * number.
 */
function meaningOf(segment: string): "literal" | "one" | "many" {
  const literal = segment.replaceAll(plainParameters, "");
  if (/[*{}<>[\]]|\.{3}|\(.*[+|]/.test(literal)) return "many";
  const [, named] = /(?:^|[^\p{L}\p{N}]):(.*)$/su.exec(literal) ?? [];
  if (named !== undefined) return /[+(]/.test(named) ? "many" : "one";
  return literal === segment ? "literal" : "one";
}

/** Escapes that are not valid stay as they are. */
const decoded = (path: string): string =>
  path.replaceAll(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });

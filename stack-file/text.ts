/** `1 app`, `3 apps`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * The first names of a list, and how many others there are.
 *
 * @param written Writes one name. Default: as it is.
 */
export function few(names: readonly string[], shown = 3, written = (name: string): string => name): string {
  const first = names.slice(0, shown).map((name) => written(name));
  return names.length > shown ? `${first.join(", ")} and ${names.length - shown} more` : first.join(", ");
}

/** The lines of a text, broken between words. A word that is longer than a line gets its own line. */
export function wrapped(text: string, limit: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((one) => one !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && width(last) + 1 + width(word) <= limit)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Number of terminal columns that a text takes. Each mark takes one. */
export function width(text: string): number {
  return [...text].length;
}

/** Cuts a text that is wider than a column, and marks the cut with an ellipsis. */
export function cut(text: string, limit: number): string {
  return width(text) <= limit
    ? text
    : `${[...text]
        .slice(0, limit - 1)
        .join("")
        .trimEnd()}…`;
}

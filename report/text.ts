import { width, wrapped } from "../stack-file/text.ts";

/** Columns that a report for a terminal fits into, except for single words that are longer. */
export const columns = 80;

/** The lines of a text in a report, each indented by a number of spaces. */
export function indented(text: string, by = 0): string[] {
  return wrapped(text, columns - by).map((line) => " ".repeat(by) + line);
}

/** Lines of a table. Each column is as wide as its widest cell; the last column is not padded. */
export function aligned(rows: readonly (readonly string[])[], gap = "   "): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell));
  return rows.map((row) =>
    row
      .map((cell, i) => cell + " ".repeat(widths[i]! - width(cell)))
      .join(gap)
      .trimEnd(),
  );
}

// Characters that move the cursor, turn the direction of writing or hide text from the reader.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to show
const unseen = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text from outside with invisible characters spelled out, so that it cannot forge a report. */
export function visible(text: string): string {
  return text.replace(unseen, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

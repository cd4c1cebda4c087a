import { few } from "./text.ts";

/**
 * The candidate that was most likely meant. It begins with the word, or it is a few edits away. Words of up to three
 * letters allow one edit, words of up to eleven two, and longer ones three. An edit inserts, removes or replaces a
 * letter, or swaps two neighbours.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = word.length < 4 ? 1 : word.length < 12 ? 2 : 3;
  let longer: string | undefined;
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of candidates) {
    if (word.length > 3 && candidate.startsWith(word)) longer ??= candidate;
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const edits = distance(word.toLowerCase(), candidate.toLowerCase(), least);
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best ?? longer;
}

/** The e-mail address that was most likely meant: similar before the `@`, equal after it. */
export function nearestAddress(address: string, candidates: Iterable<string>): string | undefined {
  const [local = "", domain] = address.split("@");
  const locals = [...candidates]
    .map((candidate) => candidate.split("@"))
    .filter((parts) => parts[1] === domain);
  const meant = nearest(
    local,
    locals.map((parts) => parts[0] ?? ""),
  );
  return meant === undefined ? undefined : `${meant}@${domain}`;
}

/** `; did you mean "readers"?`, or empty if no candidate is similar. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}

/** Most candidates that a message lists. */
const longestList = 50;

/** {@link didYouMean} for an e-mail address. */
export function didYouMeanAddress(address: string, candidates: Iterable<string>): string {
  const meant = nearestAddress(address, candidates);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}

/** The candidate that was probably meant, or else the candidates: `; known here: komga, wiki`. */
export function didYouMeanOrKnown(word: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return "";
  return didYouMean(word, candidates) || `; known here: ${few(candidates, longestList)}`;
}

/**
 * Number of edits between two words (optimal string alignment).
 *
 * @param most From here on, the exact number does not matter.
 */
function distance(a: string, b: string, most: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
    }
    // A later row is made of the two before it, and of the first of these only with one more edit.
    if (Math.min(...row) >= most && Math.min(...last) >= most - 1) return most;
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}

import { stripVTControlCharacters } from "node:util";
import { visible } from "../../report/text.ts";

/** Most characters of a comment on GitHub. */
export const commentLimit = 65_536;

/** Longer runs of backticks are cut, so that the fence around the text stays short. */
const longestRun = 9;

/** Makes text of other programs safe inside a fence: no colours, no invisible characters, no long run of backticks. */
function harmless(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll("\r\n", "\n")
    .replaceAll("\t", "    ")
    .split("\n")
    .map(visible)
    .join("\n")
    .replaceAll(new RegExp(`\`{${longestRun + 1},}`, "g"), `${"`".repeat(longestRun)}…`)
    .trimEnd();
}

/** A fence that is longer than any run of backticks in the text. */
function fenceFor(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  return "`".repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
}

/** The text as a code block that shows every character unchanged. */
export function fenced(text: string): string {
  const safe = harmless(text);
  const fence = fenceFor(safe);
  return `${fence}\n${safe}\n${fence}`;
}

/** The end of a text, at most `room` characters, from the start of a line if possible. */
function endOf(text: string, room: number): string {
  if (text.length <= room) return text;
  let start = text.length - Math.max(room, 0);
  const line = text.indexOf("\n", start - 1) + 1;
  if (line > 0 && line < text.length) return text.slice(line);
  // A single long line: do not cut a character in half.
  if (text.codePointAt(start - 1)! > 0xffff) start++;
  return text.slice(start);
}

/**
 * Adds the raw preview, folded, below the rest of the comment. A long preview loses its beginning, because its
 * end matters more: the summary, or the reason of a failure.
 *
 * @param head The rest of the comment. It must leave {@link leastRoom} characters.
 */
export function withRaw(head: string, raw: string, limit: number = commentLimit): string {
  const safe = harmless(raw);
  const fence = fenceFor(safe);
  const wrap = (summary: string, body: string): string =>
    `${head}\n<details>\n<summary>${summary}</summary>\n\n${fence}\n${body}\n${fence}\n\n</details>\n`;
  const whole = wrap("The raw preview", safe);
  if (whole.length <= limit) return whole;
  const lines = safe.split("\n").length;
  const summary = (left: number): string =>
    `The raw preview: ${left === 1 ? "its last line" : `the last ${left} of ${lines} lines`}; all of it is in the job’s log`;
  const kept = endOf(safe, limit - wrap(summary(lines), "").length);
  return wrap(summary(kept.split("\n").length), kept);
}

/** Characters that {@link withRaw} needs to show a useful part of the preview. */
export const leastRoom = 4096;

import { stripVTControlCharacters } from "node:util";
import { visible } from "../../report/text.ts";

/** Most characters of a comment on GitHub. */
export const commentLimit = 65_536;

/** Longer runs of backticks are cut, so that a fence around them stays short. */
const longestRun = 9;

/** Text from elsewhere, safe between fences: no colour, nothing invisible, no endless run of backticks. */
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

/** A fence that no line of the text closes. */
function fenceFor(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  return "`".repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
}

/** The text as a block that shows every character of it as it is. */
export function fenced(text: string): string {
  const safe = harmless(text);
  const fence = fenceFor(safe);
  return `${fence}\n${safe}\n${fence}`;
}

/** The end of a text, at most so many characters: from the beginning of a line, where one is near. */
function endOf(text: string, room: number): string {
  if (text.length <= room) return text;
  let start = text.length - Math.max(room, 0);
  const line = text.indexOf("\n", start - 1) + 1;
  if (line > 0 && line < text.length) return text.slice(line);
  // A single long line: half a character would not survive.
  if (text.codePointAt(start - 1)! > 0xffff) start++;
  return text.slice(start);
}

/**
 * Puts the raw preview, folded, below the comment's own part. What does not fit is cut from its front,
 * because a preview ends with what matters: the sum, or why it failed.
 *
 * @param head Must leave {@link leastRoom} characters.
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

/** Room that {@link withRaw} needs below the head to show something of the preview. */
export const leastRoom = 4096;

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

/** The text as a code block that shows every character unchanged. GitHub makes no links and mentions in it. */
export function fenced(text: string, language = ""): string {
  const safe = harmless(text);
  const fence = fenceFor(safe);
  return `${fence}${language}\n${safe}\n${fence}`;
}

/** The beginning of a text, at most `room` characters, up to the end of a line if possible. */
export function startOf(text: string, room: number): string {
  if (text.length <= room) return text;
  const line = text.lastIndexOf("\n", room);
  if (line > 0) return text.slice(0, line);
  // A single long line: do not cut a character in half.
  const end = text.codePointAt(room - 1)! > 0xffff ? room - 1 : room;
  return text.slice(0, end);
}

/**
 * Adds a text, folded, below the rest of the comment. A text that does not fit loses its end.
 *
 * @param head The rest of the comment. It must leave {@link leastRoom} characters.
 * @param elsewhere Where the whole text is, for a reader of a cut one.
 */
export function withFolded(
  head: string,
  text: string,
  { title, elsewhere, limit = commentLimit }: { title: string; elsewhere: string; limit?: number },
): string {
  const safe = harmless(text);
  const fence = fenceFor(safe);
  const wrap = (summary: string, body: string): string =>
    `${head}\n<details>\n<summary>${summary}</summary>\n\n${fence}diff\n${body}\n${fence}\n\n</details>\n`;
  const whole = wrap(title, safe);
  if (whole.length <= limit) return whole;
  const lines = safe.split("\n").length;
  const summary = (left: number): string => `${title}: the first ${left} of ${lines} lines; ${elsewhere}`;
  const kept = startOf(safe, limit - wrap(summary(lines), "").length);
  return wrap(summary(kept.split("\n").length), kept);
}

/** Characters that {@link withFolded} needs to show a useful part of the text. */
export const leastRoom = 2048;

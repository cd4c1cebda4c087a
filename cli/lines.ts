import { encodingOf } from "./decode.ts";

/** Longer lines are not kept: a file without line breaks would fill the memory. */
const longestLine = 1024 * 1024;

/** The lines of a text that comes piece by piece; undefined for a line that is too long. */
export async function* linesOf(
  pieces: AsyncIterable<string | Uint8Array>,
  limit = longestLine,
): AsyncGenerator<string | undefined> {
  let decoder: TextDecoder | undefined;
  let rest = "";
  let isTooLong = false;
  for await (const piece of pieces) {
    if (typeof piece !== "string") decoder ??= new TextDecoder(encodingOf(piece));
    const text = typeof piece === "string" ? piece : decoder!.decode(piece, { stream: true });
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      const line = rest + text.slice(start, end);
      yield isTooLong || line.length > limit ? undefined : line.replace(/\r$/, "");
      rest = "";
      isTooLong = false;
      start = end + 1;
    }
    if (!isTooLong) rest += text.slice(start);
    if (rest.length > limit) {
      rest = "";
      isTooLong = true;
    }
  }
  rest += decoder?.decode() ?? "";
  if (isTooLong) yield undefined;
  else if (rest !== "") yield rest;
}

import { LineCounter, parseDocument } from "yaml";

/** The text is not an API's description at all. */
export class ApiFileError extends Error {
  override readonly name = "ApiFileError";
}

/**
 * Reads JSON or YAML.
 *
 * @throws ApiFileError if the text is neither, or if a map has a key twice: programs differ in which of the two counts.
 */
export function dataOf(text: string): unknown {
  // JSON is read much faster than YAML.
  if (/^\s*\{/.test(text)) {
    let value: { read: unknown } | undefined;
    try {
      value = { read: JSON.parse(text) };
    } catch {
      // YAML in flow style begins like this, too.
    }
    if (value !== undefined) {
      refuseRepeatedKeys(text);
      return value.read;
    }
  }
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    logLevel: "error",
    merge: true,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = counter.linePos(error.pos[0]);
    const message = error.message.split("\n")[0];
    throw new ApiFileError(
      error.code === "DUPLICATE_KEY"
        ? `has a key twice in one map: line ${line}, column ${col}; leave one of the two`
        : `is not YAML or JSON: line ${line}, column ${col}: ${message}`,
    );
  }
  try {
    return document.toJS({ maxAliasCount: 1000 });
  } catch (error) {
    throw new ApiFileError(`cannot be read: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** Looks for the keys in valid JSON, since `JSON.parse` drops all but the last of equal ones. */
function refuseRepeatedKeys(json: string): void {
  /** The keys of each open map; undefined for an open list. */
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < json.length; i++) {
    const one = json[i];
    if (one === "{") open.push(new Set());
    else if (one === "[") open.push(undefined);
    else if (one === "}" || one === "]") open.pop();
    else if (one === '"') {
      const start = i;
      do i = json.indexOf('"', i + 1);
      while (isEscaped(json, i));
      const keys = open.at(-1);
      if (keys === undefined || !isColonNext(json, i + 1)) continue;
      const written = json.slice(start + 1, i);
      const key = written.includes("\\") ? (JSON.parse(`"${written}"`) as string) : written;
      if (keys.has(key)) {
        const lines = json.slice(0, start).split("\n");
        throw new ApiFileError(
          `has a key twice in one map: line ${lines.length}, column ${lines.at(-1)!.length + 1}; leave one of the two`,
        );
      }
      keys.add(key);
    }
  }
}

function isEscaped(json: string, quote: number): boolean {
  let start = quote;
  while (json[start - 1] === "\\") start--;
  return (quote - start) % 2 === 1;
}

function isColonNext(json: string, from: number): boolean {
  let at = from;
  while (json[at] === " " || json[at] === "\n" || json[at] === "\r" || json[at] === "\t") at++;
  return json[at] === ":";
}

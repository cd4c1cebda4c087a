import { isMap, type PathPart, valueAt } from "../../stack-file/paths.ts";

/** A part of a file, and its key path. */
export interface Located {
  value: unknown;
  at: readonly PathPart[];
}

/** Follows references inside one file. */
export class Resolver {
  readonly #root: unknown;

  constructor(root: unknown) {
    this.#root = root;
  }

  /**
   * The value itself, or the one that its `$ref` leads to. A text says why a reference cannot be followed. References to
   * other files are never followed.
   */
  follow(value: unknown, at: readonly PathPart[]): Located | string {
    const { parts, broken } = this.chain(value, at);
    return broken ?? parts.at(-1)!;
  }

  /** The value itself, and each one that a `$ref` leads to from there. `broken` says why the last one leads nowhere. */
  chain(value: unknown, at: readonly PathPart[]): { parts: readonly Located[]; broken?: string } {
    const seen: string[] = [];
    let found: Located = { value, at };
    const parts = [found];
    while (isMap(found.value) && typeof found.value.$ref === "string") {
      const { $ref: reference } = found.value;
      const broken = (why: string) => ({ parts, broken: `refers to ${shown(reference)}, which ${why}` });
      if (!reference.startsWith("#")) return broken("is outside of this file; bundle the file first");
      if (seen.includes(reference)) return { parts, broken: `refers to itself by ${shown(reference)}` };
      seen.push(reference);
      const path = pointerParts(reference);
      const target = path && valueAt(this.#root, path);
      if (path === undefined || target === undefined) return broken("the file does not have");
      found = { value: target, at: path };
      parts.push(found);
    }
    return { parts };
  }
}

const longest = 80;
const shown = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** The parts of a JSON pointer such as `#/paths/~1api`; undefined if the text is not a pointer. */
function pointerParts(reference: string): string[] | undefined {
  const pointer = reference.slice(1);
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) return undefined;
  try {
    return pointer
      .slice(1)
      .split("/")
      .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
  } catch {
    return undefined;
  }
}

import { isUtf8 } from "node:buffer";
import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";
import { isMap as isData } from "./paths.ts";
import { inFlow } from "./yaml-flow.ts";

/** A file into which nothing can be inserted without changing other lines. */
export class InsertError extends Error {
  override readonly name = "InsertError";
}

/** Values for the end of a list. The maps on the way to it are made if they are missing. */
export interface Insertion {
  /** Keys from the root of the file to the list. */
  path: readonly string[];
  items: readonly unknown[];
}

/**
 * The text of a file that is to be written again. Its bytes come back unchanged, a byte order mark included.
 *
 * @throws InsertError if the bytes are not UTF-8: they would be lost.
 */
export function textToInsertInto(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // No other character of UTF-8 contains the byte of a line break.
    let line = 1;
    for (let from = 0; ; line++) {
      const end = bytes.indexOf(10, from);
      if (end < 0 || !isUtf8(bytes.subarray(from, end))) break;
      from = end + 1;
    }
    throw new InsertError(
      `line ${line} is not UTF-8, and its characters would be lost; convert the file first, for example with: iconv -f LATIN1 -t UTF-8`,
    );
  }
}

/**
 * Adds items to lists of a YAML text. Every existing line stays unchanged, comments included. Only a list in one line
 * changes, and then only that line.
 *
 * @throws InsertError if the place is an alias, has an anchor, or is something else than a map or a list.
 */
export function insertItems(text: string, insertions: readonly Insertion[]): string {
  let result = text;
  for (const insertion of insertions) if (insertion.items.length > 0) result = insertOne(result, insertion);
  return result;
}

function insertOne(text: string, { path, items }: Insertion): string {
  const document = parseDocument(text, { keepSourceTokens: true, prettyErrors: false, logLevel: "error" });
  if (document.errors.length > 0) throw new InsertError("is not YAML");
  const eol = /\r\n/.test(text) ? "\r\n" : "\n";
  let node: unknown = document.contents;
  for (const [i, key] of path.entries()) {
    const at = path.slice(0, i + 1).join(".");
    if (!isMap(node)) throw new InsertError(`${path.slice(0, i).join(".")} is not a map`);
    const pair: Pair | undefined = node.items.find((one) => isScalar(one.key) && one.key.value === key);
    const missing = path.slice(i + 1).reduceRight<unknown>((inner, name) => ({ [name]: inner }), items);
    if (pair === undefined) return insertInto(text, node, { [key]: missing }, eol);
    if (isUnwritten(pair.value)) return afterKey(text, pair, at, flowText(missing));
    if (isAlias(pair.value)) throw new InsertError(`${at} is an alias (*); write the tests by hand`);
    if (isCollection(pair.value) && pair.value.anchor !== undefined)
      throw new InsertError(`${at} has an anchor (&), so other places have it too; write the tests by hand`);
    node = pair.value;
  }
  if (!isSeq(node)) throw new InsertError(`${path.join(".")} is not a list`);
  return insertInto(text, node, items, eol);
}

/** Whether nothing is written in the place of a value, except perhaps an anchor or a tag. */
const isUnwritten = (value: unknown): boolean =>
  value === null || (isScalar(value) && value.value === null && !value.source);

function insertInto(text: string, node: Node, value: unknown, eol: string): string {
  if (!isCollection(node) || !node.range) throw new InsertError("the place is neither a map nor a list");
  const last = node.items.at(-1);
  if (node.flow) {
    if (last !== undefined && isUnwritten(last))
      throw new InsertError(
        "a list in one line ends with an anchor (&) or a tag (!) and no value; remove that first",
      );
    const inner = flowText(value).slice(1, -1);
    const at = last === undefined ? node.range[0] + 1 : endOf(last);
    const beforeComment = text[at] === "#" ? " " : "";
    return `${text.slice(0, at)}${last === undefined ? "" : ", "}${inner}${beforeComment}${text.slice(at)}`;
  }
  const token = node.srcToken;
  if (last === undefined || token === undefined || !("indent" in token))
    throw new InsertError("the place is neither a map nor a list");
  const end = endOf(last);
  // A text block includes its last line break.
  const lineEnd = text[end - 1] === "\n" ? end : text.indexOf("\n", end) + 1 || text.length;
  const before = text.slice(0, lineEnd);
  const lines = block(value, token.indent as number).map((line) => line + eol);
  return `${before}${before.endsWith("\n") ? "" : eol}${lines.join("")}${text.slice(lineEnd)}`;
}

/** Offset behind the last character of a value. */
function endOf(item: unknown): number {
  if (isPair(item)) {
    const { key, value } = item as Pair<Node, Node | null>;
    if (!isUnwritten(value)) return endOf(value);
    const last = afterKeyOf(item as Pair).at(-1);
    return last === undefined ? key.range![1] : last.offset + last.source.length;
  }
  const node = item as Node;
  const last = isCollection(node) && !node.flow ? node.items.at(-1) : undefined;
  return last === undefined ? node.range![1] : endOf(last);
}

/** The colon behind a key, and an anchor and a tag behind the colon. */
function afterKeyOf({ srcToken }: Pair): { type: string; offset: number; source: string }[] {
  return (srcToken?.sep ?? []).filter(({ type }) => ["map-value-ind", "anchor", "tag"].includes(type));
}

/** Writes a value behind the colon of a key. */
function afterKey(text: string, pair: Pair, at: string, value: string): string {
  const [colon, ...others] = afterKeyOf(pair);
  if (colon === undefined) throw new InsertError(`${at} has no colon; write one behind it first`);
  if (others.length > 0)
    throw new InsertError(`${at} has an anchor (&) or a tag (!) and no value; remove that first`);
  const end = colon.offset + 1;
  return `${text.slice(0, end)} ${value}${text.slice(end)}`;
}

/** A value as {@link insertItems} would write it. */
export function blockText(value: object): string {
  return `${block(value, 0).join("\n")}\n`;
}

/** The lines of a value: one line for each key down to the lists, and one for each item of a list. */
function block(value: unknown, indent: number): string[] {
  const space = " ".repeat(indent);
  if (Array.isArray(value)) return value.map((item) => `${space}- ${flowText(item)}`);
  return Object.entries(value as object).flatMap(([key, inner]: [string, unknown]) =>
    isData(inner) || Array.isArray(inner)
      ? [`${space}${keyText(key)}:`, ...block(inner, indent + 2)]
      : [`${space}${keyText(key)}: ${flowText(inner)}`],
  );
}

function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  if (isData(value))
    return `{${Object.entries(value)
      .map(([key, inner]) => `${keyText(key)}: ${flowText(inner)}`)
      .join(", ")}}`;
  return typeof value === "string" ? inFlow(value) : JSON.stringify(value);
}

/** The namespace of a key in a stack file needs no quotes. */
const keyText = (key: string): string => (/^[a-z][\w-]*:[a-z]\w*$/i.test(key) ? key : inFlow(key));

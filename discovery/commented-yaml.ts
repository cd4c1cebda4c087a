import {
  Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { visible } from "../report/text.ts";
import type { PathPart } from "../stack-file/paths.ts";
import { wrapped } from "../stack-file/text.ts";

/** A comment in a stack file. */
export interface Comment {
  path: readonly PathPart[];
  /** `before`: separate lines above the key. `beside`: at the end of the line. */
  place: "before" | "beside";
  text: string;
}

/** Columns after which a comment goes on in the next line. */
const widest = 108;

/**
 * The text of a stack file: values in the order given, with comments.
 *
 * @param head Lines in front of everything, as comments.
 * @param oneLine Key paths of maps that are written in one line. Lists of texts always are.
 */
export function commentedYaml(
  values: Readonly<Record<string, unknown>>,
  comments: readonly Comment[],
  { head = [], oneLine = [] }: { head?: readonly string[]; oneLine?: readonly (readonly PathPart[])[] } = {},
): string {
  const document = new Document({ config: values }, { aliasDuplicateObjects: false });
  const keys: KeyIndex = new Map();
  for (const comment of comments)
    write(pairAt(document.contents, ["config", ...comment.path], keys), comment);
  flowLists(document.contents);
  for (const path of oneLine) setFlow(nodeAt(document.contents, ["config", ...path], keys));
  quoteInvisible(document);
  const text = document.toString({
    lineWidth: 0,
    nullStr: "",
    flowCollectionPadding: false,
    doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
  });
  // YAML reads the same spelling between double quotes.
  return [...head.map(commentLine), text.split("\n").map(visible).join("\n")].join("");
}

/** Puts texts with invisible characters between double quotes, which can spell them out. */
function quoteInvisible(document: Document): void {
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && visible(node.value) !== node.value) node.type = "QUOTE_DOUBLE";
    },
  });
}

/** A line that is a comment, whatever the text contains. */
export function commentLine(text: string): string {
  return `${`# ${visible(text)}`.trimEnd()}\n`;
}

function write(pair: Pair | undefined, { path, place, text }: Comment): void {
  const key = pair?.key;
  if (pair === undefined || !isScalar(key)) return;
  if (place === "before") {
    // Each line begins with the space that comments begin with.
    const lines = wrapped(visible(text), widest - path.length * 2 - 1).map((line) => ` ${line}`);
    key.commentBefore = [...(key.commentBefore ? [key.commentBefore] : []), ...lines].join("\n");
    return;
  }
  const value = (pair.value ?? new Scalar(null)) as Node;
  pair.value = value;
  value.comment = ` ${visible(text)}`;
}

function pairAt(root: unknown, path: readonly PathPart[], keys: KeyIndex): Pair | undefined {
  const map = nodeAt(root, path.slice(0, -1), keys);
  return isMap(map) ? pairsOf(map, keys).get(path.at(-1)) : undefined;
}

function nodeAt(root: unknown, path: readonly PathPart[], keys: KeyIndex): unknown {
  return path.reduce<unknown>((node, part) => {
    if (isSeq(node)) return node.items[Number(part)];
    return isMap(node) ? pairsOf(node, keys).get(part)?.value : undefined;
  }, root);
}

/** The pairs of maps by key: looking through thousands of apps for each comment takes long. */
type KeyIndex = Map<YAMLMap, Map<unknown, Pair>>;

function pairsOf(map: YAMLMap, keys: KeyIndex): Map<unknown, Pair> {
  let pairs = keys.get(map);
  if (pairs === undefined) {
    pairs = new Map(map.items.map((pair) => [isScalar(pair.key) ? pair.key.value : pair.key, pair]));
    keys.set(map, pairs);
  }
  return pairs;
}

function flowLists(node: unknown): void {
  if (isSeq(node) && node.items.every(isScalar)) node.flow = true;
  else if (isSeq(node)) for (const item of node.items) flowLists(item);
  else if (isMap(node) && node.items.length === 0) node.flow = true;
  else if (isMap(node)) for (const { value } of node.items) flowLists(value);
}

function setFlow(node: unknown): void {
  if (!isMap(node) && !isSeq(node)) return;
  node.flow = true;
  for (const item of node.items) setFlow(isPair(item) ? item.value : item);
}

import { Document, isMap, isPair, isScalar, isSeq, type Node, type Pair, Scalar } from "yaml";
import type { PathPart } from "../stack-file/paths.ts";
import { wrapped } from "../stack-file/text.ts";

/** A comment in a stack file. */
export interface Comment {
  path: readonly PathPart[];
  /** `before`: lines of their own above the key. `beside`: at the end of the line. */
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
  for (const comment of comments) write(document, comment);
  flowLists(document.contents);
  for (const path of oneLine) flow(document.getIn(["config", ...path], true));
  const text = document.toString({ lineWidth: 0, nullStr: "", flowCollectionPadding: false });
  return [...head.map((line) => `${`# ${line}`.trimEnd()}\n`), text].join("");
}

function write(document: Document, { path, place, text }: Comment): void {
  const pair = pairAt(document, ["config", ...path]);
  const key = pair?.key;
  if (pair === undefined || !isScalar(key)) return;
  if (place === "before") {
    const lines = commentLines(text, widest - path.length * 2);
    key.commentBefore = [...(key.commentBefore ? [key.commentBefore] : []), ...lines].join("\n");
    return;
  }
  const value = (pair.value ?? new Scalar(null)) as Node;
  pair.value = value;
  value.comment = ` ${text}`;
}

function pairAt(document: Document, path: readonly PathPart[]): Pair | undefined {
  const map = document.getIn(path.slice(0, -1), true);
  if (!isMap(map)) return undefined;
  return map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1));
}

function flowLists(node: unknown): void {
  if (isSeq(node) && node.items.every(isScalar)) node.flow = true;
  else if (isSeq(node)) for (const item of node.items) flowLists(item);
  else if (isMap(node) && node.items.length === 0) node.flow = true;
  else if (isMap(node)) for (const { value } of node.items) flowLists(value);
}

function flow(node: unknown): void {
  if (!isMap(node) && !isSeq(node)) return;
  node.flow = true;
  for (const item of node.items) flow(isPair(item) ? item.value : item);
}

/** The lines of a comment, each with the space that comments begin with. Line breaks of the text stay. */
function commentLines(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const indent = /^\s*/.exec(paragraph)![0];
    const words = paragraph.trim().replaceAll(/\s+/g, " ");
    const lines = words === "" ? [""] : wrapped(words, width - indent.length - 1);
    return lines.map((line) => ` ${indent}${line}`);
  });
}

import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from "yaml";
import { nearest } from "../../stack-file/nearest.ts";
import { invisible } from "./criteria.ts";
import { plainText } from "./plain-text.ts";
import type { Problems } from "./problems.ts";

/** More references than any policy needs. Without a limit, a small text can expand without end. */
const maxReferences = 100;

const textTag = "tag:yaml.org,2002:str";

/** Tags by which Pomerium's YAML reader changes a value. It ignores all others. */
const changingTags = ["binary", "bool", "float", "int", "merge", "null", "omap", "set", "timestamp"].map(
  (name) => `tag:yaml.org,2002:${name}`,
);

/** One entry of a mapping whose key is text. */
export interface Entry {
  key: string;
  keyNode: Node;
  value: Node | null;
}

/** Reads a YAML document and reports mistakes in the words of policies. */
export class Reader {
  readonly problems: Problems;
  readonly #document: Document.Parsed;
  /** Texts inside brackets or braces, where Pomerium's YAML reader is stricter. */
  readonly #inFlow = new Set<unknown>();
  #references = 0;

  constructor(document: Document.Parsed, problems: Problems) {
    this.#document = document;
    this.problems = problems;
    visit(document, {
      Scalar: (_, node, parents) => {
        if (parents.some((parent) => isCollection(parent) && parent.flow)) this.#inFlow.add(node);
      },
    });
  }

  /** The node itself, or the node that it refers to. */
  follow(node: unknown): Node | null {
    if (!isAlias(node)) {
      const plain = node as Node | null;
      // YAML keeps only tags that the author wrote.
      if (plain?.tag !== undefined) this.#checkTag(plain, plain.tag);
      return plain;
    }
    this.#references += 1;
    if (this.#references > maxReferences) {
      if (this.#references === maxReferences + 1)
        this.problems.at(node, `more than ${maxReferences} references`, "write them out");
      return null;
    }
    const target = node.resolve(this.#document);
    if (target === undefined || !/^[\w-]+$/.test(node.source)) {
      this.problems.at(node, `nothing is called "${node.source}" before this`, "write it out");
      return null;
    }
    return target;
  }

  /** Reports a tag that changes the value. All others are ignored, except that a tagged scalar is always a text. */
  #checkTag(node: Node, tag: string): void {
    if (tag === textTag) return;
    // A `!` alone means a text to everybody but Pomerium's reader.
    if (changingTags.includes(tag) || tag === "!" || (isScalar(node) && typeof node.value !== "string"))
      this.problems.at(node, `the tag ${tag} is not read here`, "leave it out");
    else this.problems.warn(node, `Pomerium ignores the tag ${tag}`, "leave it out");
  }

  /** The entries of a mapping, with those that it merges (`<<: *others`). Its own entries come before merged ones. */
  entries(map: YAMLMap): Entry[] {
    const merged: Entry[] = [];
    const own = map.items.flatMap((pair: Pair): Entry[] => {
      const keyNode = this.follow(pair.key);
      if (!isScalar(keyNode) || typeof keyNode.value !== "string") {
        this.problems.at(keyNode ?? map, `a name is expected before the colon, not ${describe(keyNode)}`);
        return [];
      }
      if (keyNode.value === "<<" && keyNode.type === "PLAIN" && keyNode.tag === undefined) {
        merged.push(...this.#merged(pair.value));
        return [];
      }
      return [{ key: keyNode.value, keyNode, value: this.follow(pair.value) }];
    });
    const all = new Map<string, Entry>();
    for (const entry of [...own, ...merged]) if (!all.has(entry.key)) all.set(entry.key, entry);
    return [...all.values()];
  }

  /** The entries of a merge key's value: a mapping, or a list of them, of which the first one wins. */
  #merged(value: unknown): Entry[] {
    const node = this.follow(value);
    const maps = isSeq(node) ? node.items.map((item) => this.follow(item)) : [node];
    return maps.flatMap((each) => {
      if (isMap(each)) return this.entries(each);
      this.problems.at(each ?? node, `<< takes a mapping or a list of mappings, not ${describe(each)}`);
      return [];
    });
  }

  /** Reads a text. Returns undefined after reporting a problem. */
  text(node: Node | null, what: string): string | undefined {
    if (isEmpty(node)) return this.problems.at(node, `${what} has no value`);
    if (!isScalar(node)) return this.problems.at(node, `${what} takes one text, not ${describe(node)}`);
    const { value } = node;
    // Such a tag has been reported.
    if (typeof value !== "string" && node.tag !== undefined) return undefined;
    const type = node.type === "PLAIN" && node.tag === undefined ? plainText(String(value)) : "text";
    if (typeof value !== "string" || type === "number")
      return this.problems.at(
        node,
        `${what} takes a text; ${node.source ?? value} is not a text`,
        quoteHint(node),
      );
    if (typeof type === "object")
      this.problems.warn(
        node,
        `${what}: ${value} without quotes is a date, which Pomerium compares as ${type.date}`,
        quoteHint(node),
      );
    const text = typeof type === "object" ? type.date : value;
    if (node.type === "PLAIN" && this.#inFlow.has(node) && /^:|\?/.test(text))
      return this.problems.at(
        node,
        `inside brackets, Pomerium's YAML reader stops at ${text}`,
        quoteHint(node),
      );
    if (invisible.test(text))
      return this.problems.at(
        node,
        `${what} holds a character that cannot be seen`,
        `it reads "${visible(text)}"`,
      );
    return text;
  }

  texts(node: Node | null, what: string): string[] | undefined {
    if (!isSeq(node))
      return this.problems.at(
        node,
        `${what} takes a list, not ${describe(node)}`,
        "write it as [a, b] or with dashes",
      );
    const all = node.items.map((item) => this.text(this.follow(item), `each entry of ${what}`));
    return all.every((one) => one !== undefined) ? all : undefined;
  }

  textOrTexts(node: Node | null, what: string): string | string[] | undefined {
    return isSeq(node) ? this.texts(node, what) : this.text(node, what);
  }

  /** Reads the fields of a mapping, each with its reader. Reports unknown fields. */
  fields(
    map: YAMLMap,
    what: string,
    readers: Readonly<Record<string, (node: Node | null, what: string) => unknown>>,
  ) {
    const read: Record<string, unknown> = {};
    for (const { key, keyNode, value } of this.entries(map)) {
      const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
      if (reader === undefined)
        this.problems.at(
          keyNode,
          `${what} has no comparison "${key}"`,
          comparisonHint(key, Object.keys(readers)),
        );
      else read[key] = reader(value, `${what} ${key}`);
    }
    return read;
  }
}

/** A text whose invisible characters are replaced by their numbers. */
export function visible(text: string): string {
  return [...text]
    .map((one) =>
      invisible.test(one) ? `<U+${one.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}>` : one,
    )
    .join("");
}

export function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

/** A node in the words of the author. */
export function describe(node: Node | null): string {
  if (isEmpty(node)) return "nothing";
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (!isScalar(node)) return "a reference";
  if (typeof node.value === "string") return `the text ${JSON.stringify(node.value)}`;
  return `the ${typeof node.value} ${node.source ?? node.value}`;
}

export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const meant = nearest(word, candidates);
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
}

function quoteHint(node: Node): string | undefined {
  return isScalar(node) && node.source !== undefined
    ? `put it in quotes: ${JSON.stringify(node.source)}`
    : undefined;
}

function comparisonHint(key: string, known: string[]): string {
  if (/^(?:matches|match|regex|regexp|pattern|like)$/.test(key) && known.includes("starts_with"))
    return "the language has no patterns; there are is, not, starts_with, ends_with, contains and in";
  return didYouMean(key, known) ?? `there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}`;
}

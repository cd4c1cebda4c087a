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
import type { Problems } from "./problems.ts";

/** More references than any policy needs. Without a limit, a small text can expand without end. */
const maxReferences = 100;

/** Texts without quotes that Pomerium's YAML reader takes for a number or a date. */
const looksTyped =
  /^(?:[-+]?(?:0[box])?[0-9][0-9a-f_]*|[-+]?[0-9_]*\.?[0-9_]+(?:e[-+]?[0-9]+)?|\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?)$/i;

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
      if (plain?.tag !== undefined)
        this.problems.at(plain, `the tag ${plain.tag} is not read here`, "leave it out");
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

  entries(map: YAMLMap): Entry[] {
    return map.items.flatMap((pair: Pair) => {
      const keyNode = this.follow(pair.key);
      if (!isScalar(keyNode) || typeof keyNode.value !== "string") {
        this.problems.at(keyNode ?? map, `a name is expected before the colon, not ${describe(keyNode)}`);
        return [];
      }
      if (keyNode.value === "<<" && keyNode.type === "PLAIN") {
        this.problems.at(keyNode, "merge keys are not read here", "write the entries out");
        return [];
      }
      return [{ key: keyNode.value, keyNode, value: this.follow(pair.value) }];
    });
  }

  /** Reads a text. Returns undefined after reporting a problem. */
  text(node: Node | null, what: string): string | undefined {
    if (isEmpty(node)) return this.problems.at(node, `${what} has no value`);
    if (!isScalar(node)) return this.problems.at(node, `${what} takes one text, not ${describe(node)}`);
    const typed = typeof node.value !== "string" || (node.type === "PLAIN" && looksTyped.test(node.value));
    if (typed)
      return this.problems.at(
        node,
        `${what} takes a text; ${node.source ?? node.value} is not a text`,
        quoteHint(node),
      );
    const text = node.value as string;
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

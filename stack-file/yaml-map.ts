import {
  type Document,
  isAlias,
  isNode,
  isScalar,
  isSeq,
  isMap as isYamlMap,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { isMap, keyPath, type PathPart, pathBelow } from "./paths.ts";
import { type Place, placeText } from "./place.ts";
import type { Problem } from "./problems.ts";
import { oddKey, placeAt, syntaxProblems } from "./yaml-syntax.ts";

/** A YAML text whose root is a map. */
export interface YamlText {
  root: YAMLMap;
  document: Document;
  counter: LineCounter;
}

/** The parsed text, or the problems that keep it from being one map. */
export function parseMap(text: string, notAMap: string): YamlText | Problem[] {
  const quick = parse(text, { isThorough: false });
  const { errors, warnings, contents } = quick.document;
  if (errors.length > 0 || warnings.length > 0 || mayHaveEqualKeys(contents)) {
    const thorough = parse(text, { isThorough: true });
    const problems = syntaxProblems(text, thorough.document, thorough.counter);
    if (problems.length > 0) return problems;
  }
  return isYamlMap(contents) ? { ...quick, root: contents } : [{ at: "", message: notAMap }];
}

interface Parsed {
  document: Document.Parsed;
  counter: LineCounter;
}

/**
 * Parses a text. The thorough way compares each key with all others of its map, and keeps the tokens of the text. Only
 * the messages about errors need both.
 */
function parse(text: string, { isThorough }: { isThorough: boolean }): Parsed {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    logLevel: "error",
    uniqueKeys: isThorough,
    keepSourceTokens: isThorough,
  });
  return { document, counter };
}

/** Whether a map may have a key twice. False means that none has. */
function mayHaveEqualKeys(node: unknown): boolean {
  if (isSeq(node)) return node.items.some(mayHaveEqualKeys);
  if (!isYamlMap(node)) return false;
  const keys = new Set(node.items.map(({ key }) => (isScalar(key) ? key.value : key)));
  return (
    keys.size < node.items.length ||
    node.items.some(({ key, value }) => mayHaveEqualKeys(key) || mayHaveEqualKeys(value))
  );
}

/** The values below a node as data; empty if there are none. Problems if an alias cannot be followed. */
export function valuesOf(
  node: unknown,
  { document, counter }: YamlText,
): { values: Record<string, unknown> } | Problem[] {
  if (!isNode(node)) return { values: {} };
  try {
    const values: unknown = node.toJS(document, { maxAliasCount: 100 });
    return { values: isMap(values) ? values : {} };
  } catch {
    const lost = lostAliases(document, counter);
    return lost.length > 0 ? lost : [{ at: "", message: "has too many aliases (*)" }];
  }
}

/** Problems for the aliases without an anchor. */
function lostAliases(document: Document, counter: LineCounter): Problem[] {
  const lost: Problem[] = [];
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) === undefined)
        lost.push({
          at: "",
          // The name may be a secret that nobody has put in quotes.
          message:
            "this alias (*) has no anchor (&) with its name above it; a text that begins with * needs quotes",
          ...(node.range ? { place: placeAt(node.range[0], counter) } : {}),
        });
    },
  });
  return lost;
}

/** The entry of a map for a key path, such as its place, or for the nearest path above it. */
export function nearestPlace<T>(places: ReadonlyMap<string, T>, at: string): T | undefined {
  for (let end = at.length; end > 0; end--) {
    const isWhole = end === at.length || at[end] === "." || at[end] === "[";
    const place = isWhole ? places.get(at.slice(0, end)) : undefined;
    if (place !== undefined) return place;
  }
  return undefined;
}

/** How the keys at the top are named in key paths. */
export interface TopKeys {
  /** The name of a key; undefined for a key that is of no interest. */
  nameOf(key: string): string | undefined;
  /** Why two keys of one name can both be there. */
  twice: string;
}

export const everyKey: TopKeys = { nameOf: (key) => key, twice: "" };

const textOf = (key: unknown): string => String(isScalar(key) ? key.value : key);

/**
 * Removes the entries below a node whose key is not text. Reports them, and keys that have one name.
 *
 * @param top Default: the keys are named as they are.
 */
export function keyProblems(
  node: unknown,
  { document, counter }: YamlText,
  { nameOf, twice }: TopKeys = everyKey,
): Problem[] {
  const problems: Problem[] = [];
  const path: PathPart[] = [];
  const report = (message: string, place: Place | undefined): void => {
    problems.push({ at: keyPath(path), message, ...(place === undefined ? {} : { place }) });
  };
  const meant = (key: unknown): unknown => (isAlias(key) ? key.resolve(document) : key);
  const walkBelow = (part: PathPart, each: unknown): void => {
    path.push(part);
    walk(each);
    path.pop();
  };
  const walk = (each: unknown): void => {
    if (isSeq(each)) for (const [i, item] of each.items.entries()) walkBelow(i, item);
    if (!isYamlMap(each)) return;
    each.items = each.items.filter(({ key }) => {
      const odd = oddKey(meant(key));
      if (odd === undefined) return true;
      report(
        `has ${odd} in the place of a key; is a key with its colon missing in front?`,
        placeOfNode(key, counter) ?? placeOfNode(each, counter),
      );
      return false;
    });
    const firsts = new Map<string, unknown>();
    for (const { key, value } of each.items) {
      const text = textOf(meant(key));
      const name = path.length === 0 ? nameOf(text) : text;
      if (name === undefined) continue;
      if (!firsts.has(name)) {
        firsts.set(name, key);
        walkBelow(name, value);
        continue;
      }
      const first = placeText(placeOfNode(firsts.get(name), counter));
      path.push(name);
      report(`is given twice${twice}; the first one is at ${first}`, placeOfNode(key, counter));
      path.pop();
    }
  };
  walk(node);
  return problems;
}

/**
 * The place of every key path below a node. A place comes after those above it. Of keys with one name, the first counts.
 *
 * @param top Default: the keys are named as they are.
 * @param file The app file that the node is in. Default: it is in the stack file.
 */
export function placesBelow(
  node: unknown,
  { counter }: Pick<YamlText, "counter">,
  { nameOf }: TopKeys = everyKey,
  file?: string,
): Map<string, Place> {
  const places = new Map<string, Place>();
  const note = (path: string, each: unknown): void => {
    const place = placeOfNode(each, counter);
    if (place !== undefined) places.set(path, file === undefined ? place : { file, ...place });
  };
  const walk = (each: unknown, above: string): void => {
    if (isSeq(each))
      for (const [i, item] of each.items.entries()) {
        const path = pathBelow(above, i);
        note(path, item);
        walk(item, path);
      }
    if (!isYamlMap(each)) return;
    for (const { key, value } of each.items) {
      const name = above === "" ? nameOf(textOf(key)) : textOf(key);
      const path = name === undefined ? textOf(key) : pathBelow(above, name);
      if (places.has(path)) continue;
      note(path, key);
      if (name !== undefined) walk(value, path);
    }
  };
  walk(node, "");
  return places;
}

function placeOfNode(node: unknown, counter: LineCounter): Place | undefined {
  const range = (node as Node | null)?.range;
  return range ? placeAt(range[0], counter) : undefined;
}

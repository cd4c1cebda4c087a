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
import { isMap, keyPath, type PathPart } from "./paths.ts";
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
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    keepSourceTokens: true,
    logLevel: "error",
  });
  const syntax = syntaxProblems(text, document, counter);
  if (syntax.length > 0) return syntax;
  const root = document.contents;
  return isYamlMap(root) ? { root, document, counter } : [{ at: "", message: notAMap }];
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

/** The place of a key path, or of the nearest path above it. */
export function nearestPlace(places: ReadonlyMap<string, Place>, at: string): Place | undefined {
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

/**
 * The place of every key path below a node. Entries whose key is not text are removed and reported.
 *
 * @param top Default: the keys are named as they are.
 */
export function placesBelow(
  node: unknown,
  { document, counter }: YamlText,
  { nameOf, twice }: TopKeys = { nameOf: (key) => key, twice: "" },
): { places: Map<string, Place>; problems: Problem[] } {
  const places = new Map<string, Place>();
  const problems: Problem[] = [];
  const placeOf = (each: unknown): Place | undefined => {
    const range = (each as Node | null)?.range;
    return range ? placeAt(range[0], counter) : undefined;
  };
  const note = (path: string, each: unknown): void => {
    const place = placeOf(each);
    if (place !== undefined) places.set(path, place);
  };
  const walk = (each: unknown, path: readonly PathPart[]): void => {
    if (isSeq(each))
      for (const [i, item] of each.items.entries()) {
        note(keyPath([...path, i]), item);
        walk(item, [...path, i]);
      }
    if (!isYamlMap(each)) return;
    each.items = each.items.filter(({ key }) => {
      const odd = oddKey(isAlias(key) ? key.resolve(document) : key);
      if (odd === undefined) return true;
      const place = placeOf(key) ?? placeOf(each);
      problems.push({
        at: keyPath(path),
        message: `has ${odd} in the place of a key; is a key with its colon missing in front?`,
        ...(place === undefined ? {} : { place }),
      });
      return false;
    });
    for (const { key, value } of each.items) {
      const name = String(isScalar(key) ? key.value : key);
      const own = path.length === 0 ? nameOf(name) : name;
      const first = own === undefined ? undefined : places.get(keyPath([...path, own]));
      if (own !== undefined && first !== undefined) {
        const place = placeOf(key);
        problems.push({
          at: keyPath([...path, own]),
          message: `is given twice${twice}; the first one is at ${placeText(first)}`,
          ...(place === undefined ? {} : { place }),
        });
        continue;
      }
      if (own === undefined) {
        note(name, key);
        continue;
      }
      note(keyPath([...path, own]), key);
      walk(value, [...path, own]);
    }
  };
  walk(node, []);
  return { places, problems };
}

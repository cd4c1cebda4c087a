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
} from "yaml";
import { didYouMean } from "./nearest.ts";
import { isMap, keyPath, type PathPart } from "./paths.ts";
import { type Place, type PlaceOf, placeText } from "./place.ts";
import { type Problem, StackFileError } from "./problems.ts";
import { project } from "./project.ts";
import { oddKey, placeAt, syntaxProblems } from "./yaml-syntax.ts";

/** The content of a stack file. */
export interface StackFile {
  /** The project's keys without their namespace, and their values as the file has them. */
  raw: Record<string, unknown>;
  /** Problems of the file that do not depend on what the keys mean. */
  problems: Problem[];
  placeOf: PlaceOf;
}

/**
 * Top-level keys of a stack file. All except `config` are Pulumi's own.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/
 */
const pulumiKeys = ["config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment"] as const;

/** Namespaces of the program's providers and of Pulumi itself. The program ignores their keys. */
export const otherNamespaces: readonly string[] = ["cloudflare", "kubernetes", "pulumi", "random"];

/** The section that a key without its namespace means; undefined if it means none. */
export type Meant = (name: string, value: unknown) => string | undefined;

/**
 * Reads the text of a stack file.
 *
 * @param file Name of the file, for errors.
 * @param meant Finds sections of the project under the namespace of a provider. Default: there are none.
 * @throws StackFileError if the text is not YAML.
 */
export function readStackFile(file: string, text: string, meant?: Meant): StackFile {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    keepSourceTokens: true,
    logLevel: "error",
  });
  const syntax = syntaxProblems(text, document, counter);
  if (syntax.length > 0) throw new StackFileError(file, syntax);
  const root = document.contents;
  if (!isYamlMap(root))
    throw new StackFileError(file, [{ at: "", message: "must be a map with the key `config`" }]);
  const config = root.get("config", true);
  const { places, problems } = walkConfig(config, document, counter);
  for (const { key } of root.items) {
    const name = String(key);
    if (!(pulumiKeys as readonly string[]).includes(name))
      problems.push({
        at: name,
        message: `unknown key of a stack file${didYouMean(name, pulumiKeys)}`,
        ...(isNode(key) && key.range ? { place: placeAt(key.range[0], counter) } : {}),
      });
  }
  const values = valuesOf(file, config, document, counter);
  problems.push(...foreignKeys(values, meant));
  const raw = Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      const own = ownKey(key);
      return own === undefined ? [] : [[own, value]];
    }),
  );
  return { raw, problems, placeOf: (at) => nearestPlace(places, at) };
}

/** The values below `config:` as data; empty if there are none. */
function valuesOf(
  file: string,
  config: unknown,
  document: Document,
  counter: LineCounter,
): Record<string, unknown> {
  if (!isNode(config)) return {};
  try {
    const values: unknown = config.toJS(document, { maxAliasCount: 100 });
    return isMap(values) ? values : {};
  } catch {
    const lost = lostAliases(document, counter);
    throw new StackFileError(
      file,
      lost.length > 0 ? lost : [{ at: "", message: "has too many aliases (*)" }],
    );
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

/** A key without the project's namespace, which is optional in Pulumi; undefined for a key of another namespace. */
function ownKey(key: string): string | undefined {
  const own = key.startsWith(`${project}:`) ? key.slice(project.length + 1) : key;
  return own.includes(":") ? undefined : own;
}

/**
 * Problems for the keys that neither the program nor a provider reads. Without these problems, a mistyped namespace
 * would silently drop a whole section.
 */
export function foreignKeys(
  values: Readonly<Record<string, unknown>>,
  meant: Meant = () => undefined,
): Problem[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (ownKey(key) !== undefined) return [];
    const name = key.split(":").at(-1)!;
    const isOfProvider = otherNamespaces.includes(key.split(":", 1)[0]!);
    const section = isOfProvider ? meant(name, value) : name;
    return section === undefined
      ? []
      : [
          {
            at: key,
            message: `nothing reads this key; write it as ${project}:${section}, or remove it`,
          },
        ];
  });
}

function nearestPlace(places: ReadonlyMap<string, Place>, at: string): Place | undefined {
  for (let end = at.length; end > 0; end--) {
    const isWhole = end === at.length || at[end] === "." || at[end] === "[";
    const place = isWhole ? places.get(at.slice(0, end)) : undefined;
    if (place !== undefined) return place;
  }
  return undefined;
}

/** The place of every key path below `config:`. Entries whose key is not text are removed and reported. */
function walkConfig(
  config: unknown,
  document: Document,
  counter: LineCounter,
): { places: Map<string, Place>; problems: Problem[] } {
  const places = new Map<string, Place>();
  const problems: Problem[] = [];
  const placeOf = (node: unknown): Place | undefined => {
    const range = (node as Node | null)?.range;
    return range ? placeAt(range[0], counter) : undefined;
  };
  const note = (path: string, node: unknown): void => {
    const place = placeOf(node);
    if (place !== undefined) places.set(path, place);
  };
  const walk = (node: unknown, path: readonly PathPart[]): void => {
    if (isSeq(node))
      for (const [i, item] of node.items.entries()) {
        note(keyPath([...path, i]), item);
        walk(item, [...path, i]);
      }
    if (!isYamlMap(node)) return;
    node.items = node.items.filter(({ key }) => {
      const odd = oddKey(isAlias(key) ? key.resolve(document) : key);
      if (odd === undefined) return true;
      const place = placeOf(key) ?? placeOf(node);
      problems.push({
        at: keyPath(path),
        message: `has ${odd} in the place of a key; is a key with its colon missing in front?`,
        ...(place === undefined ? {} : { place }),
      });
      return false;
    });
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      const own = path.length === 0 ? ownKey(name) : name;
      const first = own === undefined ? undefined : places.get(keyPath([...path, own]));
      if (own !== undefined && first !== undefined) {
        const place = placeOf(key);
        problems.push({
          at: keyPath([...path, own]),
          message: `is given twice, with and without the namespace ${project}; the first one is at ${placeText(first)}`,
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
  walk(config, []);
  return { places, problems };
}

import { basename } from "node:path";
import { isScalar, isSeq, isMap as isYamlMap, LineCounter, type Node, parseDocument } from "yaml";
import { didYouMean } from "./nearest.ts";
import { isMap, keyPath, type PathPart } from "./paths.ts";
import { type Problem, StackFileError } from "./problems.ts";
import { project } from "./project.ts";

/** A stack file taken apart. */
export interface StackFile {
  /** The project's keys, without their namespace, and their values as they stand there. */
  raw: Record<string, unknown>;
  /** What is wrong with the file around them. */
  problems: Problem[];
  /** Line of a key path, or of what is nearest above it. */
  line: (at: string) => number | undefined;
}

/** Name of a stack's file, beside Pulumi.yaml. */
export function stackFileName(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

/** The stack that a file is for: `Pulumi.octavo.yaml` → `octavo`. */
export function stackOf(path: string): string {
  const file = basename(path);
  return /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1] ?? file;
}

/**
 * Top-level keys of a stack file; all but `config` are Pulumi's own.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/
 */
export const pulumiKeys = [
  "config",
  "secretsprovider",
  "encryptedkey",
  "encryptionsalt",
  "environment",
] as const;

/** The parser's own messages may quote the text, and with it a secret: these stand in for them. */
const yamlMistakes: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "the same key is given twice",
  BAD_INDENT: "the indentation fits no key above",
  TAB_AS_INDENT: "a tab indents; YAML takes spaces only",
  MISSING_CHAR: "a closing quote or bracket is missing",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line; is a colon or a quote missing?",
};

/**
 * @param file Name of the file, for errors.
 * @throws StackFileError when the text is no YAML.
 */
export function readStackFile(file: string, text: string): StackFile {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  if (document.errors.length > 0)
    throw new StackFileError(
      file,
      document.errors.map(({ pos, code }) => {
        const { line, col } = counter.linePos(pos[0]);
        return { at: `line ${line}, column ${col}`, message: yamlMistakes[code] ?? "is no YAML", line };
      }),
    );
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new StackFileError(file, [
      { at: "", message: "an alias (*) has no anchor (&), or there are too many" },
    ]);
  }
  const problems: Problem[] = [];
  if (!isMap(content)) problems.push({ at: "", message: "must be a map with the key `config`" });
  for (const key of Object.keys(isMap(content) ? content : {}))
    if (!(pulumiKeys as readonly string[]).includes(key))
      problems.push({
        at: keyPath([key]),
        message: `unknown key of a stack file${didYouMean(key, pulumiKeys)}`,
      });

  const config = isMap(content) && isMap(content.config) ? content.config : {};
  const raw = Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => {
      const own = ownKey(key);
      return own === undefined ? [] : [[own, value]];
    }),
  );
  let known: Map<string, number> | undefined;
  const line = (at: string): number | undefined => {
    known ??= linesOf(document.get("config"), counter);
    for (let path = at; path !== ""; path = path.replace(/(\.[^.[\]"]+|\[[^[\]]*\]|^[^.[]+)$/, "")) {
      const found = known.get(path);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return { raw, problems, line };
}

/** The project's key without its namespace, which Pulumi lets one leave out; undefined for keys of others. */
export function ownKey(key: string): string | undefined {
  const own = key.startsWith(`${project}:`) ? key.slice(project.length + 1) : key;
  return own.includes(":") ? undefined : own;
}

/** Line of every key path below `config:`. */
function linesOf(config: unknown, counter: LineCounter): Map<string, number> {
  const lines = new Map<string, number>();
  const note = (path: readonly PathPart[], node: unknown): void => {
    const range = (node as Node | null)?.range;
    if (range) lines.set(keyPath(path), counter.linePos(range[0]).line);
  };
  const walk = (node: unknown, path: readonly PathPart[]): void => {
    if (isSeq(node))
      for (const [i, item] of node.items.entries()) {
        note([...path, i], item);
        walk(item, [...path, i]);
      }
    if (isYamlMap(node))
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : undefined;
        const own = path.length === 0 && name !== undefined ? ownKey(name) : name;
        if (own === undefined) continue;
        note([...path, own], key);
        walk(value, [...path, own]);
      }
  };
  walk(config, []);
  return lines;
}

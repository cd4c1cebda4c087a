import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type ParsedNode,
  visit,
  type YAMLError,
} from "yaml";
import { type Place, placeText } from "./place.ts";
import type { Problem } from "./problems.ts";

/** Messages by the parser's error code. The parser's own messages may quote the text, and with it a secret. */
const messages: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  ALIAS_PROPS: "an alias (*) cannot have an anchor or a tag",
  BAD_ALIAS: "an alias (*) has no name",
  BAD_INDENT: "the indentation fits no key above",
  BAD_SCALAR_START: "a value cannot start with this character; put the value in quotes",
  MISSING_CHAR: "a character is missing, such as a comma or a colon",
  MULTILINE_IMPLICIT_KEY: "a key must be on one line; is a colon or a quote missing?",
  MULTIPLE_DOCS: "a second document begins here; a stack file is one document",
  TAB_AS_INDENT: "a tab is used as indentation; YAML allows spaces only",
  UNEXPECTED_TOKEN: "this does not belong here; is there a bracket too many?",
};

/**
 * Problems for the syntax errors of a YAML text. One mistake makes the parser stumble many times after it, so
 * only the first one is reported. Keys that are given twice are all reported: they do not depend on each other.
 */
export function syntaxProblems(text: string, document: Document.Parsed, counter: LineCounter): Problem[] {
  const duplicates = document.errors.filter(({ code }) => code === "DUPLICATE_KEY");
  const others = document.errors.filter(({ code }) => code !== "DUPLICATE_KEY");
  const at = (offset: number, message: string): Problem => {
    return { at: "", message, place: placeAt(offset, counter) };
  };
  const [first] = others;
  if (first !== undefined) {
    const open = unclosed(text, document.contents, first.pos[0]);
    return [
      open === undefined
        ? at(first.pos[0], messages[first.code] ?? "is not YAML")
        : at(open, `a ${text[open]} opens here and is never closed`),
    ];
  }
  return duplicates.map(({ pos: [offset] }) => {
    const [key, first] = duplicateAt(document.contents, offset) ?? [];
    if (key === undefined || first === undefined) return at(offset, "a key is given twice");
    const place = placeText(placeAt(first, counter));
    return at(offset, `the key "${key}" is given twice; the first one is at ${place}`);
  });
}

/** The place of an offset in the text. */
export function placeAt(offset: number, counter: LineCounter): Place {
  const { line, col } = counter.linePos(offset);
  return { line, column: col };
}

/** Offset of the last bracket or quote before an error that is not closed. */
function unclosed(text: string, contents: ParsedNode | null, error: number): number | undefined {
  let found: number | undefined;
  if (contents === null) return undefined;
  visit(contents, (_, node) => {
    if (isCollection(node) && node.flow && node.range && node.range[0] <= error) {
      const token = node.srcToken;
      if (token?.type === "flow-collection" && !token.end.some(({ type }) => /^flow-\w+-end$/.test(type)))
        found = node.range[0];
    }
    if (isScalar(node) && node.range && node.range[0] < error) {
      const quote = text[node.range[0]];
      if ((quote === '"' || quote === "'") && text[node.range[1] - 1] !== quote) found = node.range[0];
    }
  });
  return found;
}

/** The text of the key at an offset, and the offset of the first key with this text in the same map. */
function duplicateAt(contents: ParsedNode | null, offset: number): [string, number] | undefined {
  let found: [string, number] | undefined;
  if (contents === null) return undefined;
  visit(contents, {
    Map(_, { items }) {
      const keys = items.map(({ key }) => key).filter(isScalar);
      const second = keys.find(({ range }) => range?.[0] === offset);
      const first = keys.find(({ value }) => value === second?.value);
      if (second && first?.range) found = [String(second.value), first.range[0]];
    },
  });
  return found;
}

/** Describes a key that is not text, for example `a list`; undefined for a key that is text. */
export function oddKey(key: unknown): string | undefined {
  if (isSeq(key)) return "a list";
  if (isMap(key)) return "a map";
  if (key === null || (isScalar(key) && key.value === null)) return "nothing";
  return undefined;
}

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
const messages: Readonly<Record<YAMLError["code"], string>> = {
  ALIAS_PROPS: "an alias (*) cannot have an anchor or a tag",
  BAD_ALIAS: "an anchor (&) or an alias (*) has no name; a text that begins with this character needs quotes",
  BAD_COLLECTION_TYPE: "a tag (!) does not fit its value; a stack file needs none",
  BAD_DIRECTIVE: "a line that begins with % is a directive of YAML; a stack file needs none",
  BAD_DQ_ESCAPE:
    "inside double quotes, a backslash begins an escape, and YAML has none like this; use single quotes",
  BAD_INDENT: "the indentation fits no key above",
  BAD_PROP_ORDER: "an anchor (&) or a tag (!) is in the wrong place",
  BAD_SCALAR_START: "a value cannot start with this character; put the value in quotes",
  BLOCK_AS_IMPLICIT_KEY:
    "a second colon in one line; put the value in quotes, or its keys into lines of their own",
  BLOCK_IN_FLOW: "inside brackets, a map or a list needs brackets of its own",
  DUPLICATE_KEY: "a key is given twice",
  IMPOSSIBLE: "cannot be read as YAML from here on",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters; is a quote or a colon missing?",
  MISSING_CHAR: "a character is missing, such as a comma, a colon or a space",
  MULTILINE_IMPLICIT_KEY: "a key must be on one line; is a colon, the space after it, or a quote missing?",
  MULTIPLE_ANCHORS: "a value can have one anchor (&) only",
  MULTIPLE_DOCS: "a second document begins here; a stack file is one document",
  MULTIPLE_TAGS: "a value can have one tag (!) only",
  NON_STRING_KEY: "a key must be text",
  RESOURCE_EXHAUSTION: "brackets or indentation are nested too deeply",
  TAB_AS_INDENT: "a tab is used as indentation; YAML allows spaces only",
  TAG_RESOLVE_FAILED: "a tag (!) means nothing in a stack file; a text that begins with ! needs quotes",
  UNEXPECTED_TOKEN: "this does not belong here; is there a bracket or a quote too many?",
};

/**
 * Problems for the syntax errors and warnings of a YAML text. One mistake makes the parser stumble many times after it, so
 * only the first one is reported. Keys that are given twice are all reported: they do not depend on each other.
 */
export function syntaxProblems(text: string, document: Document.Parsed, counter: LineCounter): Problem[] {
  const duplicates = document.errors.filter(({ code }) => code === "DUPLICATE_KEY");
  const others = document.errors.filter(({ code }) => code !== "DUPLICATE_KEY");
  const at = (offset: number, message: string): Problem => {
    return { at: "", message, place: placeAt(offset, counter) };
  };
  const conflicts = [...text.matchAll(/^<{7}(?= |$)/gm)];
  if (others.length > 0 && conflicts.length > 0)
    return conflicts.map(({ index }) =>
      at(
        index,
        "git has left a conflict here; keep one side, and remove the lines <<<<<<<, ======= and >>>>>>>",
      ),
    );
  const [first] = others;
  if (first !== undefined) {
    const open = unclosed(text, document.contents, first.pos[0]);
    return [
      open === undefined
        ? at(first.pos[0], messageOf(first, text, counter))
        : at(open, `a ${text[open]} opens here and is never closed`),
    ];
  }
  if (duplicates.length === 0)
    return document.warnings.map(({ code, pos: [offset] }) => at(offset, messages[code]));
  return duplicates.map(({ pos: [offset] }) => {
    const [key, first] = duplicateAt(document.contents, offset) ?? [];
    if (key === undefined || first === undefined) return at(offset, messages.DUPLICATE_KEY);
    const place = placeText(placeAt(first, counter));
    return at(offset, `the key "${key}" is given twice; the first one is at ${place}`);
  });
}

function messageOf({ code, pos: [offset] }: YAMLError, text: string, counter: LineCounter): string {
  if (code === "BLOCK_AS_IMPLICIT_KEY" && /^[ ]*- /.test(text.slice(offset)))
    return "a list item stands among the keys of a map; is its indentation wrong?";
  if (code !== "BAD_INDENT") return messages[code];
  const before = text.split("\n").slice(0, counter.linePos(offset).line - 1);
  const line = before.findLastIndex((one) => !/^\s*(#|$)/.test(one));
  const isKey = line < 0 || /^\s*-|:(\s|$)/.test(before[line]!);
  return isKey ? messages[code] : `${messages[code]}; is a colon missing in line ${line + 1}?`;
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

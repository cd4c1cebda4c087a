import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";

export interface Position {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/**
 * Finds the parts of a policy in its text, by the paths of the linter: `[0].allow.or[2].email`. An unknown path
 * gets the position of the nearest part above it.
 *
 * @param text A policy that the parser accepts.
 */
export function positions(text: string): (path: string) => Position {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, merge: false });
  const known = new Map<string, Position>();
  const note = (path: string, node: unknown): void => {
    const offset = (node as Node | null)?.range?.[0] ?? 0;
    const { line, col } = counter.linePos(offset);
    known.set(path, { line: Math.max(line, 1), column: Math.max(col, 1) });
  };
  const follow = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const entries = (node: YAMLMap): [string, unknown, unknown][] =>
    node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : "", key, follow(value)]);

  let rule = 0;
  const readRule = (node: unknown): void => {
    if (!isMap(node)) return;
    // A map with both actions is two rules: first allow, then deny.
    for (const action of ["allow", "deny"])
      for (const [name, key, blocks] of entries(node)) {
        if (name !== action) continue;
        note(`[${rule}]`, key);
        note(`[${rule}].${action}`, key);
        if (isMap(blocks)) readBlocks(`[${rule}].${action}`, blocks);
        rule++;
      }
  };
  const readBlocks = (path: string, blocks: YAMLMap): void => {
    for (const [operator, key, criteria] of entries(blocks)) {
      note(`${path}.${operator}`, key);
      if (!isSeq(criteria)) continue;
      for (const [i, item] of criteria.items.entries()) {
        const at = `${path}.${operator}[${i}]`;
        note(at, item);
        const criterion = follow(item);
        if (isMap(criterion))
          for (const [name, nameNode] of entries(criterion))
            note(`${at}.${name}`, isAlias(item) ? item : nameNode);
      }
    }
  };
  const root = follow(document.contents);
  for (const node of isSeq(root) ? root.items : [root]) readRule(follow(node));

  return (path) => {
    for (let at = path; at !== ""; at = at.replace(/(\.[^.[\]]+|\[\d+\])$/, "")) {
      const found = known.get(at);
      if (found) return found;
      if (!/(\.[^.[\]]+|\[\d+\])$/.test(at)) break;
    }
    return { line: 1, column: 1 };
  };
}

import { isDeepStrictEqual } from "node:util";
import { parse, parseDocument } from "yaml";
import type { ProposedTest, ProposedTests } from "../policies/access/assertions/propose.ts";
import { InsertError, insertItems } from "../stack-file/insert.ts";
import { isMap } from "../stack-file/paths.ts";
import { project } from "../stack-file/project.ts";

/** A test as a stack file writes it. */
export function testItem({ paths, method, sourceIp, allow, deny }: ProposedTest): Record<string, unknown> {
  const [path, ...others] = paths;
  return {
    ...(others.length > 0 ? { paths: [...paths] } : path === "/" ? {} : { path }),
    ...(method === "GET" ? {} : { method }),
    ...(sourceIp === undefined ? {} : { from: sourceIp }),
    ...(allow.length === 0 ? {} : { allow: [...allow] }),
    ...(deny.length === 0 ? {} : { deny: [...deny] }),
  };
}

/**
 * The text of a stack file or of an app file with further access tests. All other lines stay as they are.
 *
 * @throws InsertError if the tests cannot be added that way.
 */
export function withTests(
  text: string,
  proposed: readonly ProposedTests[],
  { isAppFile = false }: { isAppFile?: boolean } = {},
): string {
  const section = isAppFile ? ["accessTests"] : sectionOf(text);
  const insertions = proposed.map(({ app, tests }) => ({
    path: [...section, "apps", app],
    items: tests.map(testItem),
  }));
  const result = insertItems(text, insertions);
  // A person relies on it that nothing else has changed.
  const document = parseDocument(result, { logLevel: "error" });
  if (document.errors.length > 0 || !isDeepStrictEqual(document.toJS(), expected(text, insertions)))
    throw new InsertError("is written in a way in which nothing can be added to it");
  return result;
}

/** The keys that lead to the access tests of a stack file. The namespace of a key is optional. */
function sectionOf(text: string): string[] {
  const config: unknown = (parse(text, { logLevel: "error" }) as { config?: unknown } | null)?.config;
  return [
    "config",
    isMap(config) && Object.hasOwn(config, "accessTests") ? "accessTests" : `${project}:accessTests`,
  ];
}

function expected(
  text: string,
  insertions: readonly { path: readonly string[]; items: unknown[] }[],
): unknown {
  const root: unknown = parse(text, { logLevel: "error" });
  for (const { path, items } of insertions) {
    let map = root as Record<string, unknown>;
    for (const key of path.slice(0, -1)) {
      map[key] ??= {};
      map = map[key] as Record<string, unknown>;
    }
    const list = path.at(-1)!;
    map[list] = [...((map[list] as unknown[] | null | undefined) ?? []), ...items];
  }
  return root;
}

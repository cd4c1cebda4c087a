import { isProperties, type Value } from "../../values.ts";
import { at, items, type KubeObject, text } from "./object.ts";

/** One thing that the annotation `pulumi.com/waitFor` waits for. */
export interface Expectation {
  /** As written, for messages. */
  text: string;
  isMet(object: KubeObject): boolean;
}

/**
 * Reads `pulumi.com/waitFor`: `jsonpath={.a.b}=value`, `jsonpath={.a.b}` (is there at all), `condition=Name`,
 * `condition=Name=Status`, or a JSON list of such, all of which must hold.
 *
 * @throws SyntaxError for anything else.
 * @see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
 */
export function parseWaitFor(annotation: string): Expectation[] {
  const texts = annotation.trimStart().startsWith("[") ? (JSON.parse(annotation) as string[]) : [annotation];
  if (texts.length === 0) throw new SyntaxError("pulumi.com/waitFor names nothing to wait for");
  return texts.map((each) => {
    if (each.startsWith("jsonpath=")) return jsonPath(each);
    if (each.startsWith("condition=")) return condition(each);
    throw new SyntaxError(`pulumi.com/waitFor takes jsonpath=… or condition=…, not "${each}"`);
  });
}

function condition(expression: string): Expectation {
  const [, type = "", status = "True"] = expression.split("=");
  return {
    text: expression,
    isMet: (object) =>
      items(at(object, "status", "conditions")).some(
        (each) => same(at(each, "type"), type) && same(at(each, "status"), status),
      ),
  };
}

function same(value: Value | undefined, wanted: string): boolean {
  return text(value).toLowerCase() === wanted.toLowerCase();
}

function jsonPath(expression: string): Expectation {
  const match = /^jsonpath=\{\s*\$?(.*?)\s*\}(?:=(.+))?$/s.exec(expression);
  if (!match) throw new SyntaxError(`pulumi.com/waitFor: write ${expression} as jsonpath={.path}=value`);
  const [, path = "", wanted] = match;
  const select = parseJsonPath(path);
  return {
    text: expression,
    isMet: (object) => {
      const found = select(object)[0];
      if (found === undefined || found === null) return false;
      return wanted === undefined || String(found) === wanted;
    },
  };
}

type Select = (value: Value) => Value[];

/** `.a.b`, `['a.b']`, `[0]`, `[*]` and `[?(@.type=="Ready")]`, which is all that conditions and status need. */
function parseJsonPath(path: string): Select {
  const token =
    /\.([A-Za-z0-9_-]+)|\[['"](.+?)['"]\]|\[(\d+)\]|(\[\*\]|\.\*)|\[\?\(\s*@((?:\.[A-Za-z0-9_-]+)+)\s*==\s*['"](.*?)['"]\s*\)\]/y;
  const steps: Select[] = [];
  while (token.lastIndex < path.length) {
    const start = token.lastIndex;
    const match = token.exec(path);
    if (!match) throw new SyntaxError(`pulumi.com/waitFor: cannot read "${path.slice(start)}" of {${path}}`);
    const [, key, quoted, index, every, filterPath, filterValue] = match;
    if (every !== undefined) steps.push(children);
    else if (index !== undefined) steps.push((value) => present(at(value, Number(index))));
    else if (filterPath !== undefined) {
      const keys = filterPath.slice(1).split(".");
      steps.push((value) => children(value).filter((each) => String(at(each, ...keys)) === filterValue));
    } else steps.push((value) => present(at(value, key ?? quoted ?? "")));
  }
  return (value) => steps.reduce<Value[]>((found, step) => found.flatMap(step), [value]);
}

function present(value: Value | undefined): Value[] {
  return value === undefined ? [] : [value];
}

function children(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  return isProperties(value) ? Object.values(value) : [];
}

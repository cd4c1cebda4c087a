import {
  blocksOf,
  certificateFields,
  deviceFields,
  invisible,
  listComparisons,
  named,
  operators,
  stringComparisons,
} from "./criteria.ts";
import type { Criterion, Policy, Rule } from "./types.ts";

/** Plain data in the order in which it is written. */
type Tree = string | number | boolean | null | Tree[] | Branch;
interface Branch {
  [key: string]: Tree;
}

/** Words that one or another YAML reader takes for something else than text. */
const reserved = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i;
/** Letters first, so that neither a number nor a date nor an address without quotes can come about. */
const plain = /^[A-Za-z/][A-Za-z0-9@._+/-]*$/;
function quoted(text: string): string {
  if (invisible.test(text))
    throw new TypeError(`${JSON.stringify(text)} holds a character that cannot be seen`);
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function scalar(value: string | number | boolean | null): string {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new TypeError(`${value} is no number for YAML`);
  if (typeof value !== "string") return String(value);
  return plain.test(value) && !reserved.test(value) ? value : quoted(value);
}

/** Lines of a value that stands below its key or dash, without indentation of its own. */
function lines(tree: Tree): string[] {
  if (Array.isArray(tree)) return tree.flatMap((item) => beside("-", item, false));
  if (typeof tree === "object" && tree !== null)
    return Object.entries(tree).flatMap(([key, value]) => beside(`${scalar(key)}:`, value, true));
  return [scalar(tree)];
}

function beside(head: string, tree: Tree, below: boolean): string[] {
  if (typeof tree !== "object" || tree === null) return [`${head} ${scalar(tree)}`];
  if (Object.keys(tree).length === 0) return [`${head} ${Array.isArray(tree) ? "[]" : "{}"}`];
  const [first = "", ...rest] = lines(tree);
  const indented = (line: string): string => `  ${line}`;
  return below ? [head, indented(first), ...rest.map(indented)] : [`${head} ${first}`, ...rest.map(indented)];
}

const order: readonly string[] = [
  ...new Set([...stringComparisons, ...listComparisons, ...deviceFields, ...certificateFields]),
];

/** A matcher's fields in one order, whoever wrote it, so that the same policy is the same text. */
function ordered(data: unknown): Tree {
  if (Array.isArray(data)) return data.map(ordered);
  if (typeof data === "object" && data !== null)
    return Object.fromEntries(
      Object.entries(data)
        .filter(([, value]) => value !== undefined)
        .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
        .map(([key, value]) => [key, ordered(value)]),
    );
  return data as Tree;
}

function criterionTree(criterion: Criterion): Tree {
  const { name, path, data } = named(criterion);
  return { [name === "claim" ? `claim/${path}` : name]: ordered(data) };
}

function ruleTree(rule: Rule): Tree {
  const blocks: Branch = {};
  for (const operator of operators) {
    const criteria = blocksOf(rule)[operator];
    if (criteria !== undefined) blocks[operator] = criteria.map(criterionTree);
  }
  return rule.allow === undefined ? { deny: blocks } : { allow: blocks };
}

/**
 * A policy as the YAML text that Pomerium reads: one line for each thing that a reviewer may want to see
 * come or go, lists in the order given, a newline at the end. The same policy is always the same text.
 *
 * @throws TypeError when the policy holds what no text can say: an empty criterion, a control character.
 */
export function renderPolicy(policy: Policy): string {
  return policy.length === 0 ? "[]\n" : `${lines(policy.map(ruleTree)).join("\n")}\n`;
}

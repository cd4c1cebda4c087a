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

/** Plain data, in the order in which it is written. */
type Tree = string | number | boolean | null | Tree[] | Branch;
interface Branch {
  [key: string]: Tree;
}

/** Words that some YAML reader does not take for text. */
const reserved = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i;
/** Texts that need no quotes. They begin with a letter, so they are not a number, a date or an address. */
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

/** The lines of a value below its key or dash, without indentation. */
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

/** Sorts the fields of a matcher, so that the same policy is always the same text. */
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
 * Renders a policy as the YAML text that Pomerium reads. Each value has a line, so that a diff shows single changes.
 * Lists keep their order. The same policy is always the same text.
 *
 * @throws TypeError if the policy cannot be written: an empty criterion, a character that cannot be seen.
 */
export function renderPolicy(policy: Policy): string {
  return policy.length === 0 ? "[]\n" : `${lines(policy.map(ruleTree)).join("\n")}\n`;
}

import { isMap, isScalar, isSeq, type Node, parseAllDocuments } from "yaml";
import { criterionKinds, invisible, operators, refusedCriteria } from "./criteria.ts";
import { readData } from "./data.ts";
import { type Problem, Problems } from "./problems.ts";
import { describe, didYouMean, type Entry, isEmpty, Reader, visible } from "./reader.ts";
import type { Blocks, Criterion, Operator, Policy, Rule } from "./types.ts";

export type Parsed =
  | { policy: Policy; warnings: Problem[]; problems?: never }
  | { problems: Problem[]; policy?: never; warnings?: never };

const otherWords: Readonly<Record<string, string>> = {
  permit: "allow",
  grant: "allow",
  accept: "allow",
  block: "deny",
  forbid: "deny",
  reject: "deny",
  any: "or",
  all: "and",
  none: "not",
  group: "groups",
  path: "http_path",
  method: "http_method",
  ip: "source_ip",
  claims: "claim",
};

function suggestion(word: string, candidates: readonly string[]): string | undefined {
  const other = Object.hasOwn(otherWords, word) ? otherWords[word] : undefined;
  return other !== undefined && candidates.includes(other)
    ? `did you mean "${other}"?`
    : didYouMean(word, candidates);
}

const isOperator = (key: string): key is Operator => (operators as readonly string[]).includes(key);
const criterionNames = Object.keys(criterionKinds).map((name) => (name === "claim" ? "claim/<path>" : name));

/** The name of a known criterion, without its path. */
function knownName(reader: Reader, { key, keyNode }: Entry): keyof typeof criterionKinds | undefined {
  const { problems } = reader;
  const slash = key.indexOf("/");
  const name = slash < 0 ? key : key.slice(0, slash);
  if (isOperator(name))
    return problems.at(
      keyNode,
      `criteria do not nest: "${name}" stands inside a list of criteria`,
      "write a second rule",
    );
  if (Object.hasOwn(refusedCriteria, name))
    return problems.at(keyNode, `no criterion "${name}"`, refusedCriteria[name]);
  if (!Object.hasOwn(criterionKinds, name))
    return problems.at(keyNode, `unknown criterion "${key}"`, suggestion(name, criterionNames));
  if (name === "claim" && (slash < 0 || slash === key.length - 1))
    return problems.at(keyNode, "claim names no claim", "write claim/groups: …");
  if (invisible.test(key))
    return problems.at(
      keyNode,
      "the claim's name holds a character that cannot be seen",
      `it reads "${visible(key)}"`,
    );
  if (name !== "claim" && slash >= 0)
    problems.warn(
      keyNode,
      `${name} takes no path: Pomerium ignores "${key.slice(slash)}"`,
      `write ${name}: …`,
    );
  return name as keyof typeof criterionKinds;
}

function readCriterion(reader: Reader, node: Node | null): Criterion | undefined {
  const { problems } = reader;
  if (isScalar(node) && typeof node.value === "string" && node.value.includes(":"))
    return problems.at(
      node,
      `a criterion is a mapping; ${JSON.stringify(node.value)} in quotes is a text`,
      "leave the quotes around the value alone, on one line: email: { is: alice@gmail.com }",
    );
  if (isScalar(node) && typeof node.value === "string" && Object.hasOwn(criterionKinds, node.value))
    return problems.at(node, `the criterion ${node.value} has no value`, `write ${node.value}: …`);
  if (!isMap(node))
    return problems.at(node, `a criterion is a mapping, not ${describe(node)}`, "write email: …");
  if (node.items.length === 0) return problems.at(node, "a criterion without a name", "write email: …");
  const entries = reader.entries(node);
  const [entry, second] = entries;
  if (second !== undefined)
    return problems.at(
      second.keyNode,
      `each criterion has one name; this one has ${entries.map(({ key }) => `"${key}"`).join(" and ")}`,
      `give "${second.key}" a dash of its own`,
    );
  if (entry === undefined) return undefined;
  const name = knownName(reader, entry);
  if (name === undefined) return undefined;
  const data = readData(reader, criterionKinds[name], entry.value ?? null, entry.key);
  // The reader has checked the data against the type. If it refused the data, the problems say so.
  return { [name === "claim" ? entry.key : name]: data } as unknown as Criterion;
}

function readCriteria(reader: Reader, { key, keyNode, value }: Entry): Criterion[] {
  if (!isSeq(value)) {
    const hint = isMap(value)
      ? "begin each criterion with a dash"
      : isEmpty(value)
        ? `write ${key}: []`
        : undefined;
    reader.problems.at(
      isEmpty(value) ? keyNode : value,
      `"${key}" takes a list of criteria, not ${describe(value)}`,
      hint,
    );
    return [];
  }
  return value.items.flatMap((item) => readCriterion(reader, reader.follow(item)) ?? []);
}

function readBlocks(reader: Reader, { key: action, keyNode, value }: Entry): Blocks {
  const blocks: Blocks = {};
  if (!isMap(value)) {
    reader.problems.at(
      isEmpty(value) ? keyNode : value,
      `"${action}" takes a mapping with and, or, not or nor, not ${describe(value)}`,
      isSeq(value) ? `put the list below "or:"` : undefined,
    );
    return blocks;
  }
  for (const entry of reader.entries(value)) {
    const { key } = entry;
    if (isOperator(key)) blocks[key] = readCriteria(reader, entry);
    // Pomerium accepts the key `action` and ignores it.
    else if (key !== "action")
      reader.problems.at(
        entry.keyNode,
        `"${action}" takes and, or, not and nor, no "${key}"`,
        Object.hasOwn(criterionKinds, key) ? `write or: [{ ${key}: … }]` : suggestion(key, operators),
      );
  }
  return blocks;
}

/** Pomerium reads a mapping with both actions as two rules, the allowing one first. */
function readRules(reader: Reader, node: Node | null): Rule[] {
  if (!isMap(node)) {
    reader.problems.at(node, `a rule is a mapping with allow or deny, not ${describe(node)}`);
    return [];
  }
  const allow: Rule[] = [];
  const deny: Rule[] = [];
  for (const entry of reader.entries(node)) {
    if (entry.key === "allow") allow.push({ allow: readBlocks(reader, entry) });
    else if (entry.key === "deny") deny.push({ deny: readBlocks(reader, entry) });
    else
      reader.problems.at(
        entry.keyNode,
        `unknown action "${entry.key}"; a rule is allow or deny`,
        isOperator(entry.key) ? `put it below "allow:" or "deny:"` : suggestion(entry.key, ["allow", "deny"]),
      );
  }
  return [...allow, ...deny];
}

function readPolicy(reader: Reader, node: Node | null): Policy {
  if (isEmpty(node)) {
    reader.problems.at(node, "the policy is empty, which Pomerium refuses", "to let nobody pass write []");
    return [];
  }
  if (isSeq(node)) return node.items.flatMap((item) => readRules(reader, reader.follow(item)));
  return readRules(reader, node);
}

const oneLiner = `two colons on one line; write email: alice@gmail.com, or email: { is: alice@gmail.com }`;

/** Messages of the YAML parser, in words that help the author. */
function syntaxMessage(code: string, message: string): string {
  switch (code) {
    case "BLOCK_AS_IMPLICIT_KEY":
      return oneLiner;
    case "DUPLICATE_KEY":
      return "the same name stands twice in one mapping";
    case "TAB_AS_INDENT":
      return "a tab indents the line; YAML indents by spaces";
    default:
      return `not YAML: ${message.split("\n")[0]?.replace(/ at line \d+.*$/, "") ?? message}`;
  }
}

/**
 * Reads a policy as Pomerium would: YAML or JSON, a list of rules or one rule. It refuses what Pomerium refuses, with
 * every problem of the text at once. It also refuses what Pomerium accepts by mistake (`email: {}`, which lets
 * everybody pass). Where the meaning is certain but not what the text suggests (`accept: false`), it warns.
 */
export function parsePolicy(text: string): Parsed {
  const problems = new Problems();
  const documents = parseAllDocuments(text, {
    lineCounter: problems.lines,
    prettyErrors: false,
    uniqueKeys: true,
    merge: false,
    version: "1.2",
  });
  const [first, second] = Array.isArray(documents) ? documents : [];
  for (const error of first?.errors ?? [])
    problems.atOffset(error.pos[0], syntaxMessage(error.code, error.message));
  if (second !== undefined)
    problems.warnAtOffset(
      second.range[0],
      "a second document begins here; Pomerium reads only the first",
      "remove the line ---",
    );
  if (problems.list.length > 0) return { problems: problems.list };
  if (first === undefined) {
    problems.atOffset(0, "the policy is empty, which Pomerium refuses", "to let nobody pass write []");
    return { problems: problems.list };
  }
  const reader = new Reader(first, problems);
  const policy = readPolicy(reader, reader.follow(first.contents));
  return problems.list.length > 0 ? { problems: problems.list } : { policy, warnings: problems.warnings };
}

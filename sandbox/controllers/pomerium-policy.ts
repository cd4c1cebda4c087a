import { parse } from "yaml";

const CRITERIA = new Set(
  [
    "accept reject authenticated_user claim client_certificate cors_preflight device domain email groups",
    "http_method http_path invalid_client_certificate mcp_tool source_ip ssh_ca ssh_publickey ssh_username",
    "ssh_username_matches_claim ssh_username_matches_email user",
  ].flatMap((names) => names.split(" ")),
);
const STRING_CRITERIA = new Set([
  "domain",
  "email",
  "http_method",
  "http_path",
  "mcp_tool",
  "ssh_username",
  "user",
]);
const STRING_MATCHERS = new Set(["is", "not", "starts_with", "ends_with", "contains", "in", "not_in"]);
const LIST_CRITERIA = new Set(["claim", "groups"]);
const LIST_MATCHERS = new Set(["has", "is", "exclude"]);

/**
 * Pomerium's objection to a policy's text; undefined if it accepts the text.
 *
 * Imitates: the errors about a policy's structure, and about unknown criteria and operators. Does not imitate: evaluation of the
 * policy.
 *
 * Independent of the program's own policy language: otherwise both would accept the same mistakes.
 */
export function checkPolicy(text: string): string | undefined {
  try {
    const document: unknown = parse(text);
    if (document === null || document === undefined) throw new Refusal("EOF");
    for (const rules of Array.isArray(document) ? document : [document]) checkRules(rules);
    return undefined;
  } catch (error) {
    return `parsing policy: ${(error as Error).message.split("\n")[0]}`;
  }
}

class Refusal extends Error {}

function mapping(value: unknown, what: string): [string, unknown][] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw new Refusal(`unsupported type for ${what}`);
}

function checkRules(rules: unknown): void {
  for (const [action, conditionals] of mapping(rules, "rule")) {
    if (action !== "allow" && action !== "deny") throw new Refusal(`unsupported action "${action}"`);
    for (const [conditional, criteria] of mapping(conditionals, "conditionals")) {
      if (!["and", "or", "not", "nor"].includes(conditional)) {
        throw new Refusal(`unsupported conditional "${conditional}"`);
      }
      if (!Array.isArray(criteria)) throw new Refusal("unsupported type for criteria array");
      for (const criterion of criteria) checkCriterion(criterion);
    }
  }
}

function checkCriterion(criterion: unknown): void {
  const entries = mapping(criterion, "criterion");
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    throw new Refusal("each criteria may only contain a single key and value");
  }
  const [key, data] = entry;
  const name = key.split("/")[0] ?? "";
  if (!CRITERIA.has(name)) throw new Refusal(`unknown policy criterion: ${name}`);
  if (data === null || typeof data !== "object" || Array.isArray(data)) return;
  const matchers = STRING_CRITERIA.has(name)
    ? { known: STRING_MATCHERS, kind: "string" }
    : LIST_CRITERIA.has(name)
      ? { known: LIST_MATCHERS, kind: "list" }
      : undefined;
  for (const operator of Object.keys(data)) {
    if (matchers !== undefined && !matchers.known.has(operator)) {
      throw new Refusal(`unknown ${matchers.kind} matcher operator: ${operator}`);
    }
  }
}

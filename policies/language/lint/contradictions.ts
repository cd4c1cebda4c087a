import { comparisons, type Placed } from "../criteria.ts";
import { textTest } from "../evaluate/match.ts";
import { byBlock, question, suffices } from "./blocks.ts";
import { at, blockAt, type Finding } from "./finding.ts";

/** All values for which a criterion can hold; undefined if there are infinitely many. */
function values({ data }: Pick<Placed, "data">): string[] | undefined {
  const { is, in: among } = comparisons(data);
  const named = is ?? among;
  if (named === undefined || named === null) return undefined;
  return ([named].flat() as string[]).filter(textTest(data));
}

const singleValued: readonly string[] = ["email", "domain", "user", "ssh_username", "mcp_tool"];

/** Finds values that are allowed and denied at once, and blocks whose criteria exclude each other. */
export function lintContradictions(all: readonly Placed[]): Finding[] {
  const findings: Finding[] = [];
  const deciding = byBlock(all).filter(suffices).flat();
  const denied = deciding.filter(({ action }) => action === "deny");
  for (const allow of all.filter(
    ({ action, operator }) => action === "allow" && (operator === "and" || operator === "or"),
  ))
    for (const deny of denied.filter(({ name, path }) => name === allow.name && path === allow.path)) {
      const same = question(allow) === question(deny);
      const people = singleValued.includes(allow.name)
        ? (values(allow) ?? []).filter((one) => textTest(deny.data)(one))
        : [];
      if (!same && people.length === 0) continue;
      findings.push({
        code: "allowed-and-denied",
        severity: "warning",
        message: `${people.length > 0 ? people.join(", ") : `the same ${allow.name}`} is allowed here and denied at ${at(deny)}; deny wins`,
        where: at(allow),
        fix: "keep one of both",
      });
    }

  for (const block of byBlock(all).filter(([first]) => first?.operator === "and")) {
    const [first] = block;
    if (first === undefined) continue;
    const never = (why: string): void => {
      findings.push({
        code: "never-holds",
        severity: "error",
        message: `this block never holds: ${why}`,
        where: blockAt(first.rule, first.action, first.operator),
        fix: 'write alternatives as an "or" block, or as one list: { in: [...] }',
      });
    };
    if (block.some(({ name }) => name === "reject")) never("reject never does");
    for (const name of singleValued) {
      const together = block.filter((placed) => placed.name === name && placed.data !== null);
      const finite = together.map(values).find((found) => found !== undefined);
      if (
        finite &&
        finite.length > 0 &&
        !finite.some((one) => together.every(({ data }) => textTest(data)(one)))
      )
        never(`no ${name} meets all that it asks`);
    }
    for (const claim of new Set(block.filter(({ name }) => name === "claim").map(({ path }) => path))) {
      const whole = block
        .filter(({ path }) => path === claim)
        .map(({ data }) => (data as { is?: unknown } | null)?.is)
        .filter((is) => is !== undefined);
      if (new Set(whole).size > 1) never(`claim/${claim} cannot be two values alone`);
    }
  }
  return findings;
}

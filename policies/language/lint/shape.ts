import { actionOf, blocksOf, operators } from "../criteria.ts";
import type { Policy } from "../types.ts";
import { blockAt, type Finding } from "./finding.ts";

/** Finds rules and blocks that have no effect, and blocks that seem to be required together. */
export function lintShape(policy: Policy): Finding[] {
  const findings: Finding[] = [];
  if (policy.length === 0)
    findings.push({
      code: "empty",
      severity: "warning",
      message: "a policy without rules lets nobody pass",
      where: "[]",
      fix: "add an allow rule",
    });
  for (const [i, rule] of policy.entries()) {
    const blocks = blocksOf(rule);
    const present = operators.filter((operator) => blocks[operator] !== undefined);
    const filled = present.filter((operator) => (blocks[operator] ?? []).length > 0);
    const where = blockAt(i, actionOf(rule));
    if (filled.length === 0)
      findings.push({
        code: "empty",
        severity: "warning",
        message: "a rule without criteria does nothing",
        where,
        fix: "add criteria, or remove the rule",
      });
    else
      for (const operator of present.filter((one) => !filled.includes(one)))
        findings.push({
          code: "empty",
          severity: "warning",
          message: `Pomerium passes over "${operator}" because its list is empty`,
          where: blockAt(i, actionOf(rule), operator),
          fix: "remove it",
        });
    if (filled.length > 1)
      findings.push({
        code: "blocks-are-alternatives",
        severity: "warning",
        message: `any one of ${filled.map((one) => `"${one}"`).join(" and ")} suffices; they are not required together`,
        where,
        fix: "write a rule for each, or one block that says it all",
      });
  }
  return findings;
}

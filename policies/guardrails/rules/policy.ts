import { z } from "zod";
import { at } from "../../language/lint/finding.ts";
import { labelOf } from "../resource.ts";
import { classes, pomerium, type ResourceRule, type RuleFinding } from "../rule.ts";
import { lintedPolicy } from "./policies-of.ts";

const options = z.strictObject({ classes, pomerium });

type Options = z.output<typeof options>;

/** Codes of the linter that have their own rule. */
const ofPath = ["query-opens"];
const ofBoundary = ["no-boundary"];

function lintFindings(
  resource: Parameters<ResourceRule["check"]>[0],
  options: Options,
  isWanted: (code: string, severity: string) => boolean,
): RuleFinding[] {
  return (lintedPolicy(resource, options)?.found ?? [])
    .filter(({ code, severity }) => isWanted(code, severity))
    .map(({ where, message, fix }) => ({
      resource: labelOf(resource),
      urn: resource.urn,
      reason: `policy ${where}: ${message}`,
      fix,
    }));
}

const pathFix =
  "give the path its own Ingress, with annotations that say who may call it, and leave http_path and http_method out of the policy";

/**
 * Pomerium compares `http_path` with the query as well, so such a rule opens every path of the app. A negation opens
 * every path that it does not name.
 */
export const pathCriterion: ResourceRule<Options> = {
  name: "path-criterion",
  description: "No rule that lets callers in depends on http_path or http_method.",
  level: "mandatory",
  options,
  check(resource, options) {
    const found = lintFindings(resource, options, (code) => ofPath.includes(code));
    const [first] = lintedPolicy(resource, options)?.byPath ?? [];
    if (found.length === 0 && first !== undefined)
      found.push({
        resource: labelOf(resource),
        urn: resource.urn,
        reason: `policy ${at(first)}: a rule that lets callers in depends on ${first.name}; it also lets them in at everything that it does not name`,
        fix: pathFix,
      });
    return found.map((finding) => ({ ...finding, fix: pathFix }));
  },
};

/** A prefix without a slash at its end in a policy. */
export const boundaryFindings = (
  resource: Parameters<ResourceRule["check"]>[0],
  options: Options,
): RuleFinding[] => lintFindings(resource, options, (code) => ofBoundary.includes(code));

/** Finds policies that Pomerium refuses, and policies that let in or keep out other callers than they seem to. */
export const policyText: ResourceRule<Options> = {
  name: "policy",
  description: "Pomerium reads a policy as its author means it.",
  level: "mandatory",
  options,
  check(resource, options) {
    const about = { resource: labelOf(resource), urn: resource.urn };
    const refused = lintedPolicy(resource, options)?.refused ?? [];
    return [
      ...refused.map((problem) => ({
        ...about,
        reason: `Pomerium refuses the policy and keeps serving the last version that it could read: ${problem}`,
        fix: "correct the policy; `pomerium-migration lint` reads it as Pomerium does",
      })),
      ...lintFindings(
        resource,
        options,
        (code, severity) => severity === "error" && ![...ofPath, ...ofBoundary].includes(code),
      ),
    ];
  },
};

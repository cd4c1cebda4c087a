import { criteriaOf } from "./criteria.ts";
import { lintAnonymous, lintSignIn } from "./lint/anonymous.ts";
import { lintContradictions } from "./lint/contradictions.ts";
import { lintData } from "./lint/data.ts";
import type { Finding, LintOptions } from "./lint/finding.ts";
import { lintOpenPaths, lintPath } from "./lint/paths.ts";
import { lintPeople } from "./lint/people.ts";
import { lintShadowed } from "./lint/shadowed.ts";
import { lintShape } from "./lint/shape.ts";
import type { Policy } from "./types.ts";

export type { Finding, LintOptions } from "./lint/finding.ts";

/**
 * Finds parts of a policy that Pomerium accepts, but that do not do what they seem to do. Examples are criteria that
 * never match or always match, and rules that contradict or cover each other. Others let people in by a part of their
 * address, or open more paths than they name.
 *
 * @throws RangeError if `pomerium` is not a release tag.
 */
export function lintPolicy(policy: Policy, options: LintOptions): Finding[] {
  const all = criteriaOf(policy);
  return [
    ...lintShape(policy),
    ...all.flatMap((placed) => [
      ...lintData(placed, options),
      ...lintPeople(placed),
      ...lintPath(placed, options),
    ]),
    ...lintOpenPaths(all, options),
    ...lintAnonymous(all),
    ...lintSignIn(all),
    ...lintContradictions(all),
    ...lintShadowed(all),
  ];
}

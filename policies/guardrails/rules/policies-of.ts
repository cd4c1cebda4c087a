import { annotationPrefix } from "../../annotations/annotations.ts";
import { criteriaOf, type Placed } from "../../language/criteria.ts";
import { type Finding as Lint, lintPolicy } from "../../language/lint.ts";
import { parsePolicy } from "../../language/parse.ts";
import { formatProblem } from "../../language/problems.ts";
import { isHidden, mapAt, pomeriumIngress, type Resource } from "../resource.ts";
import { isPolicyFilter } from "./open-filter.ts";

/** The findings of the parser and the linter about the policy of a resource. */
export interface Linted {
  /** Problems for which Pomerium refuses the policy. */
  refused: string[];
  found: Lint[];
  /** Criteria on the path or the method in its allow rules. */
  byPath: Placed[];
}

/**
 * Reads the policy in a resource: an annotation of an Ingress, or the text of a PolicyFilter, which routes of the Gateway
 * API name. Undefined without a policy, and while it is not known.
 */
export function lintedPolicy(
  resource: Resource,
  { classes, pomerium }: { classes: readonly string[]; pomerium: string },
): Linted | undefined {
  const text = isPolicyFilter(resource)
    ? mapAt(resource.props, "spec").ppl
    : pomeriumIngress(resource, classes)?.annotations[`${annotationPrefix}policy`];
  if (typeof text !== "string" || isHidden(text)) return undefined;
  const { policy, problems } = parsePolicy(text);
  if (policy === undefined) return { refused: problems.map(formatProblem), found: [], byPath: [] };
  const byPath = criteriaOf(policy).filter(
    ({ name, action }) => action === "allow" && (name === "http_path" || name === "http_method"),
  );
  return { refused: [], found: lintPolicy(policy, { pomerium }), byPath };
}

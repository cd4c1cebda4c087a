import type { Rule, StackRule } from "./rule.ts";
import { annotationNames } from "./rules/annotations.ts";
import { ingressNginxKept, serviceKept } from "./rules/kept.ts";
import { notSeen } from "./rules/not-seen.ts";
import { oneIngress } from "./rules/one-ingress.ts";
import { openPath } from "./rules/open-path.ts";
import { pathCriterion, policyText } from "./rules/policy.ts";
import { policyAndPublic } from "./rules/policy-and-public.ts";
import { publicRoute } from "./rules/public-route.ts";
import { store } from "./rules/store.ts";

/** Every rule about resources, in the order of the documentation. */
export const rules: readonly Rule[] = [
  publicRoute,
  policyAndPublic,
  pathCriterion,
  openPath,
  annotationNames,
  policyText,
  oneIngress,
  store,
  ingressNginxKept,
  serviceKept,
  notSeen,
];

export function isStackRule<Options>(rule: Rule<Options>): rule is StackRule<Options> {
  return "checkAll" in rule;
}

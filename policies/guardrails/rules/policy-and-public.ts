import { parse } from "yaml";
import { z } from "zod";
import { annotationPrefix } from "../../annotations/annotations.ts";
import { parsePolicy } from "../../language/parse.ts";
import { labelOf, pomeriumIngress } from "../resource.ts";
import { classes, type ResourceRule } from "../rule.ts";

const options = z.strictObject({ classes });

const granting = ["allow_any_authenticated_user", "allowed_domains", "allowed_idp_claims", "allowed_users"];
const publicFlag = "allow_public_unauthenticated_access";

function isTrue(text: string | undefined): boolean {
  if (text === undefined) return false;
  try {
    return parse(text) === true;
  } catch {
    return false;
  }
}

/** Whether a policy lets somebody in. One that only denies narrows a public route, and so has an effect. */
function allows(text: string | undefined): boolean {
  if (text === undefined) return false;
  const { policy } = parsePolicy(text);
  return policy === undefined || policy.some((rule) => rule.allow !== undefined);
}

/** A policy beside the flag reads like protection, and Pomerium lets everybody in. */
export const policyAndPublic: ResourceRule<z.output<typeof options>> = {
  name: "policy-and-public",
  description: "An Ingress has a policy or is public, never both: public wins.",
  level: "mandatory",
  options,
  check(resource, { classes }) {
    const annotations = pomeriumIngress(resource, classes)?.annotations ?? {};
    const of = (name: string): string | undefined => annotations[annotationPrefix + name];
    if (!isTrue(of(publicFlag))) return [];
    const idle = [
      ...(allows(of("policy")) ? ["policy"] : []),
      ...granting.filter((name) => of(name) !== undefined && !/^\s*(?:false|\[\]|\{\}|)\s*$/.test(of(name)!)),
    ];
    if (idle.length === 0) return [];
    return [
      {
        resource: labelOf(resource),
        urn: resource.urn,
        reason: `${publicFlag} lets everybody in, whomever ${idle.join(" and ")} ${idle.length === 1 ? "names" : "name"}`,
        fix: `remove ${annotationPrefix}${publicFlag} to protect the route, or remove ${idle.map((name) => annotationPrefix + name).join(", ")} if it is meant to be public`,
      },
    ];
  },
};

/** Pulumi's policy pack: hands the rules of this folder to `--policy-pack`. */

import { type Policies, PolicyPack, type ResourceValidationArgs } from "@pulumi/policy";
import { optionSchema, optionsOf } from "./config.ts";
import { notYetKnown, type Resource } from "./resource.ts";
import { findingText, type Rule } from "./rule.ts";
import { isStackRule, rules } from "./rules.ts";

/** A plain copy. The SDK throws an error when a policy reads a value that is not known before the run. */
function plainCopy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const own = value as Record<string, unknown>;
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, i) => known(own, String(i)));
  return Object.fromEntries(Object.keys(own).map((key) => [key, known(own, key)]));
}

function known(object: Record<string, unknown>, key: string): unknown {
  try {
    return plainCopy(object[key]);
  } catch (error) {
    if (/ can't be known during preview$/.test((error as Error).message)) return notYetKnown;
    throw error;
  }
}

function resourceOf({
  type,
  urn,
  props,
  opts,
}: Pick<ResourceValidationArgs, "type" | "urn" | "props" | "opts">): Resource {
  return { type, urn, props: plainCopy(props) as Resource["props"], isProtected: opts.protect };
}

function policyOf(rule: Rule): Policies[number] {
  const common = {
    name: rule.name,
    description: rule.description,
    enforcementLevel: rule.level,
    configSchema: { properties: optionSchema(rule) },
  };
  if (isStackRule(rule))
    return {
      ...common,
      validateStack: ({ resources, getConfig }, report) => {
        const options = optionsOf(rule, getConfig());
        for (const finding of rule.checkAll(resources.map(resourceOf), options))
          report(findingText(finding), finding.urn);
      },
    };
  return {
    ...common,
    validateResource: (args, report) => {
      const options = optionsOf(rule, args.getConfig());
      for (const finding of rule.check(resourceOf(args), options)) report(findingText(finding));
    },
  };
}

new PolicyPack("pomerium-guardrails", { policies: rules.map(policyOf) });

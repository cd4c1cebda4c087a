import { isMap } from "../../stack-file/paths.ts";
import { type ChangeRule, changeRules, type ObjectChange } from "./changes.ts";
import { readConfig } from "./config.ts";
import { classesOfPomerium, type Resource } from "./resource.ts";
import type { Level, Rule, RuleFinding } from "./rule.ts";
import { isStackRule, rules } from "./rules.ts";

/** A rule that a preview breaks, and whether that fails it. */
export interface Judged extends Omit<RuleFinding, "level"> {
  rule: string;
  level: Exclude<Level, "disabled">;
}

type Judge = Rule | ChangeRule;

/** The rules for a preview: those about changes in place of those about resources with the same name. */
export const previewRules: readonly Judge[] = [
  ...rules.filter(({ name }) => !changeRules.some((other) => other.name === name)),
  ...changeRules,
];

/**
 * Applies every rule to a preview.
 *
 * @param config As for Pulumi's `--policy-pack-config`.
 * @throws ConfigError
 */
export function judge(
  changes: readonly ObjectChange[],
  config: Readonly<Record<string, unknown>> = {},
): Judged[] {
  const resources = changes.flatMap(({ type, urn, asks, provider }): Resource[] =>
    asks ? [{ type, urn, props: asks, ...(provider === undefined ? {} : { provider }) }] : [],
  );
  return [...readConfig(config, previewRules)].flatMap(([rule, { level, options }]) => {
    if (level === "disabled") return [];
    const found = findingsOf(rule, resources, changes, withClasses(options, resources));
    return found.map((finding) => ({ level, ...finding, rule: rule.name }));
  });
}

/** Options with the IngressClasses that the program itself makes for Pomerium. */
function withClasses(options: unknown, resources: readonly Resource[]): unknown {
  if (!isMap(options) || !Array.isArray(options.classes)) return options;
  return { ...options, classes: [...options.classes, ...classesOfPomerium(resources)] };
}

function findingsOf(
  rule: Judge,
  resources: readonly Resource[],
  changes: readonly ObjectChange[],
  options: unknown,
): RuleFinding[] {
  if ("checkChanges" in rule) return rule.checkChanges(changes, options);
  if (isStackRule(rule)) return rule.checkAll(resources, options);
  return resources.flatMap((resource) => rule.check(resource, options));
}

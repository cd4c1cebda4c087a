import { z } from "zod";
import { nearest } from "../../stack-file/nearest.ts";
import { type Level, levels } from "./rule.ts";

/** A rule as a config sets it. */
export interface Configured {
  level: Level;
  options: unknown;
}

/** A rule, as far as a config sets it. */
interface Configurable {
  name: string;
  level: Level;
  options: z.ZodType;
}

/** A config that is not valid, with all its problems. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
    this.name = "ConfigError";
  }
}

const level = z.enum(levels);

/**
 * Reads a config in the form of Pulumi's `--policy-pack-config`: for each rule its level, or its `enforcementLevel` and
 * its options. `all` sets the level of every rule that the config does not name.
 *
 * @throws ConfigError
 */
export function readConfig<R extends Configurable>(
  given: Readonly<Record<string, unknown>>,
  rules: readonly R[],
): Map<R, Configured> {
  const problems: string[] = [];
  const names = rules.map(({ name }) => name);
  for (const key of Object.keys(given)) {
    if (key === "all" || names.includes(key)) continue;
    const meant = nearest(key, names);
    problems.push(
      `${key}: no such rule; ${meant ? `did you mean "${meant}"?` : `there are ${names.join(", ")}`}`,
    );
  }
  const common = level.optional().safeParse(given.all);
  if (!common.success) problems.push(`all: must be one of ${levels.join(", ")}`);
  const configured = new Map<R, Configured>();
  for (const rule of rules) {
    const own = given[rule.name] ?? {};
    const { enforcementLevel, ...options }: Record<string, unknown> =
      typeof own === "string" ? { enforcementLevel: own } : typeof own === "object" ? { ...own } : {};
    const wanted = level.optional().safeParse(enforcementLevel);
    if (!wanted.success || !["string", "object"].includes(typeof own))
      problems.push(`${rule.name}: its level must be one of ${levels.join(", ")}`);
    const parsed = rule.options.safeParse(options);
    for (const { path, message } of parsed.error?.issues ?? [])
      problems.push(`${[rule.name, ...path].join(".")}: ${message}`);
    configured.set(rule, {
      level: wanted.data ?? common.data ?? rule.level,
      options: parsed.data,
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return configured;
}

/** The options of one rule, as Pulumi hands them to a policy. Pulumi has taken the level out. */
export function optionsOf<O>(rule: { name: string; options: z.ZodType<O> }, given: object): O {
  const parsed = rule.options.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => `${[rule.name, ...path].join(".")}: ${message}`),
  );
}

/** The options as a JSON schema, by name. */
export function optionSchema({ options }: { options: z.ZodType }): Record<string, object> {
  const { properties = {} } = z.toJSONSchema(options, { io: "input" }) as {
    properties?: Record<string, object>;
  };
  return properties;
}

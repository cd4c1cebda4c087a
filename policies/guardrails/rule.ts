import { z } from "zod";
import { pomeriumClass } from "../access/matrix/ingress-object.ts";
import { isReleaseTag, newestRelease } from "../language/releases.ts";
import type { Resource } from "./resource.ts";

/** A rule that a resource breaks. */
export interface RuleFinding {
  /** `Ingress komga/komga-ingress`. */
  resource: string;
  urn: string;
  /** What is wrong, and why that is a problem. */
  reason: string;
  /** What to write or to run. */
  fix: string;
  /** For a finding that is less certain than its rule: `advisory`. */
  level?: "advisory";
}

/** What decides whether a finding fails a run. */
export const levels = ["advisory", "mandatory", "disabled"] as const;

export type Level = (typeof levels)[number];

interface Common<Options> {
  /** Name of the rule in the config. */
  name: string;
  /** The rule, as a sentence. */
  description: string;
  level: Level;
  options: z.ZodType<Options>;
}

/** A rule about single resources. */
export interface ResourceRule<Options = unknown> extends Common<Options> {
  check(resource: Resource, options: Options): RuleFinding[];
}

/** A rule about all resources of a stack together. */
export interface StackRule<Options = unknown> extends Common<Options> {
  checkAll(resources: readonly Resource[], options: Options): RuleFinding[];
}

export type Rule<Options = unknown> = ResourceRule<Options> | StackRule<Options>;

/** IngressClasses that Pomerium serves. */
export const classes = z
  .array(z.string().min(1))
  .default([pomeriumClass])
  .describe("IngressClasses that Pomerium serves.");

/** The release of Pomerium, whose annotations and behaviour count. */
export const pomerium = z
  .string()
  .refine(isReleaseTag, { error: `is not a release: write it like ${newestRelease}` })
  .default(newestRelease)
  .describe("Release of Pomerium.");

/** A finding as one text: the resource, the reason and the fix. */
export function findingText({ resource, reason, fix }: Omit<RuleFinding, "urn">): string {
  return `${resource}: ${reason}\nFix: ${fix}`;
}

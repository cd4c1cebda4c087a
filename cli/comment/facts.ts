import type { TestResult } from "../../policies/access/assertions/run.ts";
import type { Untested } from "../../policies/access/assertions/untested.ts";
import type { Judged } from "../../policies/guardrails/judge.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Problem } from "../../stack-file/problems.ts";
import type { Plan } from "../plan/plan.ts";
import type { AccessFacts } from "./access.ts";
import type { NamedChanges } from "./named-changes.ts";

/** The facts about a pull request from which the comment for one stack is written. */
export interface Facts {
  /** The stack's name. */
  name: string;
  origin: Origin;
  /** The stack before and after; absent if it does not exist there, or if its file is refused. */
  before?: Stack;
  after?: Stack;
  /** The problems of the refused stack file. */
  problems: readonly Problem[];
  /** The message of the refused stack file, or why there is no such file. */
  refused?: string;
  /** Whether only the base's code refuses the file, while the pull request's own program reads it. */
  refusedByBaseOnly: boolean;
  preview: Preview;
  access: AccessFacts;
  named: NamedChanges;
  /** The guard rails that the preview breaks. Absent if they were not asked. */
  guarded?: readonly Judged[];
  tests?: { results: readonly TestResult[]; untested: readonly Untested[] };
}

/** Where the comment comes from. A reader must see whether it is about the last push. */
export interface Origin {
  commit?: string;
  base?: string;
  /** When the comment was written: `2026-11-26 17:30 UTC`. */
  at: string;
  /** Address of the job's log. */
  run?: string;
}

/**
 * The preview. `none`: there was no attempt, and why. `failed`: it ended before a plan, with the failed step and its
 * output.
 */
export type Preview = { plan: Plan } | { none: string } | { failed: string; said: string };

/** The reason of a preview that has printed no plan. */
export const beforeItBegan = "the preview ended before it began";

/** Whether a preview ran and succeeded. */
export function isComplete(preview: Preview): preview is { plan: Plan } {
  return "plan" in preview && preview.plan.complete;
}

import type { AccessDiff, ChangeKind } from "./diff.ts";

/** Changes that may stop a pipeline. */
export type FailOn = "gain" | "public" | "loss";

/** The kinds of each option. An undecided request may let more callers in, so it counts as a gain. */
const kindsOf: Record<FailOn, ReadonlySet<ChangeKind>> = {
  gain: new Set<ChangeKind>(["gain", "opened", "public", "appeared", "undecided"]),
  public: new Set<ChangeKind>(["public"]),
  loss: new Set<ChangeKind>(["loss", "closed", "private", "unreachable"]),
};

/** Whether the diff has a change of one of these kinds. */
export function failOn(diff: AccessDiff, on: readonly FailOn[]): boolean {
  return diff.rows.some(({ kind }) => on.some((one) => kindsOf[one].has(kind)));
}

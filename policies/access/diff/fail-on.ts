import { stranger } from "../matrix/decider.ts";
import type { AccessDiff } from "./diff.ts";
import type { FailOn } from "./fail-on-kinds.ts";
import type { ChangeKind, Row } from "./rows.ts";

/** The kinds of each option. An undecided request may let more callers in, so it counts as a gain. */
const kindsOf: Record<FailOn, ReadonlySet<ChangeKind>> = {
  gain: new Set<ChangeKind>(["gain", "opened", "public", "appeared", "undecided"]),
  public: new Set<ChangeKind>(["public", "opened"]),
  loss: new Set<ChangeKind>(["loss", "closed", "private", "unreachable"]),
};

/** Whether one of the options stops at a change. A stranger who gains access is anybody with an account. */
function stopsAt(on: readonly FailOn[], { kind, person }: Row): boolean {
  return on.some(
    (one) => kindsOf[one].has(kind) || (one === "public" && kind === "gain" && person === stranger),
  );
}

/** The changes at which one of the options stops. */
export function failing(diff: AccessDiff, on: readonly FailOn[]): Row[] {
  return diff.rows.filter((row) => stopsAt(on, row));
}

/** Whether one of the options stops at the diff. A view that cannot be read may let anybody in. */
export function failOn(diff: AccessDiff, on: readonly FailOn[]): boolean {
  const mayOpen = on.includes("gain") || on.includes("public");
  return failing(diff, on).length > 0 || (mayOpen && diff.unreadable.some(({ view }) => view === diff.after));
}

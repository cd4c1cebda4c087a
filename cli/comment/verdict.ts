import { failing } from "../../policies/access/diff/fail-on.ts";
import type { FailOn } from "../../policies/access/diff/fail-on-kinds.ts";
import type { Facts } from "./facts.ts";
import { guardFailures } from "./guard-rails.ts";
import { changeReasons, failuresOf } from "./headline.ts";

/**
 * Why the job fails, one line for each rule; empty if it succeeds.
 *
 * @param on The changes of access that fail a job.
 */
export function verdictOf(facts: Facts, on: readonly FailOn[]): string[] {
  return [...failuresOf(facts), ...accessFailures(facts, on), ...guardFailures(facts)];
}

function accessFailures({ access, refused }: Facts, on: readonly FailOn[]): string[] {
  const { change, unknown } = access;
  if (on.length === 0) return [];
  const rule = `ACCESS_FAIL_ON=${on.join(",")}`;
  const mayOpen = on.includes("gain") || on.includes("public");
  const opaque =
    unknown.length > 0 && mayOpen
      ? [`${rule}: an object may open something, and its effect is not known`]
      : [];
  if ("unknown" in change)
    return refused !== undefined && access.code.length === 0
      ? opaque
      : [`${rule}: who gains or loses access is not known`, ...opaque];
  const rows = failing(change.diff, on);
  const unreadable = mayOpen ? change.diff.unreadable.filter(({ view }) => view === change.diff.after) : [];
  return [
    ...changeReasons({ ...change.diff, rows, unreadable }).map((reason) => `${rule}: ${reason}`),
    ...opaque,
  ];
}

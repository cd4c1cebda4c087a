import { type AccessDiff, diffAccess } from "../../policies/access/diff/diff.ts";
import type { Row } from "../../policies/access/diff/rows.ts";
import type { ProtectedApp, View } from "../../policies/access/matrix/view.ts";
import { viewOfStack } from "../../stack/access-view.ts";
import { type PlannedAccess, plannedAccess } from "../../stack/planned-access.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Plan } from "../plan/plan.ts";
import { type Moved, movedApps } from "./named-changes.ts";

/** A comparison, or why it is not possible. */
export type Compared = { diff: AccessDiff } | { unknown: string };

/** What a pull request and the run after it change about access. */
export interface AccessFacts {
  /** This pull request against its base: what it asks for, and what the base asks for. */
  change: Compared;
  /** `pulumi up` against the cluster: the objects as the run leaves them, and as they are. */
  run: Compared;
  /** Whether the run changes exactly what the pull request changes. */
  alike: boolean;
  /** Changed files that can decide about access whatever the stack file says. */
  code: readonly string[];
  /** Whether the planned objects let in others than the stack file does, as the base branch reads it. */
  codeDecides: boolean;
  /** Changed objects whose effect on access is not understood. */
  unknown: PlannedAccess["unknown"];
  /** Ingresses that the run takes over. They count as new, because a preview does not show what they were before. */
  takenOver: readonly string[];
}

/** What is known about both sides. */
export interface Sides {
  /** The stack of the base; absent if the base does not have it. */
  before?: Stack;
  /** Whether the base has the stack file, and refuses it. */
  isBaseRefused?: boolean;
  /** The stack of the pull request, as the code of the base reads it; absent if that refuses it. */
  after?: Stack;
  /** The plan of the pull request; absent without a preview. */
  plan?: Plan;
  code: readonly string[];
}

/** Compares access on both sides. */
export function accessOf(sides: Sides): AccessFacts {
  const { before, after, plan, code } = sides;
  const pomerium = (after ?? before)?.pomerium.version;
  // A failed preview shows different unchanged objects in each run, so only the changed ones count.
  const objects = plan?.objects.filter(({ op }) => plan.complete || op !== "same");
  const planned = objects && plannedAccess(objects, pomerium, after ?? before);
  const file = after && viewOfStack("this pull request", after);
  const [directory] = [file?.directory ?? before?.directory];
  const named = (name: string, apps: readonly ProtectedApp[]): View => ({
    name,
    apps,
    ...(directory ? { directory } : {}),
  });
  const asks = plan?.complete && planned ? namedByFile(planned.asked, file?.apps ?? []) : undefined;
  const change = changeOf(sides, file, asks && named("this pull request", asks.apps));
  const moved = movedApps(before, after);
  const run = runOf(
    planned && { ...planned, live: planned.live.map((app) => atNewHost(app, moved)) },
    plan,
    (apps) => namedByFile(apps, file?.apps ?? []).apps,
    named,
  );
  return {
    change,
    run,
    alike: "diff" in change && "diff" in run && sameChanges(change.diff, run.diff),
    code,
    codeDecides: asks?.differ ?? false,
    unknown: planned?.unknown ?? [],
    takenOver: planned?.takenOver ?? [],
  };
}

function changeOf(
  { before, isBaseRefused, after, plan, code }: Sides,
  file: View | undefined,
  asks: View | undefined,
): Compared {
  if (isBaseRefused)
    return { unknown: "the stack file of the base is refused, so there is nothing to compare with" };
  const now = asks ?? (code.length === 0 ? file : undefined);
  if (now === undefined) {
    if (code.length > 0)
      return {
        unknown: `the code that decides has changed, and there is no ${plan ? "complete " : ""}preview that shows the result`,
      };
    return { unknown: "the stack file is refused, so there is nothing to compare" };
  }
  const base: View = before ? viewOfStack("base", before) : { name: "base", apps: [] };
  const moved = movedApps(before, after);
  return { diff: diffAccess({ ...base, apps: base.apps.map((app) => atNewHost(app, moved)) }, now) };
}

/** The app at its new host, on both sides. So a move is not reported as a loss and a gain. */
function atNewHost(app: ProtectedApp, moved: readonly Moved[]): ProtectedApp {
  const found = moved.find(({ from }) => from === app.host);
  return found ? { ...app, host: found.to } : app;
}

function runOf(
  planned: PlannedAccess | undefined,
  plan: Plan | undefined,
  byFile: (apps: readonly ProtectedApp[]) => readonly ProtectedApp[],
  named: (name: string, apps: readonly ProtectedApp[]) => View,
): Compared {
  if (!plan || !planned) return { unknown: "there is no preview" };
  const diff = diffAccess(named("the cluster", planned.live), named("`pulumi up`", byFile(planned.after)));
  // A failed preview has seen some objects only. A change of one of them is worth reporting. Their lack of change
  // proves nothing.
  return plan.complete || diff.rows.length > 0 ? { diff } : { unknown: "the preview fails" };
}

/**
 * The planned apps. The stack file's app replaces a planned app that lets in exactly the same callers, because it knows
 * groups and key paths.
 */
function namedByFile(
  planned: readonly ProtectedApp[],
  file: readonly ProtectedApp[],
): { apps: ProtectedApp[]; differ: boolean } {
  const byHost = (apps: readonly ProtectedApp[]): Map<string, ProtectedApp[]> =>
    Map.groupBy(apps, ({ host }) => host);
  const [ours, theirs] = [byHost(planned), byHost(file)];
  let differ = [...theirs.keys()].some((host) => !ours.has(host));
  const apps = [...ours].flatMap(([host, own]) => {
    const named = theirs.get(host);
    if (named && isSame(named, own)) return named;
    differ = true;
    return own;
  });
  return { apps, differ };
}

function isSame(one: readonly ProtectedApp[], other: readonly ProtectedApp[]): boolean {
  const { rows, unreadable } = diffAccess({ name: "file", apps: one }, { name: "plan", apps: other });
  return rows.length === 0 && unreadable.length === 0;
}

function sameChanges(one: AccessDiff, other: AccessDiff): boolean {
  const keys = ({ rows }: AccessDiff): string =>
    rows
      .map(({ kind, person, host, path, before, after }: Row) =>
        [kind, person, host, path, before, after].join(" "),
      )
      .sort()
      .join("\n");
  return keys(one) === keys(other);
}

import type { Phase } from "../../components/cluster/phase.ts";
import type { TestResult, Untested } from "../../policies/access/assertions/run.ts";
import type { AccessDiff } from "../../policies/access/diff/diff.ts";
import { changesOf } from "../../report/diff-text.ts";
import { counted } from "../../stack-file/text.ts";
import { errorsOf, type Preview } from "./preview.ts";

/** The facts about a change from which its comment is written. */
export interface Known {
  /** The message of a refused stack file; absent if the file has no problem. */
  refused?: string;
  /** Who gains and who loses access, or why there is no diff. */
  access: { diff: AccessDiff; notes: readonly string[] } | { impossible: string };
  tests?: { results: readonly TestResult[]; untested: readonly Untested[] };
  /** The preview; `none` without credentials, `broken` if the output is not a preview. */
  preview: Preview | "none" | "broken";
  /** The phase before and after the change, if both are known. */
  phases?: { before: Phase; after: Phase };
}

/** The first line of the comment, and its reasons. */
export interface Headline {
  /** `fails`: it cannot be merged. `look`: somebody must look at it first. */
  level: "fails" | "look" | "quiet";
  /** The most important reason first. */
  reasons: readonly string[];
}

export const headlineMarks: Readonly<Record<Headline["level"], string>> = {
  fails: "✖",
  look: "⚠",
  quiet: "✔",
};

/** What a reviewer must know first. No reason contains a name from the stack file. */
export function headlineOf({ refused, access, tests, preview, phases }: Known): Headline {
  const fails = [
    ...(refused === undefined ? [] : ["the stack file is refused"]),
    ...previewFailures(preview),
    ...testFailures(tests),
  ];
  const look = [
    ...phaseReasons(phases),
    ...accessReasons(access),
    ...resourceReasons(preview),
    ...untestedReason(tests, "warning"),
  ];
  if (fails.length > 0) return { level: "fails", reasons: [...fails, ...look] };
  if (look.length > 0) return { level: "look", reasons: look };
  return { level: "quiet", reasons: ["nobody gains or loses access"] };
}

function phaseReasons(phases: Known["phases"]): string[] {
  if (!phases || phases.before === phases.after) return [];
  const change = `the phase goes from ${phases.before} to ${phases.after}`;
  return [phases.after === "retired" ? `${change}, from which there is no way back` : change];
}

function previewFailures(preview: Known["preview"]): string[] {
  if (preview === "broken") return ["the preview ended before it began"];
  if (preview === "none") return [];
  const errors = errorsOf(preview).length;
  return errors === 0 ? [] : [`the preview fails with ${counted(errors, "error")}`];
}

function untestedReason(tests: Known["tests"], severity: Untested["severity"]): string[] {
  const apps = tests?.untested.filter((one) => one.severity === severity).length ?? 0;
  return apps === 0 ? [] : [counted(apps, "app is untested", "apps are untested")];
}

function testFailures(tests: Known["tests"]): string[] {
  if (!tests) return [];
  const failed = tests.results.filter(({ passed }) => !passed).length;
  return [
    ...(failed > 0 ? [counted(failed, "access test fails", "access tests fail")] : []),
    ...untestedReason(tests, "error"),
  ];
}

function accessReasons(access: Known["access"]): string[] {
  if ("impossible" in access) return ["the access diff cannot be made"];
  const { diff, notes } = access;
  const rows = (...kinds: string[]): number => diff.rows.filter(({ kind }) => kinds.includes(kind)).length;
  const changes = changesOf(diff);
  const people = (sign: string): number =>
    new Set(changes.filter((change) => change.sign === sign).map(({ person }) => person)).size;
  const say = (count: number, one: string, many: string): string[] =>
    count === 0 ? [] : [counted(count, one, many)];
  return [
    ...say(rows("public"), "host becomes public", "hosts become public"),
    ...say(rows("opened"), "path opens to anonymous callers", "paths open to anonymous callers"),
    ...say(people("+"), "caller gains access", "callers gain access"),
    ...say(
      rows("undecided") + diff.unreadable.length,
      "answer cannot be decided",
      "answers cannot be decided",
    ),
    ...say(rows("unreachable"), "host is not reachable any more", "hosts are not reachable any more"),
    ...say(people("-"), "caller loses access", "callers lose access"),
    ...say(rows("private", "closed"), "door closes", "doors close"),
    ...say(notes.length, "note on what the diff does not show", "notes on what the diff does not show"),
  ];
}

function resourceReasons(preview: Known["preview"]): string[] {
  if (typeof preview === "string") return [];
  const count = (ops: readonly string[]): number => preview.steps.filter(({ op }) => ops.includes(op)).length;
  const [deleted, replaced] = [count(["delete"]), count(["replace", "create-replacement"])];
  return [
    ...(deleted > 0 ? [counted(deleted, "resource is deleted", "resources are deleted")] : []),
    ...(replaced > 0 ? [counted(replaced, "resource is replaced", "resources are replaced")] : []),
  ];
}

import type { AccessDiff } from "../../policies/access/diff/diff.ts";
import { changesOf } from "../../report/diff-text.ts";
import { counted } from "../../stack-file/text.ts";
import { errorsOf } from "../plan/plan.ts";
import { beforeItBegan, type Facts } from "./facts.ts";
import { refusalOf } from "./refusal.ts";

/** The first line of the comment, and its reasons. */
export interface Headline {
  /** `fails`: it cannot be applied. `final`: it cannot be taken back. `look`: somebody must look at it first. */
  level: "fails" | "final" | "look" | "quiet";
  /** The most important reason first. */
  reasons: readonly string[];
}

export const headlineMarks: Readonly<Record<Headline["level"], string>> = {
  fails: "✖",
  final: "⛔",
  look: "⚠",
  quiet: "✔",
};

/** What a reviewer must know first. No reason contains a name from the stack file. */
export function headlineOf(facts: Facts): Headline {
  const fails = failuresOf(facts);
  const final =
    facts.named.phase?.to === "retired" ? ["ingress-nginx is removed, and there is no way back"] : [];
  const look = [
    ...accessReasons(facts),
    ...namedReasons(facts),
    ...objectReasons(facts),
    ...untestedReasons(facts),
  ];
  const reasons = [...fails, ...final, ...look];
  if (fails.length > 0) return { level: "fails", reasons };
  if (final.length > 0) return { level: "final", reasons };
  if (look.length > 0) return { level: "look", reasons };
  return { level: "quiet", reasons: [quietHeadline(facts)] };
}

/** Why the change cannot be applied; empty if it can. */
export function failuresOf(facts: Facts): string[] {
  return [...fileFailures(facts), ...previewFailures(facts), ...testFailures(facts)];
}

function quietHeadline({ preview }: Facts): string {
  if (!("plan" in preview)) return "the stack file changes nobody’s access";
  return preview.plan.objects.some(({ op }) => op !== "same")
    ? "nobody gains or loses access"
    : "nothing changes";
}

function fileFailures({ refused, refusedByBaseOnly }: Facts): string[] {
  return refused === undefined || refusedByBaseOnly ? [] : ["the stack file is refused"];
}

function previewFailures({ preview, refused }: Facts): string[] {
  if ("none" in preview) return [];
  // Pulumi does not read a broken file either.
  if ("failed" in preview)
    return refused !== undefined && preview.failed === beforeItBegan ? [] : [preview.failed];
  const errors = errorsOf(preview.plan);
  if (errors.length === 0) return preview.plan.complete ? [] : ["the preview did not finish"];
  const refusal = refusalOf(errors.map(({ text }) => text));
  if (refusal) {
    const gates = refusal.gates === 0 ? [] : [counted(refusal.gates, "gate is missing", "gates are missing")];
    const { problems } = refusal;
    // The problems of a refused file are counted once.
    const isTold = problems === 0 || refused !== undefined;
    return [
      ...gates,
      ...(isTold ? [] : [counted(problems, "problem stops the run", "problems stop the run")]),
    ];
  }
  return ["the preview fails"];
}

function testFailures({ tests }: Facts): string[] {
  if (!tests) return [];
  const failed = tests.results.filter(({ passed }) => !passed).length;
  const untested = tests.untested.filter(({ severity }) => severity === "error").length;
  return [
    ...(failed > 0 ? [counted(failed, "access test fails", "access tests fail")] : []),
    ...(untested > 0 ? [counted(untested, "app is untested", "apps are untested")] : []),
  ];
}

function untestedReasons({ tests }: Facts): string[] {
  const apps = tests?.untested.filter(({ severity }) => severity === "warning").length ?? 0;
  return apps === 0 ? [] : [counted(apps, "app is untested", "apps are untested")];
}

function accessReasons({ access, refused }: Facts): string[] {
  const { change, run, alike, codeDecides, unknown, code } = access;
  return [
    ...(codeDecides
      ? [`the ${code.length > 0 ? "code" : "plan"} lets in others than the stack file says`]
      : []),
    ...("unknown" in change
      ? // A refused file is told already.
        code.length > 0 || refused === undefined
        ? ["who gains or loses access is not known"]
        : []
      : changeReasons(change.diff)),
    ...(unknown.length > 0
      ? [counted(unknown.length, "object may open something", "objects may open something")]
      : []),
    ...("diff" in run &&
    !alike &&
    run.diff.rows.length > 0 &&
    "diff" in change &&
    change.diff.rows.length === 0
      ? ["`pulumi up` changes access, because the cluster differs from the base"]
      : []),
  ];
}

/** The kinds of changes in a diff, each counted. */
export function changeReasons(diff: AccessDiff): string[] {
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
  ];
}

function namedReasons({ named }: Facts): string[] {
  const { moved, renamed, added, release, phase, signIn, widened, loosened, identity } = named;
  return [
    ...(phase
      ? [
          `the phase goes from ${phase.from} to ${phase.to}${
            signIn.length > 0
              ? `: ${counted(signIn.length, "host moves", "hosts move")} to sign-in at Pomerium`
              : ""
          }`,
        ]
      : []),
    ...(identity.length > 0 ? ["who can sign in may change, which no comparison of access shows"] : []),
    ...(widened.length > 0 ? ["an app file may do more than before"] : []),
    ...(loosened.length > 0 ? ["more callers in the cluster may connect past Pomerium"] : []),
    ...(release ? [`Pomerium goes from ${release.from} to ${release.to}`] : []),
    ...(added > 0 ? [counted(added, "app is added", "apps are added")] : []),
    ...(moved.length > 0
      ? [counted(moved.length, "app moves to another host", "apps move to other hosts")]
      : []),
    ...(renamed.length > 0
      ? [
          counted(
            renamed.length,
            "app is renamed, and its host stays",
            "apps are renamed, and their hosts stay",
          ),
        ]
      : []),
  ];
}

function objectReasons({ preview, named }: Facts): string[] {
  // The removal of ingress-nginx is the headline already, and a renamed app is made anew under its new name.
  if (!("plan" in preview) || named.phase?.to === "retired" || named.renamed.length > 0) return [];
  const count = (op: string): number => preview.plan.objects.filter((object) => object.op === op).length;
  return [
    ...(count("delete") > 0 ? [counted(count("delete"), "object is deleted", "objects are deleted")] : []),
    ...(count("replace") > 0
      ? [counted(count("replace"), "object is replaced", "objects are replaced")]
      : []),
  ];
}

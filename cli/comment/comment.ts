import type { FailOn } from "../../policies/access/diff/fail-on-kinds.ts";
import { plainText, testsMarkdown } from "../../report/markdown.ts";
import { phaseEffects } from "../../stack/phases.ts";
import { up } from "../../stack-file/commands.ts";
import { changedObjects, countsOf, hasValues, objectLines, rawPlan } from "../plan/objects.ts";
import { errorsOf, isNoise } from "../plan/plan.ts";
import { accessText } from "./access-text.ts";
import type { Facts } from "./facts.ts";
import { commentLimit, fenced, leastRoom, startOf, withFolded } from "./fenced.ts";
import { guardText } from "./guard-rails.ts";
import { headlineMarks, headlineOf } from "./headline.ts";
import { namedChangesText } from "./named-changes-text.ts";
import { section } from "./section.ts";
import { verdictOf } from "./verdict.ts";

/** The hidden first line, by which the workflow finds the comment of a stack again. */
function marker(stack: string): string {
  return `<!-- pomerium-migration:${stack} -->`;
}

/** Most lines of each part. The first number that keeps the comment within the limit is used. */
const widths = [40, 15, 5] as const;

/** Most lines of one object in the folded plan. */
const longestObject = 60;

/** Size of a usual comment. Beyond it, the rest of the plan is in the artifact. */
const usualSize = 8000;

/** The comment on a pull request for one stack: the most important parts first. */
export function commentOf(facts: Facts, on: readonly FailOn[], limit: number = commentLimit): string {
  const changed = "plan" in facts.preview ? changedObjects(facts.preview.plan) : [];
  const room = limit - (changed.length === 0 ? 0 : leastRoom);
  const head = headWithin(facts, on, room);
  if (changed.length === 0) return head;
  // The list above has the objects without values already.
  const plan = rawPlan(changed.filter(hasValues), longestObject);
  if (plan === "") return head;
  return withFolded(head, plan, {
    title: "The plan, object by object",
    elsewhere: "all of it is in the artifact of the run",
    limit: Math.min(limit, Math.max(usualSize, head.length + leastRoom)),
  });
}

/** The whole plan and all messages, for the artifact. */
export function planText({ preview }: Facts): string {
  if (!("plan" in preview)) return "said" in preview ? `${preview.said}\n` : "There was no preview.\n";
  const { said } = preview.plan;
  return `${[...said.map(({ severity, text }) => `${severity}: ${text}\n`), rawPlan(changedObjects(preview.plan))].join("\n")}\n`;
}

function headWithin(facts: Facts, on: readonly FailOn[], room: number): string {
  for (const rows of widths) {
    const head = sections(facts, on, rows).join("\n");
    if (head.length <= room) return head;
  }
  // Names and reasons of many kilobytes: whole sections are left out, so that no Markdown is cut in half.
  const tooLong = "A section of this comment is left out, because it does not fit.\n";
  const kept: string[] = [];
  let left = room;
  for (const section of sections(facts, on, widths.at(-1)!)) {
    const fits = section.length + tooLong.length + 1 <= left;
    kept.push(fits ? section : tooLong);
    left -= kept.at(-1)!.length + 1;
    if (!fits) break;
  }
  return kept.join("\n");
}

/** The sections, each with an empty line at its end. Only what changes has one. */
function sections(facts: Facts, on: readonly FailOn[], rows: number): string[] {
  return [
    headText(facts, on),
    ...failureText(facts),
    ...beforeText(facts),
    ...accessText(facts, rows),
    ...namedChangesText(facts, rows),
    ...objectsText(facts, rows),
    ...guardText(facts, rows),
    ...testsText(facts, rows),
    ...saidText(facts),
    ...nextText(facts),
  ];
}

function headText(facts: Facts, on: readonly FailOn[]): string {
  const { level, reasons } = headlineOf(facts);
  const [first, ...others] = reasons;
  const { commit, base, at, run } = facts.origin;
  const commits = commit
    ? `Commit ${commit.slice(0, 12)}${base ? ` on base ${base.slice(0, 12)}` : ""}, `
    : "";
  const failures = verdictOf(facts, on);
  return [
    `${marker(facts.name)}\n### ${headlineMarks[level]} ${plainText(facts.name)}: ${first}`,
    "",
    ...others.map((reason) => `- ${reason}`),
    ...(others.length > 0 ? [""] : []),
    `${commits}${at}${run ? ` · [log](${run})` : ""}.`,
    "",
    ...(failures.length > 0 ? [`**The job fails**: ${failures.join("; ")}.`, ""] : []),
  ].join("\n");
}

/** Most characters of an error message. */
const longest = 4000;

function shortened(text: string): string {
  const start = startOf(text, longest);
  return start === text ? text : `${start}\n…`;
}

function failureText({ refused, refusedByBaseOnly, preview }: Facts): string[] {
  const errors = "plan" in preview ? errorsOf(preview.plan) : [];
  const refusal = refused === undefined ? [] : [shortened(refused)];
  // The program of the pull request refuses the same file with nearly the same words.
  const reported = errors.filter(
    ({ text }) => refused === undefined || refusedByBaseOnly || !text.startsWith("Pulumi."),
  );
  const texts = reported.map(({ text, times }) => (times > 1 ? `${text}\n(${times} times)` : text));
  return [
    ...(refusal.length === 0
      ? []
      : [
          refusedByBaseOnly
            ? section("The code of the base branch does not read this stack file", fenced(refusal[0]!))
            : `${fenced(refusal[0]!)}\n`,
        ]),
    ...("failed" in preview && preview.said.trim() !== "" ? [`${fenced(endOf(preview.said))}\n`] : []),
    ...(texts.length > 0 ? [section("What the preview says", fenced(shortened(texts.join("\n\n"))))] : []),
  ];
}

/** The end of a log has the error. */
function endOf(log: string): string {
  const lines = log
    .trimEnd()
    .split("\n")
    .filter((line) => !isNoise(line));
  return lines.length > 30 ? ["…", ...lines.slice(-30)].join("\n") : lines.join("\n");
}

/** What must be done first stands first. */
function beforeText({ after, named }: Facts): string[] {
  if (!after || !named.phase) return [];
  const { beforeUp } = phaseEffects(after);
  return beforeUp.length === 0 ? [] : [section("Before `pulumi up`", numbered(beforeUp))];
}

function numbered(steps: readonly string[]): string {
  return steps.map((step, i) => `${i + 1}. ${plainText(step)}`).join("\n");
}

function objectsText({ preview }: Facts, rows: number): string[] {
  if (!("plan" in preview))
    return "none" in preview ? [`**Objects**: not known, because ${preview.none}.\n`] : [];
  const changed = changedObjects(preview.plan);
  const counts = countsOf(preview.plan);
  if (changed.length === 0)
    return preview.plan.complete ? [`**Objects**: ${counts.join(" · ") || "none"}.\n`] : [];
  return [
    `**Objects**: ${counts.join(" · ")}${preview.plan.complete ? "" : ", up to the failure"}\n\n${fenced(objectLines(changed, rows).join("\n"), "diff")}\n`,
  ];
}

function testsText({ tests }: Facts, rows: number): string[] {
  if (!tests) return [];
  const failed = tests.results.filter(({ passed }) => !passed);
  if (failed.length === 0 && tests.untested.length === 0) return [];
  const kept = new Set(failed.slice(0, rows));
  const text = testsMarkdown(
    tests.results.filter((result) => result.passed || kept.has(result)),
    tests.untested.slice(0, rows),
  );
  const more = failed.length - kept.size + Math.max(0, tests.untested.length - rows);
  return [section("Access tests", text, ...(more > 0 ? [`${more} more of these.`] : []))];
}

/** Most characters of the program's announcement. */
const longestAnnouncement = 3000;

function saidText({ name, preview }: Facts): string[] {
  if (!("plan" in preview)) return [];
  const announcement = preview.plan.said.find(
    ({ severity, text }) => severity === "info" && text.startsWith(`${name} · `),
  );
  const isChanged = preview.plan.objects.some(({ op }) => op !== "same") || !preview.plan.complete;
  if (!announcement || !isChanged) return [];
  const start = startOf(announcement.text, longestAnnouncement);
  const text = start === announcement.text ? start : `${start}\n… all of it is in the artifact of the run`;
  return [section("What `pulumi up` says first", fenced(text))];
}

function nextText(facts: Facts): string[] {
  const { after, named, preview } = facts;
  if (!after || headlineOf(facts).level === "fails") return [];
  const isQuiet = "plan" in preview && preview.plan.objects.every(({ op }) => op === "same");
  if (isQuiet && !named.phase) return [];
  const { byHand, beforeUp, wayBack } = phaseEffects(after);
  const later = byHand.filter((step) => !beforeUp.includes(step));
  const isBack = wayBack.startsWith("pulumi ");
  return [
    section(
      "Once this is merged",
      fenced(up(after.name, "--refresh")),
      ...(named.phase && later.length > 0 ? [`By hand, after it:\n\n${numbered(later)}`] : []),
      ...(named.phase
        ? [isBack ? `Way back:\n\n${fenced(wayBack)}` : `Way back: ${plainText(wayBack)}`]
        : []),
    ),
  ];
}

import type { Phase } from "../../components/cluster/phase.ts";
import { type AccessDiff, kinds, type Row } from "../../policies/access/diff/diff.ts";
import type { Alike, Matrix } from "../../policies/access/matrix/matrix.ts";
import { whoIs } from "../../report/diff-text.ts";
import { code, dangersMarkdown, diffMarkdown, plain, testsMarkdown } from "../../report/markdown.ts";
import { first } from "../../report/text.ts";
import { phaseEffects } from "../../stack/phases.ts";
import type { Stack } from "../../stack/stack.ts";
import { ownCommand, setPhase, up } from "../../stack-file/commands.ts";
import { counted } from "../../stack-file/text.ts";
import { headlineMarks, headlineOf, type Known } from "./headline.ts";
import { countsOf, errorsOf, type Preview, previewText, type Step, signOf } from "./preview.ts";
import { commentLimit, fenced, leastRoom, withRaw } from "./raw.ts";

/** Everything that goes into the comment of one stack. */
export interface CommentParts extends Known {
  /** The stack's name. */
  name: string;
  /** The stack after the change; absent if its file is refused. */
  stack?: Stack;
  /** Who may reach what after the change. */
  matrix?: Matrix;
  /** Output of `pulumi preview --diff`. Default: made from the preview. */
  raw?: string;
}

/** The hidden first line, by which the workflow finds the comment of a stack again. */
function marker(stack: string): string {
  return `<!-- pomerium-migration:${stack} -->`;
}

/** Most rows of each part. The first number that keeps the comment within the limit is used. */
const widths = [Number.POSITIVE_INFINITY, 300, 100, 40, 15, 5] as const;

/** The comment on a pull request for one stack: the most important parts first. */
export function commentOf(parts: CommentParts, limit: number = commentLimit): string {
  const raw = parts.raw ?? (typeof parts.preview === "string" ? undefined : previewText(parts.preview));
  const room = limit - (raw === undefined ? 0 : leastRoom);
  const head = headWithin(parts, room);
  return raw === undefined ? head : withRaw(head, raw, limit);
}

function headWithin(parts: CommentParts, room: number): string {
  for (const rows of widths) {
    const head = headOf(parts, rows).join("\n");
    if (head.length <= room) return head;
  }
  // Names and reasons of many kilobytes: whole sections are left out, so that no Markdown is cut in half.
  const tooLong = "A section of this comment is left out, because it does not fit.\n";
  const kept: string[] = [];
  let left = room;
  for (const section of headOf(parts, widths.at(-1)!)) {
    const fits = section.length + tooLong.length + 1 <= left;
    kept.push(fits ? section : tooLong);
    left -= kept.at(-1)!.length + 1;
    if (!fits) break;
  }
  return kept.join("\n");
}

/** The sections, each with an empty line at its end. */
function headOf(parts: CommentParts, rows: number): string[] {
  const { name, access, tests, stack } = parts;
  return [
    `${marker(name)}\n${headlineText(parts)}`,
    resources(parts.preview, rows),
    ...("diff" in access
      ? accessSections(name, access, rows)
      : [section("Who gains and who loses", fenced(short(access.impossible, longest)))]),
    ...(tests
      ? [section("Failed, undecided, untested", testsText(tests, rows), undecided(parts.matrix, rows))]
      : []),
    ...(stack ? [phaseText(stack, parts.phases?.before)] : []),
  ];
}

function section(title: string, ...body: string[]): string {
  return `#### ${title}\n\n${body.map((one) => one.trimEnd()).join("\n\n")}\n`;
}

function accessSections(
  name: string,
  { diff, notes }: { diff: AccessDiff; notes: readonly string[] },
  rows: number,
): string[] {
  const shown = weightiest(diff.rows, rows);
  const left = diff.rows.length - shown.length;
  return [
    section("Newly public, opened or lost", dangers(diff, rows)),
    section(
      "Who gains and who loses",
      diffMarkdown({ ...diff, rows: shown }),
      ...(left > 0 ? [`${counted(left, "more change")}: \`${ownCommand("diff", name)}\` shows them.`] : []),
      ...notes.map((note) => `- ${plain(note)}`),
    ),
  ];
}

/** Most opened paths that are listed one by one. The table below has the others. */
const mostOpened = 15;

function dangers(diff: AccessDiff, rows: number): string {
  const isOpened = ({ kind }: Row): boolean => kind === "opened";
  const opened = diff.rows.filter(isOpened);
  const others = weightiest(
    diff.rows.filter((row) => !isOpened(row)),
    rows,
  );
  const told = opened.slice(0, Math.min(mostOpened, rows));
  const more = opened.length - told.length;
  return `${dangersMarkdown({ ...diff, rows: [...others, ...told] })}${
    more > 0 ? `- ${counted(more, "more path")} open to callers without a session\n` : ""
  }`;
}

/** The most important rows: first what becomes public, then gains, then losses. */
function weightiest(rows: readonly Row[], most: number): readonly Row[] {
  if (rows.length <= most) return rows;
  return rows.toSorted((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind)).slice(0, most);
}

function headlineText(parts: CommentParts): string {
  const { level, reasons } = headlineOf(parts);
  const [weightiest, ...others] = reasons;
  return [
    `### ${headlineMarks[level]} ${plain(parts.name)}: ${weightiest}`,
    "",
    ...others.map((reason) => `- ${reason}`),
    ...(others.length > 0 ? [""] : []),
    ...(parts.refused === undefined ? [] : [fenced(short(parts.refused, longest)), ""]),
  ].join("\n");
}

/** Operations that remove something: each resource is listed. Other operations are only counted. */
const severe = new Set(["delete", "replace", "create-replacement"]);

function resources(preview: Preview | "none" | "broken", rows: number): string {
  if (preview === "none")
    return "**Resources**: no preview, because this run has no credentials for the cluster. All else here is read from the stack file.\n";
  if (preview === "broken") return "**Resources**: the preview printed no result; its output is below.\n";
  const most = Math.min(rows, 50);
  const counts = countsOf(preview).map((count) => `\`${count}\``);
  const lost = preview.steps.filter(({ op }) => severe.has(op));
  const errors = errorsOf(preview);
  const warnings = preview.said.filter(({ severity }) => severity === "warning").length;
  return [
    `**Resources**: ${counts.length === 0 ? "not counted, because the preview ended early" : counts.join(" · ")}`,
    "",
    ...(errors.length > 0 ? [fenced(short(errors.join("\n\n"), longest)), ""] : []),
    ...lost.slice(0, most).map((step) => `- ${stepText(step)}`),
    ...(lost.length > most ? [`- ${counted(lost.length - most, "more resource")} deleted or replaced`] : []),
    ...(lost.length > 0 ? [""] : []),
    ...(warnings > 0 ? [`${counted(warnings, "warning")} in the raw preview below.`, ""] : []),
  ].join("\n");
}

function stepText({ op, type, name }: Step): string {
  return `\`${signOf(op)}\` ${op === "delete" ? "deleted" : "replaced"}: ${code(`${type} ${name}`)}`;
}

/** Most characters of an error message. */
const longest = 6000;

/** The beginning of a long text. */
function short(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

function testsText({ results, untested }: NonNullable<Known["tests"]>, rows: number): string {
  const failed = results.filter(({ passed }) => !passed);
  if (failed.length <= rows && untested.length <= rows) return testsMarkdown(results, untested);
  const kept = new Set(failed.slice(0, rows));
  const text = testsMarkdown(
    results.filter((result) => result.passed || kept.has(result)),
    untested.slice(0, rows),
  );
  const more = failed.length - kept.size + Math.max(0, untested.length - rows);
  // The counts include the rows that are left out.
  const head = `**Access tests**: ${results.length - failed.length} passed, ${failed.length} failed, ${counted(untested.length, "app")} untested`;
  return `${text.replace(/^.*/, head).trimEnd()}\n\n${more} more of these.`;
}

/** Callers whose access cannot be decided, each with the reason. */
function undecided(matrix: Matrix | undefined, rows: number): string {
  const found = (matrix?.apps ?? []).flatMap(({ app, alike, probes }) =>
    alike.flatMap((group: Alike) => {
      const i = group.verdicts.findIndex(({ decision }) => decision === "unknown");
      if (i < 0) return [];
      const who = first(group.principals.map(whoIs), 3);
      const verdict = group.verdicts[i]!;
      return `- cannot be decided: ${plain(who)} at ${code(app.host + probes[i]!.path)}: ${plain(short(verdict.reason, 300))} (${code(verdict.keyPath)})`;
    }),
  );
  if (found.length === 0) return "Every answer can be decided.";
  const more = found.length - rows;
  return [...found.slice(0, rows), ...(more > 0 ? [`- ${more} more that cannot be decided`] : [])].join("\n");
}

const following: Readonly<Partial<Record<Phase, Phase>>> = { coexist: "cutover", cutover: "retired" };

function phaseText(stack: Stack, before: Phase | undefined): string {
  const { byHand, wayBack } = phaseEffects(stack);
  const changes = before !== undefined && before !== stack.phase;
  const back = /^pulumi /.test(wayBack) ? `Way back:\n\n${fenced(wayBack)}` : `Way back: ${plain(wayBack)}`;
  const next = following[stack.phase];
  return section(
    `Phase: ${changes ? `${before} → ` : ""}${stack.phase}`,
    `Next, once this is merged:\n\n${fenced(up(stack.name))}`,
    ...(byHand.length > 0
      ? [`By hand:\n\n${byHand.map((step, i) => `${i + 1}. ${plain(step)}`).join("\n")}`]
      : []),
    ...(next === undefined ? [] : [`Then the next phase:\n\n${fenced(setPhase(stack.name, next))}`]),
    back,
  );
}

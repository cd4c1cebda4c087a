import type { Moves } from "../../policies/access/before-pomerium.ts";
import { type AccessDiff, diffAccess } from "../../policies/access/diff/diff.ts";
import { failOn } from "../../policies/access/diff/fail-on.ts";
import type { View } from "../../policies/access/matrix/view.ts";
import { movesMarkdown, movesText, noMoves, unclearNotes } from "../../report/before-text.ts";
import { diffText } from "../../report/diff-text.ts";
import { diffJson } from "../../report/json.ts";
import { diffMarkdown } from "../../report/markdown.ts";
import { signInChanges } from "../../stack/sign-in-changes.ts";
import type { Stack } from "../../stack/stack.ts";
import { limitChanges } from "../../stack/widened.ts";
import { placed } from "../../stack-file/place.ts";
import { orProblems, StackFileError, type Warning } from "../../stack-file/problems.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { exit } from "../exit.ts";
import { failOnOf } from "../fail-on.ts";
import type { Annotation } from "../github/annotation.ts";
import {
  accessAnnotations,
  annotationLines,
  problemAnnotations,
  refusalAnnotations,
  repositoryPath,
} from "../github/annotations.ts";
import type { Io } from "../io.ts";
import { deliver, formatOf, json, type Paper, paperOf } from "../output.ts";
import { projectOf, stackIn } from "../project.ts";
import type { DiffOptions } from "../usage/diff.ts";
import { comparable, type Seen, stackNow, viewOf } from "../view-by-name.ts";

/** Who gains and who loses access between two views. */
export const diff: Action<DiffOptions> = {
  async run(args, options, io) {
    const format = formatOf(options);
    const kinds = failOnOf(options.failOn);
    const project = projectOf(options, io);
    const stack = stackIn(project, args[0]);
    const views = await orProblems(() =>
      Promise.all([
        viewOf(options.from ?? "HEAD", project, stack, io),
        viewOf(options.to ?? "now", project, stack, io),
      ]),
    );
    if (views instanceof StackFileError) {
      if (format === "github")
        deliver(annotationLines(refusalAnnotations(project.directory, stack, views)), options, io);
      throw views;
    }
    const [before, after] = views;
    const found = diffAccess(comparable(before, after), comparable(after, before));
    const notes = [...before.notes, ...after.notes, ...signInChanges(before.stack, after.stack)];
    const limits = limitChanges(before.stack, after.stack);
    const moves =
      options.nginx === undefined
        ? undefined
        : await movesUnder(options.nginx, stackNow(project, stack), after.view, io);
    const hint = hintOf(after, options);
    const result =
      format === "github"
        ? inGithub(
            repositoryPath(project.directory, stack),
            found,
            { notes: [...notes, ...unclearNotes(moves)], limits },
            after,
          )
        : written(
            format,
            stack,
            { found, notes: [...notes, ...limits.map(({ message }) => message)], moves, hint },
            paperOf(options, io),
          );
    deliver(result, options, io);
    // Code that has changed may open anything, and a comparison of stack files does not show it.
    const isUnknown = before.code.length + after.code.length > 0;
    return failOn(found, kinds) || (isUnknown && kinds.length > 0) ? exit.changed : exit.ok;
  },
};

async function movesUnder(nginx: string, stack: Stack, view: View, io: Io): Promise<Moves> {
  // The code that reads a cluster or an export is large, and a diff without --nginx needs none of it.
  const { movesFrom, readNginx } = await import("../source.ts");
  return movesFrom(await readNginx(nginx, stack, io), stack, view);
}

/** Only the file of the working tree has lines that GitHub can show. */
function inGithub(
  file: string,
  found: AccessDiff,
  { notes, limits }: { notes: readonly string[]; limits: readonly Warning[] },
  { view, stack }: Seen,
): string {
  const placeOf = view.name === "now" ? stack?.placeOf : undefined;
  return annotationLines([
    ...accessAnnotations(file, found, placeOf),
    ...problemAnnotations(file, [], placed(limits, placeOf ?? (() => undefined))),
    ...notes.map((message): Annotation => ({ level: "warning", file, message })),
  ]);
}

/** While the apps are on their way, a reader may not know that the comparison with ingress-nginx exists. */
function hintOf({ stack }: Seen, { nginx }: DiffOptions): string | undefined {
  return nginx === undefined && stack?.phase === "coexist" && stack.ingressNginx !== undefined
    ? noMoves
    : undefined;
}

interface Written {
  found: AccessDiff;
  notes: readonly string[];
  moves: Moves | undefined;
  hint: string | undefined;
}

function written(
  format: string,
  stack: string,
  { found, notes, moves, hint }: Written,
  paper: Paper,
): string {
  switch (format) {
    case "json":
      return json("access-diff", { ...(JSON.parse(diffJson(found, moves)) as object), stack, notes });
    case "markdown":
      return [
        diffMarkdown(found),
        ...(moves === undefined ? [] : [movesMarkdown(moves)]),
        ...notes.map((note) => `- ${note}\n`),
      ].join("\n");
    default: {
      const head = paint(paper, "bold", `${stack} · ${found.before} → ${found.after}`);
      const body = diffText(found, { limit: Number.POSITIVE_INFINITY });
      const before =
        moves === undefined ? hint && paint(paper, "dim", `\n${hint}\n`) : `\n${movesText(moves)}`;
      return `${head}\n\n${painted(body, paper)}${before ?? ""}${notes.map((note) => `\n! ${note}\n`).join("")}`;
    }
  }
}

/** Gains are coloured, because a reviewer must see them. Losses are dim. */
function painted(text: string, paper: Paper): string {
  return text
    .split("\n")
    .map((line) => {
      const sign = /^(?:public {3}| {9}|access {3}) *([+?-])/.exec(line)?.[1];
      if (sign === "-") return paint(paper, "dim", line);
      return sign === undefined ? line : paint(paper, line.startsWith("public") ? "red" : "yellow", line);
    })
    .join("\n");
}

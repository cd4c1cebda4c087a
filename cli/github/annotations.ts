import { existsSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import type { Untested } from "../../policies/access/assertions/untested.ts";
import type { AccessDiff } from "../../policies/access/diff/diff.ts";
import type { Row } from "../../policies/access/diff/rows.ts";
import { stranger } from "../../policies/access/matrix/decider.ts";
import { changesOf, place as placeOfRow, whoIs } from "../../report/diff-text.ts";
import { visible } from "../../report/text.ts";
import { stackFileName } from "../../stack-file/file-name.ts";
import type { Place, PlaceOf } from "../../stack-file/place.ts";
import type { Problem, StackFileError, Warning } from "../../stack-file/problems.ts";
import { few } from "../../stack-file/text.ts";
import { stackPath } from "../project.ts";
import { type Annotation, annotationText } from "./annotation.ts";

/** The path of a stack file from the root of its repository; from its project's folder if there is no repository. */
export function repositoryPath(directory: string, stack: string): string {
  const file = resolve(stackPath({ directory }, stack));
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    // A linked work tree has a file of this name.
    if (existsSync(join(folder, ".git"))) return relative(folder, file).replaceAll(sep, "/");
    if (folder === dirname(folder)) return relative(dirname(file), file);
  }
}

/** The file and the lines of an annotation. The place may be in an app file, whose path starts at the stack file's folder. */
function placing(stackFile: string, place: Place | undefined): Pick<Annotation, "file" | "place"> {
  if (place === undefined) return { file: stackFile };
  const { file, line, column } = place;
  return {
    file: file === undefined ? stackFile : posix.join(posix.dirname(stackFile), file),
    place: { line, column },
  };
}

/** The problems and warnings of a stack file, each with its command. */
export function problemAnnotations(
  file: string,
  problems: readonly Problem[],
  warnings: readonly Warning[] = [],
): Annotation[] {
  const annotated =
    (level: Annotation["level"]) =>
    ({ at, message, fix, place }: Warning): Annotation => ({
      level,
      ...placing(file, place),
      ...(at === "" ? {} : { title: visible(at) }),
      message: fix === undefined ? visible(message) : `${visible(message)}\n${fix}`,
    });
  return [...problems.map(annotated("error")), ...warnings.map(annotated("warning"))];
}

/** Apps without a test, which fail a strict stack file. */
export function untestedAnnotations(
  file: string,
  untested: readonly Untested[],
  placeOf: PlaceOf,
): Annotation[] {
  return untested.map(({ severity, at, message }) => ({
    level: severity,
    ...placing(file, placeOf(at)),
    title: visible(at),
    message,
  }));
}

/**
 * What a change does to access, one annotation for each line that decides. Access that opens to callers whom no list
 * names is a warning. Every other change is a notice.
 *
 * @param placeOf Finds the deciding lines. Default: none is known, because the view after the change is not the file.
 */
export function accessAnnotations(
  file: string,
  diff: AccessDiff,
  placeOf: PlaceOf = () => undefined,
): Annotation[] {
  const opens = (row: Row): boolean =>
    row.kind === "public" ||
    row.kind === "opened" ||
    (row.person === stranger && (row.kind === "gain" || row.kind === "undecided"));
  const texts: [row: Row, text: string][] = [
    ...diff.rows.flatMap((row): [Row, string][] => {
      const becomes = hostVerbs[row.kind];
      if (becomes === undefined) return [];
      const reason = row.reason === row.kind ? "" : `: ${row.reason}`;
      return [[row, `${placeOfRow(row)} ${becomes}${reason}`]];
    }),
    ...changesOf(diff).map(({ sign, person, hosts, row }): [Row, string] => [
      row,
      `${whoIs(person)} ${verbs[sign]} ${few(hosts, 1)}: ${row.reason}`,
    ]),
  ];
  const lines = Map.groupBy(texts, ([row]) => `${opens(row) ? "warning" : "notice"} ${row.keyPath}`);
  return [...lines.values()]
    .map((all): Annotation => {
      const [row] = all[0]!;
      return {
        level: opens(row) ? "warning" : "notice",
        ...placing(file, placeOf(row.keyPath)),
        ...(row.keyPath === "" ? {} : { title: visible(row.keyPath) }),
        message: all.map(([, text]) => visible(text)).join("\n"),
      };
    })
    .sort((one, other) => levels.indexOf(one.level) - levels.indexOf(other.level));
}

/** Changes of a host or a path as a whole. */
const hostVerbs: Readonly<Partial<Record<Row["kind"], string>>> = {
  public: "becomes public",
  private: "is no longer public",
  opened: "opens to anonymous callers",
  closed: "closes to anonymous callers",
  unreachable: "is no longer reachable",
};

const verbs = { "+": "may reach", "-": "loses", "?": "may or may not reach" } as const;

/** GitHub shows the first ten of each level, and the log all. */
const levels: readonly Annotation["level"][] = ["error", "warning", "notice"];

/** The lines for GitHub's runner. */
export function annotationLines(annotations: readonly Annotation[]): string {
  return annotations.map((one) => `${annotationText(one)}\n`).join("");
}

/** Why a stack file is refused. It may be that of another revision, whose lines are not those of the file. */
export function refusalAnnotations(
  directory: string,
  stack: string,
  { file, problems }: StackFileError,
): Annotation[] {
  const isFile = file === stackFileName(stack);
  return problemAnnotations(
    repositoryPath(directory, stack),
    problems.map(({ place, ...problem }) => (isFile && place ? { ...problem, place } : problem)),
  );
}

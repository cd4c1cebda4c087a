import {
  type After,
  type Guard,
  type Guarded,
  isUnclear,
  type Move,
  type Moves,
} from "../policies/access/before-pomerium.ts";
import { counted, few } from "../stack-file/text.ts";
import { code, plainText } from "./markdown.ts";
import { aligned, visible } from "./text.ts";

function guardText({ kind, detail }: Guard): string {
  switch (kind) {
    case "network":
      return `only ${few(detail.split(/\s*,\s*/), 2)}`;
    case "password":
      return "basic auth";
    case "service":
      return /oauth2-proxy/.test(detail) ? "oauth2-proxy" : `auth-url${detail === "" ? "" : ` ${detail}`}`;
    case "certificate":
      return "client certificate";
    case "unclear":
      return `not recognised: ${detail}`;
  }
}

/** Who passes before Pomerium, in a few words. */
export function guardedText({ guards, either }: Guarded): string {
  return guards.length === 0 ? "everybody" : guards.map(guardText).join(either ? " or " : " and ");
}

const afterTexts: Readonly<Record<After, string>> = {
  everybody: "everybody",
  people: "people",
  paths: "open paths only",
  nobody: "nobody",
  unknown: "not decided",
  stays: "stays at ingress-nginx",
  abandoned: "given up",
  unserved: "no app takes it over",
};

/** Who passes with Pomerium, in a few words. */
export function afterText({ after, open }: Move): string {
  return after === "people" && open > 0 ? "people; open paths" : afterTexts[after];
}

/** `10 of 11 apps were open to everybody, 1 of 14 will be: ddns-updater`. */
export function movesHeadline({ before, after }: Moves): string {
  if (before.apps === 0) return "ingress-nginx serves none of the apps";
  const were = `${before.open} of ${counted(before.apps, "app")} ${before.open === 1 ? "was" : "were"} open to everybody`;
  return after.open.length === 0
    ? `${were}, none will be`
    : `${were}, ${after.open.length} of ${after.apps} will be: ${few(after.open, 5)}`;
}

/** Name of the app, or the host that no app has. */
function moveName({ was }: Move): string {
  return was.app?.name ?? was.host;
}

/** Objects for the reader to check, because a part of them is not recognised. */
export function unclearNotes(moves: Moves | undefined): string[] {
  return (moves?.rows ?? []).flatMap((row) => {
    const { site, paths, ingresses } = row.was;
    const all = [site, ...paths.map(({ guarded }) => guarded)].filter(isUnclear);
    const what = all.flatMap(({ guards }) =>
      guards.flatMap((one) => (one.kind === "unclear" ? one.detail : [])),
    );
    return what.length === 0
      ? []
      : [
          `${moveName(row)} was protected by something not recognised: read ${[...new Set(what)].join(", ")} of Ingress ${ingresses.join(", ")}`,
        ];
  });
}

/** Paths where others passed than at the start of the site. */
function pathNotes({ rows }: Moves): string[] {
  return rows.flatMap((row) =>
    row.was.paths.length === 0
      ? []
      : [
          `${moveName(row)} had paths of its own: ${few(
            row.was.paths.map(({ path, guarded }) => `${path} ${guardedText(guarded)}`),
            3,
          )}`,
        ],
  );
}

interface Group {
  was: string;
  after: string;
  names: string[];
}

/** Groups of hosts with the same change, the largest first. */
function groups({ rows }: Moves): Group[] {
  const found = Map.groupBy(rows, (row) => `${guardedText(row.was.site)}\n${afterText(row)}`);
  return [...found.values()]
    .map((same) => ({
      was: guardedText(same[0]!.was.site),
      after: afterText(same[0]!),
      names: same.map(moveName),
    }))
    .sort((one, other) => other.names.length - one.names.length);
}

/** How the view is made, for a report without it. */
export const noMoves = "who passed under ingress-nginx: add --nginx live, or --nginx <export>";

/** Before and after, for a terminal. */
export function movesText(moves: Moves): string {
  const rows = groups(moves).map(({ was, after, names }) => [
    `  ${String(names.length).padStart(3)}`,
    `${visible(was)} → ${visible(after)}`,
    visible(few(names, 3)),
  ]);
  const notes = [...unclearNotes(moves), ...pathNotes(moves), ...moves.unknown];
  return `${[
    visible(`Under ingress-nginx (${moves.source}): ${movesHeadline(moves)}`),
    ...aligned(rows, "  "),
    ...notes.map((note) => visible(`! ${note}`)),
  ].join("\n")}\n`;
}

/** Before and after, as Markdown. */
export function movesMarkdown(moves: Moves): string {
  const rows = groups(moves).map(
    ({ was, after, names }) =>
      `| ${names.length} | ${plainText(was)} | ${plainText(after)} | ${names.slice(0, 20).map(code).join(" ")}${
        names.length > 20 ? ` and ${names.length - 20} more` : ""
      } |`,
  );
  const notes = [...unclearNotes(moves), ...pathNotes(moves), ...moves.unknown];
  return `${[
    `**Under ingress-nginx** (${plainText(moves.source)}): ${plainText(movesHeadline(moves))}.`,
    ...(rows.length === 0
      ? []
      : ["", "|  | under ingress-nginx | with Pomerium | apps |", "| --- | --- | --- | --- |", ...rows]),
    ...(notes.length === 0 ? [] : ["", ...notes.map((note) => `- ${plainText(note)}`)]),
  ].join("\n")}\n`;
}

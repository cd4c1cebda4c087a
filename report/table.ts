import { anonymous, stranger } from "../policies/access/matrix/decider.ts";
import { type AppAccess, type Mark, type Matrix, strangersAt } from "../policies/access/matrix/matrix.ts";
import { unreadable } from "../policies/access/matrix/view.ts";
import { counted, few, width } from "../stack-file/text.ts";
import { glyphs, insideText, networksOf, openByQuery, openText } from "./marks.ts";
import { aligned, visible } from "./text.ts";

/** People with the same mark at every app, under one heading. */
export interface Column {
  people: readonly string[];
  marks: readonly Mark[];
}

/**
 * One column for each person; the stranger and the anonymous caller come last. Equal columns of people have the same
 * array of marks, because there may be thousands of people and of apps.
 */
export function columns({ people, apps }: Matrix): Column[] {
  const usual = apps.map((app) => strangersAt(app).mark);
  const differences = new Map<string, [row: number, mark: Mark][]>();
  for (const [row, { alike }] of apps.entries())
    for (const { principals, mark } of alike.slice(0, -1)) {
      if (mark === usual[row]) continue;
      for (const person of principals) {
        const own = differences.get(person);
        if (own) own.push([row, mark]);
        else differences.set(person, [[row, mark]]);
      }
    }
  const marksOf = (different: readonly [number, Mark][]): Mark[] => {
    const marks = [...usual];
    for (const [row, mark] of different) marks[row] = mark;
    return marks;
  };
  const shared = new Map<string, Mark[]>();
  return [
    ...people.map((person) => {
      const different = differences.get(person) ?? [];
      const key = different.join(" ");
      const marks = shared.get(key) ?? marksOf(different);
      shared.set(key, marks);
      return { people: [person], marks };
    }),
    ...[stranger, anonymous].map((one) => ({ people: [one], marks: marksOf(differences.get(one) ?? []) })),
  ];
}

/** Merges equal columns of people. The stranger and the anonymous caller keep separate columns. */
export function merged(all: readonly Column[]): Column[] {
  return [...Map.groupBy(all, ({ marks }) => marks)].map(([marks, same]) => ({
    people: same.flatMap(({ people }) => people),
    marks,
  }));
}

function note(app: AppAccess, room: number): string {
  const [problem] = unreadable(app.app);
  if (problem !== undefined) return `not readable: ${visible(problem)}`;
  const inside = insideText(app);
  if (app.public) return ["PUBLIC", inside].filter(Boolean).join(" · ");
  const paths = app.open.map((open) => visible(openText(open)));
  const open = width(paths.join(" ")) <= room ? paths.join(" ") : few(paths, 2);
  const from = networksOf(app);
  return [paths.length > 0 ? `open: ${open}` : "", from.length > 0 ? `only from ${few(from, 2)}` : "", inside]
    .filter(Boolean)
    .join(" · ");
}

export interface TableOptions {
  /** Width of the terminal. People with equal columns share one where the table would be wider. */
  width?: number;
}

/**
 * People × apps for a terminal. People are numbered and listed below the table if their addresses do not fit
 * above it.
 */
export function matrixTable(all: Matrix, { width: limit = 110 }: TableOptions = {}): string {
  const names = all.apps.map(({ app }) => visible(app.name));
  const label = Math.max(0, ...names.map(width));
  const every = columns(all);
  const spelled = every.reduce((sum, { people }) => sum + width(people[0]!) + 2, label);
  const wide = spelled > limit;
  const shown = wide ? merged(every) : every;
  const fixed = (person: string): boolean => person === stranger || person === anonymous;
  const heads = shown.map(({ people }, i) =>
    wide && !fixed(people[0]!) ? String(i + 1) : visible(people[0]!),
  );
  const rows = all.apps.map((app, row) => [
    names[row]!,
    ...shown.map(({ marks }, column) => {
      const room = width(heads[column]!) - 1;
      const left = Math.floor(room / 2);
      return `${" ".repeat(left)}${glyphs[marks[row]!] || " "}${" ".repeat(room - left)}`;
    }),
    note(app, 60),
  ]);
  const lines = aligned([["", ...heads, ""], ...rows], "  ");
  const legend = "● people   ○ API only for anonymous   ◎ public   ? undecided   blank no";
  const key = wide
    ? aligned(
        shown.flatMap(({ people }, i) =>
          fixed(people[0]!)
            ? []
            : [[`  ${i + 1}`, visible(few(people, 3)), people.length > 3 ? `(${people.length})` : ""]],
        ),
        "  ",
      )
    : [];
  const smuggled = openByQuery(all.apps);
  const warning =
    smuggled.length === 0
      ? []
      : [
          "",
          `! ${counted(smuggled.length, "app")} can be opened completely by putting an open path into the query string (/?/api): ${few(
            smuggled.map(({ app }) => visible(app.name)),
            5,
          )}`,
        ];
  return `${[...lines, "", legend, ...(key.length > 0 ? ["", ...key] : []), ...warning].join("\n")}\n`;
}

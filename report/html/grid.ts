import { anonymous, stranger } from "../../policies/access/matrix/decider.ts";
import type { Matrix } from "../../policies/access/matrix/matrix.ts";
import { few } from "../../stack-file/text.ts";
import { whoIs } from "../diff-text.ts";
import { type Column, columns, merged } from "../table.ts";

import { esc } from "./escape.ts";
import { markClass, markWord } from "./marks.ts";
import type { Scope } from "./tab.ts";

/** Up to this number, each person has a column. Beyond it, people with equal columns share one. */
const most = 30;

/** People who stand alike, and the table's columns for strangers and anonymous callers. */
export interface Columns {
  unknown: readonly Column[];
  people: readonly Column[];
}

/** The columns of a matrix. People share one where there are too many. */
export function columnsOf(all: Matrix): Columns {
  const every = columns(all);
  const people = every.slice(0, -2);
  return { unknown: every.slice(-2).reverse(), people: people.length > most ? merged(people) : people };
}

/** Title of a column: the person, or how many people share it. */
function columnName({ people }: Column): string {
  const [person = ""] = people;
  return people.length > 1 ? `${people.length} people` : whoIs(person);
}

function heading(column: Column, i: number, { id }: Scope): string {
  const [person = ""] = column.people;
  if (person === stranger || person === anonymous)
    return `<th scope="col"><div class="who">${esc(whoIs(person))}</div></th>`;
  const number = column.people.length > 1 ? `${i + 1} · ` : "";
  return `<th scope="col" class="person"><div><a href="#${id}who-${i}">${esc(number + columnName(column))}</a></div></th>`;
}

/**
 * People × apps: unknown callers first, then the people. Undefined if there are more columns than a reader can compare;
 * the list of apps says the same.
 */
export function grid(all: Matrix, { unknown, people }: Columns, scope: Scope): string | undefined {
  if (people.length > most || all.apps.length === 0) return undefined;
  const heads = [...unknown, ...people];
  const edge = unknown.length - 1;
  const rows = all.apps.map(({ app }, row) => {
    const cells = heads.map(({ marks }, i) => {
      const mark = marks[row]!;
      return `<td class="c ${markClass[mark]}${i === edge ? " edge" : ""}">${markWord[mark]}</td>`;
    });
    return `<tr><th scope="row"><a href="#${scope.id}app-${row}-in">${esc(app.name)}</a></th>${cells.join("")}</tr>`;
  });
  return `<div class="card grid" role="region" tabindex="0" aria-label="Who passes at which app${esc(scope.of)}"><table><caption class="vh">Who passes at which app. The name of an app leads to the reasons.</caption><thead><tr><td></td>${[
    ...unknown.map((column) => heading(column, -1, scope)),
    ...people.map((column, i) => heading(column, i, scope)),
  ].join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** Each person, or people who stand alike, and where they pass. */
export function peopleList(all: Matrix, { people }: Columns, { id }: Scope): string {
  const count = all.apps.length;
  const items = people.map(({ people: alike, marks }, i) => {
    const passes = all.apps.filter((_, row) => marks[row] === "people").map(({ app }) => app.name);
    const unclear = all.apps.filter((_, row) => marks[row] === "unknown").map(({ app }) => app.name);
    const where =
      passes.length === count && count > 1
        ? `all ${count} apps`
        : passes.length === 0
          ? "no app"
          : `${passes.length} of ${count}: ${passes.join(", ")}`;
    const number = alike.length > 1 ? `<span class="soft">${i + 1} · ${alike.length} people</span> ` : "";
    return `<li class="item" id="${id}who-${i}">${number}<b>${esc(alike.map(whoIs).join(", "))}</b> <span>${esc(where)}</span>${
      unclear.length === 0 ? "" : ` <span class="soft">not decided: ${esc(few(unclear, 6))}</span>`
    }</li>`;
  });
  return items.length === 0 ? "" : `<ul class="card people">${items.join("")}</ul>`;
}

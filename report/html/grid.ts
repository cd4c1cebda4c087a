import { anonymous, stranger } from "../../policies/access/matrix/decider.ts";
import { type AppAccess, alikeOf, type Mark, type Matrix } from "../../policies/access/matrix/matrix.ts";
import { personal } from "../../policies/access/matrix/reasons.ts";
import { unreadable } from "../../policies/access/matrix/view.ts";
import { whoIs } from "../diff-text.ts";
import { glyphs, insideText, meanings, networksOf, openText } from "../marks.ts";
import { type Column, columns, merged } from "../table.ts";
import { first } from "../text.ts";
import { esc } from "./escape.ts";

/** CSS class of a mark's cell; the style sheet draws the shape. */
const cellClass: Readonly<Record<Mark, string>> = {
  people: "p",
  api: "a",
  public: "u",
  unknown: "q",
  none: "",
};

/** Up to this number, each person has a column. Beyond it, people with equal columns share one. */
const most = 30;

/** One mark, as in the grid. */
export function symbol(mark: Mark): string {
  return `<span class="c ${cellClass[mark]}" aria-hidden="true">${glyphs[mark]}</span>`;
}

/** The legend of the marks. */
export function legend(): string {
  return (["people", "api", "public", "unknown"] as const)
    .map((mark) => `<span>${symbol(mark)} ${meanings[mark]}</span>`)
    .join("");
}

/** The reason of a mark, from the answer that decides it. */
function why(access: AppAccess, mark: Mark, column: Column): string {
  const person = column.people[0]!;
  const { verdicts } = alikeOf(access, person);
  const wanted = mark === "unknown" ? "unknown" : "allow";
  const verdict = verdicts.find(({ decision }) => decision === wanted);
  if (!verdict) return "";
  const { reason, keyPath } = personal(verdict, access.app, person);
  return column.people.length > 1 ? reason : `${reason} (${keyPath})`;
}

function heading({ people }: Column, number: number, edge: boolean): string {
  const [person = ""] = people;
  const fixed = person === stranger || person === anonymous;
  const name = whoIs(person);
  const text = people.length > 1 ? `${number} · ${people.length} people` : name;
  return `<th scope="col"${edge ? ' class="edge"' : ""} data-text="${esc(people.join(" ").toLowerCase())}" title="${esc(
    first(people, 12),
  )}"><div${fixed ? ' class="who"' : ""}>${esc(text)}</div></th>`;
}

function rest(access: AppAccess): string {
  const [problem] = unreadable(access.app);
  if (problem !== undefined) return `not readable: ${esc(problem)}`;
  if (access.public) return '<span class="tag u">public</span>';
  const paths = access.open.slice(0, 4).map((open) => `<code>${esc(openText(open))}</code>`);
  const more = access.open.length > 4 ? [`+${access.open.length - 4}`] : [];
  const inside = insideText(access);
  const from = [
    ...networksOf(access).map((network) => `only from ${esc(network)}`),
    ...(inside === "" ? [] : [inside]),
  ];
  return [...paths, ...more, ...from].join(" ");
}

/** People × apps: unknown callers first, then the people. */
export function grid(all: Matrix): string {
  const every = columns(all);
  const [unknown, people] = [every.slice(-2).reverse(), every.slice(0, -2)];
  const shown = people.length > most ? merged(people) : people;
  const heads = [...unknown, ...shown];
  const edge = unknown.length - 1;
  const rows = all.apps.map((access, row) => {
    const cells = heads.map((column, i) => {
      const mark = column.marks[row]!;
      const classes = [mark === "none" ? "" : `c ${cellClass[mark]}`, i === edge ? "edge" : ""].filter(
        Boolean,
      );
      const reason = mark === "none" ? "" : why(access, mark, column);
      return `<td${classes.length > 0 ? ` class="${classes.join(" ")}"` : ""}${
        reason === "" ? "" : ` title="${esc(reason)}"`
      }>${glyphs[mark]}</td>`;
    });
    const text = `${access.app.name} ${access.app.host}`.toLowerCase();
    return `<tr data-text="${esc(text)}"><th scope="row"><a href="#app-${row}">${esc(access.app.name)}</a><small>${esc(
      access.app.host,
    )}</small></th>${cells.join("")}<td class="rest">${rest(access)}</td></tr>`;
  });
  const groups = shown.filter(({ people: alike }) => alike.length > 1);
  const list = groups.map(({ people: alike }) => `<li>${esc(alike.join(", "))}</li>`);
  return `<div class="card grid"><table><thead><tr><th></th>${heads
    .map((column, i) => heading(column, groups.indexOf(column) + 1, i === edge))
    .join(
      "",
    )}<th class="rest">open to anybody</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>${
    groups.length === 0
      ? ""
      : `<p class="soft">People who stand alike at every app share a column:</p><ol class="people">${list.join("")}</ol>`
  }`;
}

/** Every request that was tried at an app, with its answer and the reason. */
export function questions(all: Matrix): string {
  const items = all.apps.map((access, row) => {
    const head = access.alike
      .map(({ principals }) => `<th scope="col">${esc(first(principals.toSorted(knownLast), 3))}</th>`)
      .join("");
    const body = access.probes
      .map(({ method, path, from: network }, i) => {
        const answers = access.alike.map(({ verdicts, principals }) => {
          const verdict = personal(verdicts[i]!, access.app, principals.length === 1 ? principals[0]! : "");
          return `<td><b class="${verdict.decision}">${verdict.decision}</b><span>${esc(verdict.reason)}</span></td>`;
        });
        const from = network === undefined ? "" : `<span>from ${esc(network)}</span>`;
        return `<tr><td><code>${esc(method === "GET" ? path : `${method} ${path}`)}</code>${from}</td>${answers.join("")}</tr>`;
      })
      .join("");
    const text = `${access.app.name} ${access.app.host}`.toLowerCase();
    return `<details id="app-${row}" data-text="${esc(text)}"><summary><b>${esc(access.app.name)}</b><span class="soft">${esc(
      access.app.host,
    )}</span></summary><div class="in"><table class="asked"><thead><tr><th>request</th>${head}</tr></thead><tbody>${body}</tbody></table></div></details>`;
  });
  return `<div class="card">${items.join("")}</div>`;
}

/** Strangers come before the people of the same group. */
function knownLast(one: string, other: string): number {
  return Number(other === stranger) - Number(one === stranger);
}

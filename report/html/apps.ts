import { anonymous, stranger, type Verdict } from "../../policies/access/matrix/decider.ts";
import type { Alike, AppAccess, Mark, Matrix } from "../../policies/access/matrix/matrix.ts";
import { personal } from "../../policies/access/matrix/reasons.ts";
import { unreadable } from "../../policies/access/matrix/view.ts";
import { isPerson } from "../../policies/access/principals.ts";
import { counted, few } from "../../stack-file/text.ts";
import { whoIs } from "../diff-text.ts";
import { insideText, networksOf, openText } from "../marks.ts";

import { esc } from "./escape.ts";
import { markWord, statesOf, symbol } from "./marks.ts";
import type { Scope } from "./tab.ts";

/** The apps, each with its state in one line, and with the reasons when it is opened. */
export function appList({ apps }: Matrix, { id }: Scope): string {
  return `<ul class="card apps">${apps.map((access, row) => appItem(access, `${id}app-${row}`)).join("")}</ul>`;
}

function appItem(access: AppAccess, id: string): string {
  const { name, host } = access.app;
  return `<li class="item" id="${id}" data-state="${statesOf(access).join(" ")}"><details><summary><span class="name find"><b>${esc(
    name,
  )}</b> <span class="soft">${esc(host)}</span></span> <span class="tags find">${tags(access)}</span></summary><div class="in" id="${id}-in">${
    who(access) + asked(access)
  }</div></details></li>`;
}

function tags(access: AppAccess): string {
  const [problem] = unreadable(access.app);
  const people = access.alike
    .filter(({ mark }) => mark === "people")
    .flatMap(({ principals }) => principals.filter((one) => !isKnown(one)));
  const isStranger = access.alike.some(
    ({ mark, principals }) => mark === "people" && principals.includes(stranger),
  );
  const named = people.filter(isPerson).length;
  const claims = people.length - named;
  const paths = access.open.map(openText);
  const inside = insideText(access);
  const unclear = access.alike.some(({ mark }) => mark === "unknown");
  const found: (readonly [string, string])[] = [
    ...(problem === undefined ? [] : [["q", "not readable"] as const]),
    ...(access.public ? [["u", "public"] as const] : []),
    ...(isStranger ? [["u", "whoever signs in"] as const] : []),
    ...(named > 0 && !access.public && !isStranger
      ? [["p", named === 1 ? people.find(isPerson)! : `${named} people`] as const]
      : []),
    ...(claims > 0 && !isStranger ? [["p", counted(claims, "claim")] as const] : []),
    ...(paths.length > 0 ? [["a", `open: ${few(paths, 3)}`] as const] : []),
    ...(unclear && problem === undefined ? [["q", "not decided"] as const] : []),
  ];
  const notes = [
    ...networksOf(access).map((network) => `only from ${network}`),
    ...(inside === "" ? [] : [inside]),
  ];
  return [
    ...(found.length === 0 ? [["n", "nobody passes"] as const] : found).map(
      ([tone, text]) => `<span class="tag ${tone}">${esc(text)}</span>`,
    ),
    ...notes.map((note) => `<span class="soft">${esc(note)}</span>`),
  ].join(" ");
}

/** People with one mark and one reason. */
interface Line {
  mark: Mark;
  people: string[];
  reason: string;
  keyPath: string;
}

/** Who passes and why: one line for each mark and reason, those who pass first. */
function linesOf(access: AppAccess): Line[] {
  const found = new Map<string, Line>();
  const lineOf = (mark: Mark, { reason, keyPath }: Why, person: string): Line => {
    const key = [isKnown(person) ? person : "", mark, reason, withoutIndex(keyPath)].join("\n");
    const line = found.get(key) ?? { mark, people: [], reason, keyPath };
    found.set(key, line);
    return line;
  };
  for (const { principals, mark, verdicts } of access.alike) {
    const verdict = decisive(mark, verdicts);
    // Nearly everybody of a large group has the reason of the group.
    let common: Line | undefined;
    for (const person of principals) {
      const why = verdict === undefined ? noReason : personal(verdict, access.app, person);
      const isCommon = why === verdict && !isKnown(person);
      const line = isCommon && common !== undefined ? common : lineOf(mark, why, person);
      if (isCommon) common = line;
      line.people.push(person);
    }
  }
  // The place of one person in a group differs; the group is the same.
  for (const line of found.values()) if (line.people.length > 1) line.keyPath = withoutIndex(line.keyPath);
  return [...found.values()].sort((one, other) => rank(one) - rank(other));
}

type Why = Pick<Verdict, "reason" | "keyPath">;
const noReason: Why = { reason: "", keyPath: "" };

const isKnown = (person: string): boolean => person === stranger || person === anonymous;
const withoutIndex = (keyPath: string): string => keyPath.replace(/\[\d+\]$/, "");

const order: readonly Mark[] = ["public", "people", "unknown", "api", "none"];
const rank = ({ mark, people }: Line): number =>
  order.indexOf(mark) * 3 + Number(people[0] === stranger) + 2 * Number(people[0] === anonymous);

/** The answer that decides a mark. */
function decisive(mark: Mark, verdicts: readonly Verdict[]): Verdict | undefined {
  const wanted = mark === "unknown" ? "unknown" : mark === "none" ? "deny" : "allow";
  return verdicts.find(({ decision }) => decision === wanted) ?? verdicts[0];
}

function who(access: AppAccess): string {
  const problems = unreadable(access.app).map((problem) => `<p>not readable: ${esc(problem)}</p>`);
  const lines = linesOf(access);
  const rows = lines.map(({ mark, people, reason, keyPath }) => {
    // The names of those who pass by name matter, and so does a caller whose answer is not known.
    const isNamed = mark === "people" || mark === "unknown";
    const names = isNamed || people.length <= 3 ? people.map(whoIs).join(", ") : `${people.length} others`;
    return `<tr${isNamed ? ' class="find"' : ""}><th scope="row">${esc(names)}</th><td>${mark === "none" ? "" : `${symbol(mark)} `}${markWord[mark]}</td><td>${esc(reason)}${
      keyPath === "" || reason.includes(keyPath) ? "" : ` <code>${esc(keyPath)}</code>`
    }</td></tr>`;
  });
  return `${problems.join("")}<table class="plain why"><caption>Who passes, and why</caption><thead><tr><th scope="col">who</th><th scope="col">passes</th><th scope="col">because</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

interface Answer {
  principals: string[];
  verdicts: readonly Verdict[];
}

/** Groups with the same decisions together. */
function alikeDecisions(alike: readonly Alike[]): Answer[] {
  const found = new Map<string, Answer>();
  for (const { principals, verdicts } of alike) {
    const key = verdicts.map(({ decision }) => decision).join();
    const same = found.get(key);
    if (same === undefined) found.set(key, { principals: [...principals], verdicts });
    else same.principals.push(...principals);
  }
  return [...found.values()];
}

/** Every request that was tried, with its answer. */
function asked(access: AppAccess): string {
  const answers = alikeDecisions(access.alike);
  const head = answers
    .map(({ principals }) => `<th scope="col">${esc(few(knownFirst(principals), 3, whoIs))}</th>`)
    .join("");
  const body = access.probes
    .map(({ method, path, from: network }, i) => {
      const cells = answers.map(({ verdicts }) => {
        const { decision } = verdicts[i]!;
        return `<td><b class="${decision}">${decision}</b></td>`;
      });
      const from = network === undefined ? "" : ` <span class="soft">from ${esc(network)}</span>`;
      return `<tr><th scope="row"><code>${esc(method === "GET" ? path : `${method} ${path}`)}</code>${from}</th>${cells.join("")}</tr>`;
    })
    .join("");
  return `<table class="plain asked"><caption>Requests that were tried</caption><thead><tr><th scope="col">request</th>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

/** Anonymous callers and strangers come before the people of the same group. */
function knownFirst(principals: readonly string[]): string[] {
  const known = [anonymous, stranger].filter((one) => principals.includes(one));
  return [...known, ...principals.filter((one) => !isKnown(one))];
}

import type { AccessDiff } from "../policies/access/diff/diff.ts";
import type { Row } from "../policies/access/diff/rows.ts";
import { anonymous, stranger } from "../policies/access/matrix/decider.ts";
import { isPerson, principalWords } from "../policies/access/principals.ts";
import { counted, few } from "../stack-file/text.ts";
import { aligned, visible } from "./text.ts";

/** The rows of one caller with one reason, with all their hosts. */
export interface CallerChange {
  sign: "+" | "-" | "?";
  person: string;
  hosts: readonly string[];
  row: Row;
}

/** A caller in words that nobody mistakes for an e-mail address. */
export function whoIs(person: string): string {
  if (person === stranger) return "any signed-in stranger";
  if (person === anonymous) return "anyone, not signed in";
  return isPerson(person) ? person : principalWords(person);
}

/** Host and path of a row, with method and network where the policies distinguish them. */
export function place({ host, path, method, from }: Row): string {
  return `${method ? `${method} ` : ""}${host}${path}${from ? ` from ${from}` : ""}`;
}

/** The gains and losses of people: one change for each person and reason, losses last. */
export function changesOf({ rows }: AccessDiff): CallerChange[] {
  const gone = new Set(rows.filter(({ kind }) => kind === "unreachable").map(({ host }) => host));
  const found = new Map<string, { sign: CallerChange["sign"]; row: Row; hosts: string[] }>();
  for (const row of rows) {
    if (row.kind !== "gain" && row.kind !== "loss" && row.kind !== "undecided") continue;
    // One line for the host says that everybody loses it.
    if (row.kind === "loss" && gone.has(row.host)) continue;
    const sign = row.after === "unknown" ? "?" : row.kind === "gain" ? "+" : "-";
    const key = [sign, row.before, row.person, row.reason, row.keyPath].join("\n");
    const same = found.get(key);
    if (same) same.hosts.push(place(row));
    else found.set(key, { sign, row, hosts: [place(row)] });
  }
  const order = ["+", "?", "-"];
  return [...found.values()]
    .map((change) => ({ ...change, person: change.row.person }))
    .sort((one, other) => order.indexOf(one.sign) - order.indexOf(other.sign));
}

const verbs = { "+": "may reach", "-": "loses", "?": "unknown for" } as const;

/**
 * `group readers (users.groups.readers[2])`, or the reason alone if it already names its place. A key path of an app file is
 * followed by the file's name.
 */
export function reasonText({ reason, keyPath, file }: Row): string {
  return keyPath === "" || reason.includes(keyPath) ? reason : `${reason} (${keyPathIn(keyPath, file)})`;
}

/** A key path, with the file that has it if that is not the stack file. */
export function keyPathIn(keyPath: string, file: string | undefined): string {
  return file === undefined ? keyPath : `${keyPath} in ${file}`;
}

/** `6 API prefixes on 3 apps`. */
export function openCount({ paths, apps }: { paths: number; apps: number }): string {
  return `${counted(paths, "API prefix", "API prefixes")} on ${counted(apps, "app")}`;
}

/** `unchanged`, or how many came and went. */
function openChange({ entered, left, before }: AccessDiff["open"]): string {
  if (entered === 0 && left === 0) return "unchanged";
  const signs = [entered > 0 ? `+${entered}` : "", left > 0 ? `-${left}` : ""].filter(Boolean).join(" ");
  return `${signs} (before: ${before.paths === 0 ? "none" : `${before.paths} on ${before.apps}`})`;
}

export interface DiffTextOptions {
  /** How many changes of people are shown; the rest is counted. Default: 20. */
  limit?: number;
}

/**
 * The access block of a preview. First who gains and who loses access, each with the line that decides. Then what
 * is public, what is gone, and what is open to anonymous callers.
 */
export function diffText(diff: AccessDiff, { limit = 20 }: DiffTextOptions = {}): string {
  const of = (kind: Row["kind"]): Row[] => diff.rows.filter((row) => row.kind === kind);
  return `${[
    ...section("access", callerLines(changesOf(diff), limit)),
    ...section("public", publicLines(diff, of("public"), of("private"))),
    ...section(
      "gone",
      of("unreachable").map((row) => visible(`${row.host}   ${reasonText(row)}`)),
    ),
    `open to anonymous: ${openCount(diff.open)}, ${openChange(diff.open)}`,
    ...columnsOf([
      ...of("opened").map((row) => ["         +", place(row), reasonText(row)]),
      ...of("closed").map((row) => ["         -", place(row), reasonText(row)]),
    ]),
    ...section(
      "unknown",
      diff.unreadable.map(({ view, at, reason }) =>
        visible(`${view}: ${at} is not readable: ${reason.split("\n")[0]}`),
      ),
    ),
  ].join("\n")}\n`;
}

/** The lines of a section, with its name before the first one. */
function section(name: string, body: readonly string[]): string[] {
  return body.map((line, i) => `${(i === 0 ? name : "").padEnd(9)}${line}`.trimEnd());
}

const columnsOf = (lines: readonly (readonly string[])[]): string[] =>
  aligned(
    lines.map((line) => line.map(visible)),
    "  ",
  );

/** The first changes of people, and how many more there are. */
function callerLines(changes: readonly CallerChange[], limit: number): string[] {
  if (changes.length === 0) return ["unchanged"];
  const lines = columnsOf(
    changes.slice(0, limit).map(({ sign, person, hosts, row }) => {
      const where = hosts.length > 1 ? `${hosts[0]} and ${hosts.length - 1} more` : hosts[0]!;
      return [`${sign}${hosts.length}`, whoIs(person), verbs[sign], where, reasonText(row)];
    }),
  );
  const rest = changes.length - limit;
  return rest > 0 ? [...lines, `   ${counted(rest, "more change")} of people`] : lines;
}

/** The hosts that turn public or private; without one, the hosts that are public. */
function publicLines(diff: AccessDiff, turned: readonly Row[], retired: readonly Row[]): string[] {
  if (turned.length + retired.length === 0) {
    const { public: hosts } = diff;
    return [hosts.length === 0 ? "none" : `unchanged (${hosts.length}: ${visible(few(hosts, 3))})`];
  }
  return columnsOf([
    ...turned.map((row) => ["+1", row.host, "everybody on the internet reaches it", reasonText(row)]),
    ...retired.map((row) => ["-1", row.host, "no longer public", `(${keyPathIn(row.keyPath, row.file)})`]),
  ]);
}

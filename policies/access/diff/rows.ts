import type { Outcome } from "../../language/evaluate/evaluate.ts";
import type { Decider, Verdict } from "../matrix/decider.ts";
import type { Probe } from "../matrix/probes.ts";
import { personal } from "../matrix/reasons.ts";
import type { ProtectedApp, View } from "../matrix/view.ts";
import { explainLoss } from "./loss.ts";

/**
 * The kind of a change. Each kind has a mirror, which the same change has in the other direction.
 *
 * - `gain`, `loss`: one person gains or loses access
 * - `public`, `private`: a host opens to everybody, or does not any more
 * - `opened`, `closed`: a path opens or closes to anonymous callers
 * - `appeared`, `unreachable`: a host gets its first route, or loses its last one
 * - `undecided`, `decided`: one side refuses a request, and the other side's answer is not known
 */
export type ChangeKind = keyof typeof mirrors;

export const mirrors = {
  gain: "loss",
  loss: "gain",
  public: "private",
  private: "public",
  opened: "closed",
  closed: "opened",
  appeared: "unreachable",
  unreachable: "appeared",
  undecided: "decided",
  decided: "undecided",
} as const;

/** A decision, or `absent` if the host has no route at all. */
export type State = Outcome | "absent";

/** One change, for one caller at one host. */
export interface Row {
  kind: ChangeKind;
  /** An e-mail address, a claim, a domain, `stranger`, `anonymous`; `everybody` where the host as a whole changes. */
  person: string;
  host: string;
  /** The path that stands for the change; `/` if the site itself changes. */
  path: string;
  /** All tried paths with the same change, `path` first. */
  paths: readonly string[];
  /** Method of the calls, if it is not GET. */
  method?: string;
  /** Network of the callers, or `elsewhere`. Absent if the change is the same from everywhere. */
  from?: string;
  before: State;
  after: State;
  /** The rule that lets the caller in, on the side where one does; otherwise the rule that decides now. */
  rule: string;
  keyPath: string;
  /** The app file that has the key path. Absent if the stack file has it. */
  file?: string;
  /** The reason in plain words: `group readers`, `removed from group watchers`. */
  reason: string;
}

/** All kinds, in the order of a report. */
export const kinds: readonly ChangeKind[] = [
  "public",
  "private",
  "appeared",
  "unreachable",
  "opened",
  "closed",
  "gain",
  "loss",
  "undecided",
  "decided",
];

/** One host in one view. Both are undefined if no app of the view answers the host. */
export interface Side {
  app: ProtectedApp | undefined;
  decider: Decider | undefined;
}

/** How a decision changes. */
export interface Change {
  before: State;
  after: State;
}

/** What the change means to a caller. */
export type Transition = "gain" | "loss" | "undecided" | "decided";

/** How a decision changes for a caller. A route that refuses is the same to a caller as no route. */
export function transition({ before, after }: Change): Transition | undefined {
  if (before !== "allow" && after === "allow") return "gain";
  if (before === "allow" && after !== "allow") return "loss";
  if (before !== "unknown" && after === "unknown") return "undecided";
  if (before === "unknown" && after !== "unknown") return "decided";
  return undefined;
}

/** Whether two callers see the same change. */
export const same = (one: Change | undefined, other: Change): boolean =>
  one?.before === other.before && one.after === other.after;

/** The decisions about one caller at every probe, on both sides. */
export interface Course {
  was: readonly (Verdict | undefined)[];
  is: readonly (Verdict | undefined)[];
  changes: readonly Change[];
}

const nothing: Verdict = {
  decision: "deny",
  criterion: "none",
  rule: "no app",
  keyPath: "",
  reason: "no app answers there",
};

/** Everything about one host that its rows are made from. */
export interface Host {
  host: string;
  asked: readonly Probe[];
  was: Side;
  is: Side;
  after: View;
}

/**
 * The rows of one caller: one for each kind of change and each part of the site.
 *
 * @param skip Whether another row reports the change at this probe.
 * @param part Changes in different parts get separate rows.
 */
export function rowsOf(
  { host, asked, was, is, after }: Host,
  person: string,
  course: Course,
  skip: (i: number) => boolean,
  kindOf: (change: Transition) => ChangeKind,
  part: (probe: Probe) => string,
): Row[] {
  const groups = new Map<string, { kind: ChangeKind; at: number[] }>();
  for (const [i, change] of course.changes.entries()) {
    const found = transition(change);
    if (!found || skip(i)) continue;
    const key = [found, change.before, change.after, part(asked[i]!)].join(" ");
    const group = groups.get(key);
    if (group) group.at.push(i);
    else groups.set(key, { kind: kindOf(found), at: [i] });
  }
  return [...groups.values()].map(({ kind, at }): Row => {
    const i = at[0]!;
    const probe = asked[i]!;
    const change = course.changes[i]!;
    const then = personal(course.was[i] ?? nothing, was.app, person);
    const now = personal(course.is[i] ?? nothing, is.app, person);
    const lost = change.before === "allow" && change.after !== "unknown";
    const cause = lost ? explainLoss(person, then, was.app, now, is.app, after) : now;
    const fromAnywhere = asked.every(
      ({ path, method }, k) => path !== probe.path || method !== probe.method || at.includes(k),
    );
    return {
      kind,
      person,
      host,
      path: probe.path,
      paths: [...new Set(at.map((k) => asked[k]!.path))],
      ...(probe.method === "GET" ? {} : { method: probe.method }),
      ...(fromAnywhere || probe.from === undefined ? {} : { from: probe.from }),
      ...change,
      rule: lost ? then.rule : now.rule,
      keyPath: cause.keyPath,
      reason: cause.reason,
    };
  });
}

/** Joins rows: a path below another one with the same change is part of that row. */
export function joined(rows: readonly Row[]): Row[] {
  const outer = new Map<Row, string[]>();
  for (const row of rows.toSorted((one, other) => one.path.length - other.path.length)) {
    const around = [...outer.keys()].find(
      ({ kind, before, after, path, paths }) =>
        kind === row.kind &&
        before === row.before &&
        after === row.after &&
        row.path.startsWith(`${path}/`) &&
        paths.some((one) => one.startsWith(`${path}/`) && one !== `${path}/`),
    );
    if (around) outer.get(around)!.push(...row.paths);
    else outer.set(row, [...row.paths]);
  }
  return rows.flatMap((row) => {
    const paths = outer.get(row);
    return paths ? { ...row, paths: [...new Set(paths)] } : [];
  });
}

import type { Outcome } from "../../language/evaluate/evaluate.ts";
import { anonymous, type Decider, decider, stranger, type Verdict } from "../matrix/decider.ts";
import { type AppAccess, isPublic, matrix } from "../matrix/matrix.ts";
import { mentionsOf } from "../matrix/mentions.ts";
import { type Probe, probes } from "../matrix/probes.ts";
import { personal } from "../matrix/reasons.ts";
import { byHost, type ProtectedApp, unreadable, type View } from "../matrix/view.ts";
import { appOfHost } from "../matrix/why.ts";
import { everybody } from "../people.ts";
import { claimOf, domainOf, isPerson } from "../principals.ts";
import { explainLoss } from "./loss.ts";

/**
 * The kind of a change. Each kind has a mirror, which the same change has in the other direction.
 *
 * - `gain`, `loss`: of one person
 * - `public`, `private`: of a host
 * - `opened`, `closed`: of a path, to anonymous callers
 * - `appeared`, `unreachable`: of a host as a whole
 * - `undecided`, `decided`: of a request that is refused on the other side
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
  /** The reason in plain words: `group readers`, `removed from group watchers`. */
  reason: string;
}

/** The changes between two views. Rows are in the order of hosts, then of `kinds`. */
export interface AccessDiff {
  before: string;
  after: string;
  rows: readonly Row[];
  /** Hosts that everybody reaches after the change. */
  public: readonly string[];
  /** Paths that anonymous callers reach although they do not reach the whole app. */
  open: OpenPaths;
  /** Apps that cannot be read, on either side. */
  unreadable: readonly { view: string; at: string; reason: string }[];
}

/**
 * How many paths are open, and on how many apps. The paths of an app that becomes public as a whole are no longer
 * counted, so a path may leave the count without being closed.
 */
export interface OpenPaths {
  paths: number;
  apps: number;
  before: { paths: number; apps: number };
  /** How many paths entered and left the count. */
  entered: number;
  left: number;
}

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
interface Side {
  app: ProtectedApp | undefined;
  decider: Decider | undefined;
}

const side = (app: ProtectedApp | undefined): Side => ({ app, decider: app && decider(app) });

interface Change {
  before: State;
  after: State;
}

type Transition = "gain" | "loss" | "undecided" | "decided";

/** How a decision changes for a caller. A route that refuses is the same to a caller as no route. */
function transition({ before, after }: Change): Transition | undefined {
  if (before !== "allow" && after === "allow") return "gain";
  if (before === "allow" && after !== "allow") return "loss";
  if (before !== "unknown" && after === "unknown") return "undecided";
  if (before === "unknown" && after !== "unknown") return "decided";
  return undefined;
}

const same = (one: Change | undefined, other: Change): boolean =>
  one?.before === other.before && one.after === other.after;

/** The decisions about one caller at every probe, on both sides. */
interface Course {
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
interface Host {
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
function rowsOf(
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
function joined(rows: readonly Row[]): Row[] {
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

const openness: Record<State, number> = { absent: 0, deny: 1, unknown: 2, allow: 3 };

/** Whether somebody may get in. An undecided request may. */
const mayBeReached = (best: State): boolean => openness[best] >= openness.unknown;

function diffHost(
  host: string,
  after: View,
  everyone: ReadonlySet<string>,
  before: ProtectedApp | undefined,
  now: ProtectedApp | undefined,
): Row[] {
  const asks = mentionsOf([before, now].filter((app) => app !== undefined));
  const asked = probes(asks);
  const all: Host = { host, asked, was: side(before), is: side(now), after };
  const best: Change = { before: before ? "deny" : "absent", after: now ? "deny" : "absent" };

  const course = (principal: string): Course => {
    const verdicts = ({ decider: one }: Side) => asked.map((probe) => one?.verdict(principal, probe));
    const [was, is] = [verdicts(all.was), verdicts(all.is)];
    const changes = asked.map((_, i) => ({
      before: was[i]?.decision ?? ("absent" as const),
      after: is[i]?.decision ?? ("absent" as const),
    }));
    for (const change of changes)
      for (const view of ["before", "after"] as const)
        if (openness[change[view]] > openness[best[view]]) best[view] = change[view];
    return { was, is, changes };
  };

  const unsigned = course(anonymous);
  const openThen = isPublic(before, asked, unsigned.was);
  const openNow = isPublic(now, asked, unsigned.is);
  const turned = openThen !== openNow;
  const anonymousKinds: Record<Transition, ChangeKind> = {
    gain: turned && openNow ? "public" : "opened",
    loss: turned && openThen ? "private" : "closed",
    undecided: "undecided",
    decided: "decided",
  };
  const rows = joined(
    rowsOf(
      all,
      anonymous,
      unsigned,
      () => false,
      (found) => anonymousKinds[found],
      ({ base }) => (turned ? "" : base),
    ),
  );

  const personRows = (
    person: string,
    own: Course,
    told: readonly Course[],
    isTold: (person: string, i: number, change: Change) => boolean = () => false,
  ): Row[] =>
    rowsOf(
      all,
      person,
      own,
      (i) =>
        told.some(({ changes }) => same(changes[i], own.changes[i]!)) || isTold(person, i, own.changes[i]!),
      (found) => found,
      () => "",
    );
  const strangers = course(stranger);
  rows.push(...personRows(stranger, strangers, [unsigned]));

  const domains = new Map(asks.principals.map((principal) => [domainOf(principal), course(principal)]));
  const claims = asks.principals.filter((principal) => claimOf(principal) !== undefined).map(course);
  const named = new Set(asks.people.flat());
  /** Whether another row says why it is not known what becomes, or became, of people who are in no list. */
  const toldByClaim = (person: string, i: number, { before, after }: Change): boolean =>
    !named.has(person) &&
    [before, after].includes("unknown") &&
    [...claims, strangers, unsigned].some(({ changes }) => transition(changes[i]!) !== undefined);

  const courses = new Map<string, Course>();
  for (const person of new Set([...(asks.individual ? everyone : named), ...asks.principals])) {
    const signature = [all.was, all.is]
      .map(({ decider: one }) => one?.signature(person, asked) ?? "")
      .join("\n\n");
    let own = courses.get(signature);
    if (!own) {
      own = course(person);
      courses.set(signature, own);
    }
    const domain = isPerson(person) ? domains.get(person.split("@")[1]) : undefined;
    rows.push(...personRows(person, own, [unsigned, strangers, ...(domain ? [domain] : [])], toldByClaim));
  }

  if (mayBeReached(best.before) !== mayBeReached(best.after)) {
    const stays = mayBeReached(best.after);
    const app = now ?? before;
    rows.push({
      kind: stays ? "appeared" : "unreachable",
      person: "everybody",
      host,
      path: "/",
      paths: ["/"],
      ...best,
      rule: "the host as a whole",
      keyPath: app?.at ?? "",
      reason: stays
        ? `${app?.name} answers there now`
        : `${app?.name} ${best.after === "absent" ? "does not answer there" : "lets nobody in"} any more`,
    });
  }
  return rows.sort((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind));
}

function openPaths(before: readonly AppAccess[], now: readonly AppAccess[]): OpenPaths {
  const hostsAndPaths = (apps: readonly AppAccess[]): Set<string> =>
    new Set(apps.flatMap(({ app, open }) => open.map(({ path }) => `${app.host}${path}`)));
  const counts = (apps: readonly AppAccess[]): { paths: number; apps: number } => ({
    paths: hostsAndPaths(apps).size,
    apps: new Set(apps.filter(({ open }) => open.length > 0).map(({ app }) => app.host)).size,
  });
  const [were, are] = [hostsAndPaths(before), hostsAndPaths(now)];
  return {
    ...counts(now),
    before: counts(before),
    entered: [...are].filter((path) => !were.has(path)).length,
    left: [...were].filter((path) => !are.has(path)).length,
  };
}

/** The people of a view, from its stack file and from its policies. */
function peopleOf({ directory, apps }: View): string[] {
  return [...(directory ? everybody(directory) : []), ...mentionsOf(apps).people.flat()];
}

/**
 * Compares who may reach what in two views.
 *
 * A change that everybody shares is one row. A path that opens to anonymous callers is not a gain of each person, and
 * a path that opens to strangers is a gain of the `stranger` only. A request that becomes `unknown` is never a gain. If
 * it passed before, it is a `loss` whose `after` is `unknown`. A host that only one view names is compared with the app
 * that answers it in the other view by a wildcard.
 */
export function diffAccess(before: View, after: View): AccessDiff {
  const [was, is] = [byHost(before.apps), byHost(after.apps)];
  const everyone = new Set([...peopleOf(before), ...peopleOf(after)]);
  const rows = [...new Set([...was.keys(), ...is.keys()])].flatMap((host) => {
    // Where no app has the host, one with a wildcard may answer it.
    const [then, now] = [was, is].map((apps) => appOfHost([...apps.values()], host));
    const at = (app: ProtectedApp | undefined) => app && { ...app, host };
    const found = diffHost(host, after, everyone, at(then), at(now));
    if (then === undefined || now === undefined || then.host === now.host) return found;
    const cause = `${now.name} answers there now, in place of ${then.name}`;
    return found.map((row) => ({ ...row, reason: `${cause}: ${row.reason}` }));
  });
  const now = matrix(after.apps).apps;
  return {
    before: before.name,
    after: after.name,
    rows,
    public: [...new Set(now.filter((app) => app.public).map(({ app }) => app.host))],
    open: openPaths(matrix(before.apps).apps, now),
    unreadable: [before, after].flatMap((view) =>
      [...byHost(view.apps).values()].flatMap((app) =>
        app.routes.flatMap((route) =>
          unreadable({ routes: [route] }).map((reason) => ({
            view: view.name,
            at: route.at ?? app.at,
            reason,
          })),
        ),
      ),
    ),
  };
}

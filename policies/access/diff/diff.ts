import { isDeepStrictEqual } from "node:util";
import { anonymous, decider, stranger } from "../matrix/decider.ts";
import { isPublic, openMatrix } from "../matrix/matrix.ts";
import { mentionsOf } from "../matrix/mentions.ts";
import { probes } from "../matrix/probes.ts";
import { byHost, type ProtectedApp, unreadable, type View } from "../matrix/view.ts";
import { appOfHost } from "../matrix/why.ts";
import { everybody } from "../people.ts";
import { claimOf, domainOf, isPerson } from "../principals.ts";
import { type OpenPaths, openPaths } from "./open-paths.ts";
import {
  type Change,
  type ChangeKind,
  type Course,
  type Host,
  joined,
  kinds,
  type Row,
  rowsOf,
  type Side,
  type State,
  same,
  type Transition,
  transition,
} from "./rows.ts";

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

const side = (app: ProtectedApp | undefined): Side => ({ app, decider: app && decider(app) });

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
  /**
   * Whether another row explains why the decision about people in no list is not known, before or after the change.
   */
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

/** The people of a view, from its stack file and from its policies. */
function peopleOf({ directory, apps }: View): string[] {
  return [...(directory ? everybody(directory) : []), ...mentionsOf(apps).people.flat()];
}

/**
 * Whether an Ingress without a host cannot be read. Pomerium often refuses such an Ingress as a whole. What it may have
 * opened must not hide what opens now.
 */
const mayAnswerNothing = (app: ProtectedApp): boolean => app.host === "*" && unreadable(app).length > 0;

/**
 * Compares who may reach what in two views.
 *
 * A change that everybody shares is one row. A path that opens to anonymous callers is not a gain of each person.
 * A path that opens to strangers is a gain of the `stranger` only. A request that becomes `unknown` is never a gain. If
 * it passed before, it is a `loss` whose `after` is `unknown`. A host that only one view names is compared with the app
 * that answers it in the other view by a wildcard.
 */
export function diffAccess(before: View, after: View): AccessDiff {
  const [was, is] = [byHost(before.apps), byHost(after.apps)];
  const everyone = new Set([...peopleOf(before), ...peopleOf(after)]);
  const wildcards = [was, is].map((apps) =>
    [...apps.values()].filter((app) => app.host.startsWith("*") && !(apps === was && mayAnswerNothing(app))),
  );
  const rows = [...new Set([...was.keys(), ...is.keys()])].flatMap((host) => {
    // Where no app has the host, one with a wildcard may answer it.
    const [then, now] = [was, is].map((apps, i) => apps.get(host) ?? appOfHost(wildcards[i]!, host));
    // Most hosts do not change.
    if (isDeepStrictEqual(then, now)) return [];
    const at = (app: ProtectedApp | undefined) => app && { ...app, host };
    const found = diffHost(host, after, everyone, at(then), at(now));
    if (then === undefined || now === undefined || then.host === now.host) return found;
    const cause = `${now.name} answers there now, in place of ${then.name}`;
    return found.map((row) => ({ ...row, reason: `${cause}: ${row.reason}` }));
  });
  const now = openMatrix(after.apps);
  return {
    before: before.name,
    after: after.name,
    rows: rows.map((row) => {
      const file = after.fileOf?.(row.keyPath);
      return file === undefined ? row : { ...row, file };
    }),
    public: [...new Set(now.filter((app) => app.public).map(({ app }) => app.host))],
    open: openPaths(openMatrix(before.apps), now),
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

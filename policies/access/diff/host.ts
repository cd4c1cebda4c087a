import { anonymous, decider, stranger } from "../matrix/decider.ts";
import { isPublic } from "../matrix/matrix.ts";
import { mentionsOf } from "../matrix/mentions.ts";
import { probes } from "../matrix/probes.ts";
import type { ProtectedApp, View } from "../matrix/view.ts";
import { claimOf, domainOf, isPerson, type Principal } from "../principals.ts";
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

/** The changes at one host, in the order of `kinds`. */
export function diffHost(
  host: string,
  after: View,
  everyone: ReadonlySet<string>,
  before: ProtectedApp | undefined,
  now: ProtectedApp | undefined,
): Row[] {
  const asks = mentionsOf([before, now].filter((app) => app !== undefined));
  const all: Host = { host, asked: probes(asks), was: side(before), is: side(now), after };
  const named = new Set(asks.people.flat());
  const unsigned = courseOf(all, anonymous);
  const strangers = courseOf(all, stranger);
  const { principals } = asks;
  const signedIn = coursesOf(all, new Set([...(asks.individual ? everyone : named), ...principals]));
  const groups: Groups = {
    unsigned,
    strangers,
    claims: principals.filter((one) => claimOf(one) !== undefined).map((one) => signedIn.get(one)!),
    domains: new Map(principals.map((one) => [domainOf(one), signedIn.get(one)!])),
    named,
  };
  return [
    ...anonymousRows(all, unsigned),
    ...personRows(all, stranger, strangers, (i) => same(unsigned.changes[i], strangers.changes[i]!)),
    ...[...signedIn].flatMap(([person, own]) =>
      personRows(all, person, own, (i) => isExplained(groups, person, i, own.changes[i]!)),
    ),
    ...hostRows(all, [unsigned, strangers, ...new Set(signedIn.values())]),
  ].sort((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind));
}

const side = (app: ProtectedApp | undefined): Side => ({ app, decider: app && decider(app) });

function courseOf({ asked, was, is }: Host, principal: Principal): Course {
  const verdicts = ({ decider }: Side) => asked.map((probe) => decider?.verdict(principal, probe));
  const [then, now] = [verdicts(was), verdicts(is)];
  const changes = asked.map((_, i) => ({
    before: then[i]?.decision ?? ("absent" as const),
    after: now[i]?.decision ?? ("absent" as const),
  }));
  return { was: then, is: now, changes };
}

/** The course of each caller. It is computed once for callers with equal decisions. */
function coursesOf(all: Host, callers: Iterable<Principal>): Map<Principal, Course> {
  const bySignature = new Map<string, Course>();
  const courses = new Map<Principal, Course>();
  for (const caller of callers) {
    const signature = [all.was, all.is]
      .map(({ decider }) => decider?.signature(caller, all.asked) ?? "")
      .join("\n\n");
    const course = bySignature.get(signature) ?? courseOf(all, caller);
    bySignature.set(signature, course);
    courses.set(caller, course);
  }
  return courses;
}

/** The rows of callers without a session, among them that of a host that turns public or private. */
function anonymousRows(all: Host, course: Course): Row[] {
  const openThen = isPublic(all.was.app, all.asked, course.was);
  const openNow = isPublic(all.is.app, all.asked, course.is);
  const turned = openThen !== openNow;
  const kindOf: Record<Transition, ChangeKind> = {
    gain: turned && openNow ? "public" : "opened",
    loss: turned && openThen ? "private" : "closed",
    undecided: "undecided",
    decided: "decided",
  };
  return joined(
    rowsOf(
      all,
      anonymous,
      course,
      () => false,
      (found) => kindOf[found],
      ({ base }) => (turned ? "" : base),
    ),
  );
}

/** The rows of one caller with a session. */
function personRows(
  all: Host,
  person: Principal,
  course: Course,
  isExplained: (probe: number) => boolean,
): Row[] {
  return rowsOf(
    all,
    person,
    course,
    isExplained,
    (found) => found,
    () => "",
  );
}

/** The callers of a host whose rows explain changes of single people. */
interface Groups {
  unsigned: Course;
  strangers: Course;
  /** Everybody with a claim: one course for each claim. */
  claims: readonly Course[];
  /** Everybody with an address in a domain. */
  domains: ReadonlyMap<string | undefined, Course>;
  /** People in a list. */
  named: ReadonlySet<string>;
}

/** Whether the row of a group already explains a person's change at a probe. */
function isExplained(
  { unsigned, strangers, claims, domains, named }: Groups,
  person: Principal,
  probe: number,
  change: Change,
): boolean {
  const domain = isPerson(person) ? domains.get(person.split("@")[1]) : undefined;
  if ([unsigned, strangers, domain].some((group) => same(group?.changes[probe], change))) return true;
  // The decision about people in no list depends on their claims, before or after the change.
  return (
    !named.has(person) &&
    [change.before, change.after].includes("unknown") &&
    [...claims, strangers, unsigned].some(({ changes }) => transition(changes[probe]!) !== undefined)
  );
}

const openness: Record<State, number> = { absent: 0, deny: 1, unknown: 2, allow: 3 };

/** Whether somebody may get in. An undecided request may. */
const mayBeReached = (best: State): boolean => openness[best] >= openness.unknown;

/** The row of a host that gets its first route, or loses its last one. */
function hostRows({ host, was, is }: Host, courses: readonly Course[]): Row[] {
  const best = (view: keyof Change, none: State): State =>
    courses
      .flatMap(({ changes }) => changes)
      .reduce((most, { [view]: state }) => (openness[state] > openness[most] ? state : most), none);
  const before = best("before", was.app ? "deny" : "absent");
  const after = best("after", is.app ? "deny" : "absent");
  if (mayBeReached(before) === mayBeReached(after)) return [];
  const stays = mayBeReached(after);
  const app = is.app ?? was.app;
  return [
    {
      kind: stays ? "appeared" : "unreachable",
      person: "everybody",
      host,
      path: "/",
      paths: ["/"],
      before,
      after,
      rule: "the host as a whole",
      keyPath: app?.at ?? "",
      reason: stays
        ? `${app?.name} answers there now`
        : `${app?.name} ${after === "absent" ? "does not answer there" : "lets nobody in"} any more`,
    },
  ];
}

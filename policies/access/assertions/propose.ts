import { anonymous, type Decider, decider, stranger } from "../matrix/decider.ts";
import { mentionsOf } from "../matrix/mentions.ts";
import { type Probe, probes } from "../matrix/probes.ts";
import { appsOf, type ProtectedApp, routeFor } from "../matrix/view.ts";
import { everybody, members } from "../people.ts";
import { isPerson, signedIn } from "../principals.ts";
import { principalsOf } from "../routes.ts";
import type { AccessTest } from "./config.ts";
import type { Tested } from "./run.ts";

/** An access test that the stack file does not have yet. */
export type ProposedTest = Pick<AccessTest, "paths" | "method" | "sourceIp" | "allow" | "deny">;

export interface ProposedTests {
  /** Key of the app. */
  app: string;
  tests: readonly ProposedTest[];
}

/**
 * Access tests that hold today. They cover who passes at each app and who does not, strangers, and the limits of each
 * open path. Facts that the stack file already tests are left out, and so are undecided ones.
 */
export function proposeTests(stack: Tested): ProposedTests[] {
  const { version, settings } = stack.pomerium;
  const hosts = appsOf(stack.apps, version, settings);
  const byKey = Map.groupBy(hosts, (_, i) => stack.apps[i]!.key ?? stack.apps[i]!.name);
  return [...byKey].flatMap(([app, own]) => {
    const present = stack.accessTests.tests.filter((test) => test.app === app);
    const tests = testsOf(own, present, stack);
    return tests.length === 0 ? [] : [{ app, tests }];
  });
}

type Side = "allow" | "deny";

/** Who passes and who does not, at one request. */
interface Answer {
  probe: Probe;
  allow: readonly string[];
  deny: readonly string[];
}

function testsOf(
  hosts: readonly ProtectedApp[],
  present: readonly AccessTest[],
  stack: Tested,
): ProposedTest[] {
  const [first] = hosts as [ProtectedApp];
  const deciders = hosts.map(decider);
  const asked = probes(mentionsOf(hosts)).filter(({ relation }) => relation !== "query");
  const names = namesOf(first, stack);
  const asksForMethod = asked.some(({ method }) => method !== asked[0]!.method);
  const isOpen = (probe: Probe): boolean => outcomeAt(deciders, anonymous, probe, stack) === "allow";
  const answers = asked
    .filter((probe) => isWorthTesting(probe, asked, isOpen))
    .map((probe): Answer => {
      const passing = answer(deciders, names, probe, stack);
      if (isOpen(probe)) {
        const anybody = [stranger, anonymous].filter((name) => passing.allow.includes(name));
        return { probe, allow: probe.relation === "site" ? anybody : [anonymous], deny: [] };
      }
      // Paths that do not have their own access are like the rest of the app.
      const isOwn = probe.relation === "site" || routeFor(first, probe.path)?.own !== undefined;
      return isOwn ? { probe, ...passing } : { probe, allow: [], deny: strangers(passing.deny) };
    })
    .filter(({ probe }) => !isTestedNearby(probe, present, isOpen(probe), asksForMethod));
  const found = new Map<string, { test: ProposedTest; paths: string[] }>();
  for (const { probe, ...sides } of answers)
    for (const side of ["allow", "deny"] as const) {
      const missing = sides[side].filter((name) => !isAsserted(name, side, probe, present, stack));
      if (missing.length === 0) continue;
      const { method, sourceIp, path } = probe;
      const key = JSON.stringify([side, method, sourceIp, missing]);
      const same = found.get(key);
      if (same !== undefined) same.paths.push(path);
      else {
        const paths = [path];
        const test = {
          ...{ paths, method },
          ...(sourceIp === undefined ? {} : { sourceIp }),
          allow: side === "allow" ? missing : [],
          deny: side === "deny" ? missing : [],
        };
        found.set(key, { test, paths });
      }
    }
  return [...found.values()].map(({ test }) => test);
}

const strangers = (names: readonly string[]): string[] =>
  [stranger, anonymous].filter((name) => names.includes(name));

/** Everybody whom a test of the app can name: people one by one, groups, claims and domains. */
interface Names {
  people: readonly string[];
  groups: readonly string[];
  others: readonly string[];
}

function namesOf(app: ProtectedApp, { directory }: Tested): Names {
  const granted = app.routes.flatMap(({ own }) => principalsOf(own?.access)).concat(principalsOf(app.access));
  const all = [...new Set([...everybody(directory), ...granted])];
  return {
    people: all.filter(isPerson),
    groups: Object.keys(directory.groups).filter((group) => (members(directory, group) ?? []).length > 0),
    others: all.filter((principal) => !isPerson(principal) && principal !== signedIn),
  };
}

/** The decision about somebody, if it is the same on all hosts of the app. */
function outcomeAt(
  deciders: readonly Decider[],
  name: string,
  probe: Probe,
  { accessTests: { assume = {} } }: Tested,
): string {
  const claims = Object.hasOwn(assume, name) ? assume[name] : undefined;
  const { path, method, sourceIp } = probe;
  const asked = { path, method, ...(sourceIp === undefined ? {} : { sourceIp }) };
  const all = new Set(deciders.map((each) => each.verdict(name, asked, claims).decision));
  return all.size === 1 ? [...all][0]! : "unknown";
}

function answer(
  deciders: readonly Decider[],
  { people, groups, others }: Names,
  probe: Probe,
  stack: Tested,
): Record<Side, string[]> {
  const at = (name: string): string => outcomeAt(deciders, name, probe, stack);
  const outcomes = new Map(people.map((person) => [person, at(person)]));
  const side = (wanted: Side): string[] => {
    const isStranger = at(stranger) === wanted;
    // If every stranger passes, no test about a single person is needed.
    if (wanted === "allow" && isStranger) return strangersOf(wanted);
    const whole = groups.filter((group) =>
      (members(stack.directory, group) ?? []).every((one) => (outcomes.get(one) ?? at(one)) === wanted),
    );
    const inWhole = new Set(whole.flatMap((group) => members(stack.directory, group) ?? []));
    const admins = new Set(stack.directory.admins);
    return [
      ...people.filter(
        (person) => outcomes.get(person) === wanted && (admins.has(person) || !inWhole.has(person)),
      ),
      ...whole.map((group) => `group:${group}`),
      ...others.filter((principal) => !inWhole.has(principal) && at(principal) === wanted),
      ...strangersOf(wanted),
    ];
  };
  const strangersOf = (wanted: Side): string[] => [stranger, anonymous].filter((name) => at(name) === wanted);
  return { allow: side("allow"), deny: side("deny") };
}

/** A test of a path below an open path also covers the open path itself. */
function isWorthTesting(probe: Probe, all: readonly Probe[], isOpen: (probe: Probe) => boolean): boolean {
  if (probe.relation !== "stated" || !isOpen(probe)) return true;
  const { base, method, sourceIp } = probe;
  return !all.some(
    (other) =>
      other.relation === "below" &&
      other.base === base &&
      other.method === method &&
      other.sourceIp === sourceIp &&
      isOpen(other),
  );
}

/**
 * Whether a test of the stack file covers an open path, or a path that is nearly open, by another path.
 *
 * @param asksForMethod Whether the method matters anywhere in the app.
 */
function isTestedNearby(
  { base, relation, method, sourceIp }: Probe,
  present: readonly AccessTest[],
  isOpen: boolean,
  asksForMethod: boolean,
): boolean {
  if (relation === "site" || (!isOpen && relation !== "beside")) return false;
  const isBelow = (path: string): boolean => path === base || path.startsWith(`${base}/`);
  const isBeside = (path: string): boolean => path.startsWith(base) && !isBelow(path);
  return present.some(
    (test) =>
      (!asksForMethod || test.method === method) &&
      test.sourceIp === sourceIp &&
      test[isOpen ? "allow" : "deny"].includes(anonymous) &&
      test.paths.some(relation === "beside" ? isBeside : isBelow),
  );
}

function isAsserted(
  name: string,
  side: Side,
  { path, method, sourceIp }: Probe,
  present: readonly AccessTest[],
  { directory }: Tested,
): boolean {
  const named = new Set(
    present
      .filter((test) => test.method === method && test.sourceIp === sourceIp && test.paths.includes(path))
      .flatMap((test) => test[side]),
  );
  const membersOf = (one: string): readonly string[] =>
    one.startsWith("group:") ? (members(directory, one.slice("group:".length)) ?? []) : [];
  const everyone = new Set([...named].flatMap((one) => [one, ...membersOf(one)]));
  const people = membersOf(name);
  return everyone.has(name) || (people.length > 0 && people.every((one) => everyone.has(one)));
}

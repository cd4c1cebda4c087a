import type { Problem } from "../../../stack-file/problems.ts";
import type { Outcome } from "../../language/evaluate/evaluate.ts";
import type { PathSettings } from "../../language/evaluate/path.ts";
import { anonymous, type Decider, decider, stranger, type Verdict } from "../matrix/decider.ts";
import { personal } from "../matrix/reasons.ts";
import { appsOf, type DeclaredApp, type ProtectedApp, routeFor, sourceOf } from "../matrix/view.ts";
import { type Directory, members } from "../people.ts";
import { claimOf, domainOf, isPerson, principalWords } from "../principals.ts";
import { type AccessTest, type AccessTests, assumedAt } from "./config.ts";

/** The parts of a stack that access tests are about. */
export interface Tested {
  directory: Directory;
  /** Release of Pomerium, which decides how paths are read. */
  pomerium: { version: string; settings?: PathSettings };
  apps: readonly DeclaredApp[];
  accessTests: AccessTests;
}

/** One caller at one path of one assertion. */
export interface TestResult {
  /** Key path of the line that asserts it: `accessTests.apps.komga[0].deny[1]`. */
  at: string;
  app: string;
  host: string;
  path: string;
  method: string;
  sourceIp?: string;
  /** The person, `stranger` or `anonymous`; a group's people come one by one. */
  principal: string;
  /** The group that brought the person in. */
  group?: string;
  expected: "allow" | "deny";
  got: Outcome;
  /** False for `unknown`, which proves neither allow nor deny. */
  passed: boolean;
  /** The rule that decided. */
  rule: string;
  keyPath: string;
  reason: string;
  /** The edit that makes a failed test pass. */
  fix?: string;
}

interface Caller {
  principal: string;
  group?: string;
}

/** The callers that a name stands for. Undefined if it is a group that does not exist. */
function callers(name: string, directory: Directory): Caller[] | undefined {
  if (!name.startsWith("group:")) return [{ principal: name }];
  const group = name.slice("group:".length);
  return members(directory, group)?.map((principal) => ({ principal, group }));
}

function callerWords({ principal, group }: Caller): string {
  if (claimOf(principal)) return `everybody with the ${principalWords(principal)}`;
  if (domainOf(principal) !== undefined) return `everybody with ${principalWords(principal)}`;
  if (principal === stranger) return "any signed-in stranger";
  if (principal === anonymous) return "a caller without a session";
  return group === undefined ? principal : `${principal} (group ${group})`;
}

/** The edit that lets somebody in at a path, by the kind of access there. */
function editToLetIn(app: ProtectedApp, path: string, person: string | undefined): string {
  const { at, access } = sourceOf(app, routeFor(app, path));
  if (at !== app.at && person === undefined) return `write \`access: public\` in ${at}`;
  switch (access?.kind) {
    case "people":
      return person === undefined
        ? `add the path to ${at}.access.api`
        : `add ${person} to ${at}.access.users or to a group that it names`;
    case "apiOnly":
      return person === undefined
        ? `add the path to ${at}.access.apiOnly`
        : `give ${at}.access users or groups besides its API paths`;
    default:
      return `edit ${at}.access.policy`;
  }
}

/** The edit that makes a failed assertion hold. */
function fixOf(
  app: ProtectedApp,
  { principal, path }: Pick<Caller, "principal"> & { path: string },
  expected: "allow" | "deny",
  { decision, criterion, rule, keyPath }: Verdict,
  at: string,
): string {
  const test = at.replace(/\.(?:allow|deny)\[\d+\]$/, "");
  if (rule === "path unclear")
    return `write the path in ${test} as a browser sends it: letters outside ASCII encoded, no \`..;\``;
  if (decision === "unknown" && criterion === "claim" && isPerson(principal))
    return `say under ${assumedAt(principal)} which claims ${principal} has, or name the claim in ${at}`;
  if (decision === "unknown")
    return criterion === "source_ip"
      ? `add \`from: <address>\` to ${test}, since the app asks where a call comes from`
      : `state ${app.at}.access by people, or remove ${at}: a stack file cannot know the answer`;
  if (criterion === "own path") return `remove the path from ${test}: it never reaches an app`;
  if (expected === "deny") {
    if (criterion === "public") return `make ${keyPath} something else than public, or change ${at}`;
    if (criterion === "open" || criterion === "http_path")
      return `close the path in ${keyPath}, or change ${at}`;
    return `remove ${principal === stranger ? "the rule from " : ""}${keyPath}, or change ${at}`;
  }
  if (criterion === "source_ip") return `add the address to ${keyPath}, or change ${test}`;
  if (principal === stranger) return `name people in ${at}: strangers pass where everybody does`;
  return `${editToLetIn(app, path, principal === anonymous ? undefined : principal)}, or change ${at}`;
}

/**
 * Runs the access tests of a stack: one result for each caller and path, in the order of the stack file. A test of an
 * app or group that does not exist fails.
 */
export function runAccessTests(stack: Tested): TestResult[] {
  const { version, settings } = stack.pomerium;
  const hosts = appsOf(stack.apps, version, settings);
  const apps = Map.groupBy(hosts, (_, i) => stack.apps[i]!.key ?? stack.apps[i]!.name);
  const deciders = new Map<ProtectedApp, Decider>();
  const deciderOf = (app: ProtectedApp): Decider => {
    const found = deciders.get(app) ?? decider(app);
    deciders.set(app, found);
    return found;
  };
  return stack.accessTests.tests.flatMap((test) =>
    // A test of an app is about all its hosts.
    (apps.get(test.app) ?? [undefined]).flatMap((app) => {
      const decide = app && deciderOf(app);
      return (["allow", "deny"] as const).flatMap((expected) =>
        test[expected].flatMap((name, i) =>
          resultsOf({ test, at: `${test.at}.${expected}[${i}]`, app, expected, name }, decide, stack),
        ),
      );
    }),
  );
}

/** One name in a list of a test, at one host of the app. */
interface Assertion {
  test: AccessTest;
  at: string;
  /** Undefined if the stack has no such app. */
  app: ProtectedApp | undefined;
  expected: "allow" | "deny";
  name: string;
}

function resultsOf(
  assertion: Assertion,
  decide: Decider | undefined,
  { directory, accessTests: { assume = {} } }: Tested,
): TestResult[] {
  const { test, at, app, expected, name } = assertion;
  if (!app || !decide)
    return impossible(assertion, `there is no app "${test.app}"`, `name an app of the stack in ${test.at}`);
  const named = callers(name, directory);
  if (!named) {
    const group = name.slice("group:".length);
    return impossible(
      assertion,
      `there is no group "${group}"`,
      `add users.groups.${group}, or change ${at}`,
    );
  }
  const request = requestOf(test);
  return named.flatMap((caller) =>
    test.paths.map((path) => {
      const { principal } = caller;
      const claims = Object.hasOwn(assume, principal) ? assume[principal] : undefined;
      const verdict = personal(decide.verdict(principal, { path, ...request }, claims), app, principal);
      const passed = verdict.decision === expected;
      return {
        ...{ at, app: app.name, host: app.host, path, ...request, ...caller },
        ...{ expected, got: verdict.decision, passed },
        ...{ rule: verdict.rule, keyPath: verdict.keyPath, reason: verdict.reason },
        ...(passed ? {} : { fix: fixOf(app, { principal, path }, expected, verdict, at) }),
      };
    }),
  );
}

/** The failed results of an assertion about something that the stack does not have. */
function impossible({ test, at, app, expected, name }: Assertion, reason: string, fix: string): TestResult[] {
  return test.paths.map((path) => ({
    ...{ at, app: test.app, host: app?.host ?? "", path, ...requestOf(test), principal: name },
    ...{ expected, got: "unknown", passed: false, rule: "none", keyPath: at, reason, fix },
  }));
}

const requestOf = ({ method, sourceIp }: AccessTest): Pick<AccessTest, "method" | "sourceIp"> => ({
  method,
  ...(sourceIp === undefined ? {} : { sourceIp }),
});

/** The result of a failed test, in one sentence. */
function finding(result: TestResult): string {
  const { path, host, method, sourceIp, expected, got, reason, keyPath } = result;
  const call = `${method === "GET" ? "" : `${method} `}${host}${path}${sourceIp ? ` from ${sourceIp}` : ""}`;
  const outcome = { allow: "passes", deny: "is refused", unknown: "cannot be decided" }[got];
  const wanted = expected === "allow" ? "must pass" : "must not pass";
  return `${callerWords(result)} ${wanted} at ${call}, but ${outcome}: ${reason} (${keyPath})`;
}

/** A problem for each failed access test of a stack. */
export function failedTestProblems(stack: Parameters<typeof runAccessTests>[0]): Problem[] {
  return runAccessTests(stack)
    .filter(({ passed }) => !passed)
    .map((result) => ({
      at: result.at,
      message: finding(result),
      ...(result.fix ? { fix: result.fix } : {}),
    }));
}

/** A failed test with the edit that makes it pass. */
export function failure(result: TestResult): string {
  return [`${result.at}   ${finding(result)}`, `    ${result.fix}`].join("\n");
}

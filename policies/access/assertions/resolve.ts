import type { AppConfig } from "../../../components/apps/config.ts";
import type { AppInput } from "../../../components/apps/schema.ts";
import { didYouMean, nearestAddress } from "../../../stack-file/nearest.ts";
import { keyPath, type PathPart } from "../../../stack-file/paths.ts";
import type { Report } from "../../../stack-file/problems.ts";
import { isEmail } from "../../../stack-file/values.ts";
import { type Directory, everybody } from "../people.ts";
import type { AccessTest, AccessTests } from "./config.ts";
import { untested } from "./run.ts";
import type { AccessTestInput } from "./schema.ts";

/** Who may stand in a test besides people and groups. */
const anybody = ["stranger", "anonymous"];

/**
 * The tests, each against apps and people that exist.
 *
 * @param names All apps of the stack file, well-formed or not; undefined when it has no list of apps.
 * @param people Everybody whom the stack file names; undefined when its lists are broken themselves.
 */
export function resolveAccessTests(
  input: { strict: boolean; apps: Readonly<Record<string, readonly (AccessTestInput | undefined)[]>> },
  names: readonly string[] | undefined,
  directory: Directory | undefined,
  people: ReadonlySet<string> | undefined,
  report: Report,
): AccessTests {
  const tests: AccessTest[] = [];
  for (const [app, list] of Object.entries(input.apps)) {
    if (names?.includes(app) === false)
      report.problem(["accessTests", "apps", app], `unknown app "${app}"${didYouMean(app, names)}`);
    for (const [i, test] of list.entries()) {
      if (test === undefined) continue;
      const at = ["accessTests", "apps", app, i];
      checkTest(test, at, directory, people, report);
      tests.push({
        at: keyPath(at),
        app,
        paths: test.paths ?? [test.path ?? "/"],
        method: test.method,
        ...(test.from === undefined ? {} : { sourceIp: test.from }),
        allow: test.allow ?? [],
        deny: test.deny ?? [],
      });
    }
  }
  return { strict: input.strict, tests };
}

function checkTest(
  test: AccessTestInput,
  at: readonly PathPart[],
  directory: Directory | undefined,
  people: ReadonlySet<string> | undefined,
  report: Report,
): void {
  if (test.path !== undefined && test.paths !== undefined)
    report.problem([...at, "path"], "stands beside `paths`: write one of them");
  if (test.allow === undefined && test.deny === undefined)
    report.problem(at, "asserts nothing: name somebody under `allow` or `deny`");
  for (const side of ["allow", "deny"] as const)
    for (const [i, principal] of (test[side] ?? []).entries()) {
      const where = [...at, side, i];
      const problem = principalProblem(principal, directory);
      if (problem !== undefined) report.problem(where, problem);
      else if (isEmail(principal) && people?.has(principal) === false) {
        const meant = nearestAddress(principal, people);
        // Somebody who has left is a good person to deny, but hardly one to allow.
        if (side === "allow")
          report.problem(
            where,
            `the stack file does not know ${principal}${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
          );
        else if (meant !== undefined)
          report.warning(where, `the stack file does not know ${principal}; did you mean "${meant}"?`);
      }
      if (side === "deny" && test.allow?.includes(principal))
        report.problem(where, `${principal} stands under \`allow\` too`);
    }
}

function principalProblem(principal: string, directory: Directory | undefined): string | undefined {
  if (anybody.includes(principal)) return undefined;
  if (principal.startsWith("group:")) {
    const group = principal.slice("group:".length);
    if (directory === undefined || Object.hasOwn(directory.groups, group)) return undefined;
    return `unknown group "${group}"${didYouMean(group, Object.keys(directory.groups))}`;
  }
  if (!principal.includes("@")) {
    const groups = Object.keys(directory?.groups ?? {});
    if (groups.includes(principal))
      return `unknown principal "${principal}"; did you mean "group:${principal}"?`;
    return `unknown principal "${principal}"${didYouMean(principal, anybody) || ": write an e-mail address, group:<name>, stranger or anonymous"}`;
  }
  if (!isEmail(principal)) return `"${principal}" is no e-mail address`;
  if (principal !== principal.toLowerCase())
    return `"${principal}" must be in lower case: ${principal.toLowerCase()}`;
  return undefined;
}

/** Every app that is not public must be denied to a stranger by some test. */
export function checkDenials(tests: AccessTests, apps: readonly AppConfig[], report: Report): void {
  for (const { at, severity, message } of untested({ accessTests: tests, apps })) {
    if (severity === "error") report.problemAt(at, message);
    else report.warningAt(at, message);
  }
}

/** Everybody whom the stack file names: admins, groups, and the users of single apps. */
export function namedPeople(directory: Directory, apps: ReadonlyMap<string, AppInput>): Set<string> {
  const users = [...apps.values()].flatMap(({ access }) =>
    typeof access === "object" && "users" in access ? (access.users ?? []) : [],
  );
  return new Set([...everybody(directory), ...users]);
}

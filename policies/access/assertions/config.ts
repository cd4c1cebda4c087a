import { z } from "zod";
import { emailAddress, ipAddress, someText, text } from "../../../stack-file/fields.ts";
import { didYouMean, didYouMeanAddress, didYouMeanOrKnown } from "../../../stack-file/nearest.ts";
import { keyPath, type PathPart } from "../../../stack-file/paths.ts";
import type { Report } from "../../../stack-file/problems.ts";
import { check } from "../../../stack-file/schema-problems.ts";
import { isEmail } from "../../../stack-file/values.ts";
import type { AccessInput } from "../config.ts";
import { type Directory, everybody } from "../people.ts";
import { type Claims, domainOf, isPerson, principalProblem as listedProblem } from "../principals.ts";

/** The access tests of a stack. */
export interface AccessTests {
  /** An app that no test denies to a stranger is an error, not a warning. */
  strict: boolean;
  tests: readonly AccessTest[];
  /** Person → the claims that the tests assume. Absent: the claims are not known. */
  assume?: Readonly<Record<string, Claims>>;
}

/** What the stack file asserts about one app. */
export interface AccessTest {
  /** Key path: `accessTests.apps.komga[0]`. */
  at: string;
  app: string;
  paths: readonly string[];
  method: string;
  /** Caller's address, where a policy asks for it. */
  sourceIp?: string;
  /**
   * `alice@gmail.com`, `@example.org`, `claim:groups=family`, any signed-in `stranger`, `anonymous`, or `group:readers`
   * for each of its people.
   */
  allow: readonly string[];
  deny: readonly string[];
}

const path = text(/^\//, 'is not a path: it must begin with "/"');

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];

const principalForms =
  "an e-mail address, `group:<name>`, `claim:<name>=<value>`, `@<domain>`, `stranger` or `anonymous`";

const claimValue = z.union([someText, z.number(), z.boolean()]);

const principals = (meaning: string) =>
  z.array(someText).min(1, { error: "is empty: leave the key out" }).optional().describe(meaning);

const accessTestSchema = z.strictObject({
  path: path.optional().describe('Path to ask for. Default: "/".'),
  paths: z
    .array(path)
    .min(1, { error: "is empty: name at least one path" })
    .optional()
    .describe("Several paths, each asked for; in place of `path`."),
  method: text(
    (value) => methods.includes(value),
    (value) =>
      methods.includes(value.toUpperCase())
        ? `must be in capitals: ${value.toUpperCase()}`
        : "is not an HTTP method",
  )
    .default("GET")
    .describe("HTTP method. Default: GET."),
  from: ipAddress.optional().describe("Caller's address, where the policy asks for it."),
  allow: principals(`Who must pass: ${principalForms}.`),
  deny: principals(`Who must not pass: ${principalForms}.`),
});

export const accessTestsSchema = z
  .strictObject({
    strict: z
      .boolean()
      .default(false)
      .describe("An app that no test denies to a stranger is an error, not a warning. Default: false."),
    assume: z
      .record(emailAddress, z.record(someText, z.union([claimValue, z.array(claimValue)])))
      .default({})
      .describe(
        "Person and the claims that the tests assume the identity provider to send, such as `{groups: [family]}`. Default: the claims of people are not known.",
      ),
    apps: z
      .record(z.string(), z.array(accessTestSchema))
      .default({})
      .describe("App and what is asserted of it."),
  })
  .prefault({})
  .describe("Who can and who cannot reach what; a failing test fails the preview. Default: no tests.");

type AccessTestInput = z.output<typeof accessTestSchema>;

/** The section with its tests unread, so that each test is checked by itself. */
const listsOfTests = z.strictObject({
  ...accessTestsSchema.unwrap().shape,
  apps: z.record(z.string(), z.array(z.unknown())).default({}),
});

/** Principals that are neither people nor groups. */
const anybody = ["stranger", "anonymous"];

/**
 * Reads the section `accessTests`: each test must be about an app and people that exist.
 *
 * @param apps All apps of the stack file, well-formed or not; undefined when it has no list of apps.
 * @param people Everybody whom the stack file names; undefined when its lists are broken themselves.
 */
export function readAccessTests(
  raw: unknown,
  apps: readonly string[] | undefined,
  directory: Directory | undefined,
  people: ReadonlySet<string> | undefined,
  report: Report,
): AccessTests | undefined {
  const lists = check(listsOfTests, raw ?? {}, ["accessTests"], report);
  if (lists === undefined) return undefined;
  const known = people && new Set([...people, ...Object.keys(lists.assume)]);
  const tests = Object.entries(lists.apps).flatMap(([app, list]) => {
    if (apps?.includes(app) === false)
      report.unknown(["accessTests", "apps", app], `unknown app "${app}"`, app, () =>
        didYouMeanOrKnown(app, apps),
      );
    return list.flatMap((value, i): AccessTest[] => {
      const at = ["accessTests", "apps", app, i];
      const test = check(accessTestSchema, value, at, report);
      if (test === undefined) return [];
      checkTest(test, at, directory, known, report);
      return [
        {
          at: keyPath(at),
          app,
          paths: test.paths ?? [test.path ?? "/"],
          method: test.method,
          ...(test.from === undefined ? {} : { sourceIp: test.from }),
          allow: test.allow ?? [],
          deny: test.deny ?? [],
        },
      ];
    });
  });
  return { strict: lists.strict, tests, assume: lists.assume };
}

function checkTest(
  test: AccessTestInput,
  at: readonly PathPart[],
  directory: Directory | undefined,
  people: ReadonlySet<string> | undefined,
  report: Report,
): void {
  if (test.path !== undefined && test.paths !== undefined)
    report.problem([...at, "path"], "is there beside `paths`: write one of them");
  if (test.allow === undefined && test.deny === undefined)
    report.problem(at, "asserts nothing: name somebody under `allow` or `deny`");
  for (const side of ["allow", "deny"] as const)
    for (const [i, principal] of (test[side] ?? []).entries()) {
      const where = [...at, side, i];
      const group = unknownGroup(principal, directory);
      const problem = principalProblem(principal, directory);
      if (group !== undefined)
        report.unknown(where, `unknown group "${group}"`, group, () =>
          didYouMeanOrKnown(group, Object.keys(directory?.groups ?? {})),
        );
      else if (problem !== undefined) report.problem(where, problem);
      else if (isEmail(principal) && people?.has(principal) === false) {
        // A test may well deny somebody who has left, but hardly allow them.
        if (side === "allow")
          report.unknown(where, `the stack file does not know ${principal}`, principal, () =>
            didYouMeanAddress(principal, people),
          );
        else {
          const meant = didYouMeanAddress(principal, people);
          if (meant !== "") report.warning(where, `the stack file does not know ${principal}${meant}`);
        }
      }
      if (side === "deny" && test.allow?.includes(principal))
        report.problem(where, `${principal} stands under \`allow\` too`);
    }
}

const ofGroup = "group:";

/** The group that a principal means, if there is none of this name. */
function unknownGroup(principal: string, directory: Directory | undefined): string | undefined {
  if (!principal.startsWith(ofGroup) || directory === undefined) return undefined;
  const group = principal.slice(ofGroup.length);
  return Object.hasOwn(directory.groups, group) ? undefined : group;
}

function principalProblem(principal: string, directory: Directory | undefined): string | undefined {
  if (anybody.includes(principal)) return undefined;
  if (principal.startsWith("claim:") || domainOf(principal) !== undefined) return listedProblem(principal);
  if (principal.startsWith(ofGroup)) return undefined;
  if (!principal.includes("@")) {
    const groups = Object.keys(directory?.groups ?? {});
    if (groups.includes(principal))
      return `unknown principal "${principal}"; did you mean "group:${principal}"?`;
    return `unknown principal "${principal}"${didYouMean(principal, anybody) || ": write an e-mail address, group:<name>, claim:<name>=<value>, @<domain>, stranger or anonymous"}`;
  }
  if (!isEmail(principal)) return `"${principal}" is not an e-mail address`;
  return undefined;
}

/** Everybody whom the stack file names: admins, groups, and the users of single apps. */
export function namedPeople(directory: Directory, accesses: readonly AccessInput[]): Set<string> {
  const users = accesses.flatMap((access) =>
    typeof access === "object" && "users" in access ? (access.users ?? []) : [],
  );
  return new Set([...everybody(directory), ...users].filter(isPerson));
}

/** Where the claims of a person belong, so that a test can be decided. */
export function assumedAt(person: string): string {
  return keyPath(["accessTests", "assume", person]);
}

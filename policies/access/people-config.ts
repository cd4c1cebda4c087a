import { z } from "zod";
import { text } from "../../stack-file/fields.ts";
import { isMap, type PathPart, valueAt } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { dnsLabel } from "../../stack-file/values.ts";
import type { Directory } from "./people.ts";
import {
  claimOf,
  everybodysClaims,
  hasCapitals,
  type Principal,
  type ProviderLimits,
  principalProblem,
} from "./principals.ts";

export const usersSchema = z.strictObject({
  admins: z
    .array(z.string())
    .describe(
      "People who reach everything that people reach. Never empty. Each is an address, `@example.org` for a domain, or `claim:groups=admins` for a claim of the identity provider.",
    ),
  groups: z
    .record(
      text(dnsLabel, "is not a valid group name: lower case letters, digits and hyphens"),
      z.array(z.string()),
    )
    .default({})
    .describe(
      "Group name and its people: addresses, `@example.org` for a domain, `claim:groups=family` for a claim of the identity provider. Default: no groups.",
    ),
});

export type UsersInput = z.output<typeof usersSchema>;

/** Reads people and groups, and checks each address. */
export function resolvePeople(users: UsersInput, report: Report, provider?: ProviderLimits): Directory {
  if (users.admins.length === 0)
    report.problem(["users", "admins"], "is empty: name at least one person who reaches everything");
  checkPrincipals(users.admins, ["users", "admins"], report, provider);
  for (const [group, people] of Object.entries(users.groups)) {
    const at = ["users", "groups", group];
    if (people.length === 0) report.warning(at, "is empty: apps that name it are for their other people");
    checkPrincipals(people, at, report, provider);
  }
  return users;
}

/**
 * Checks that principals are well-formed and named once. Pomerium compares addresses letter by letter, so an address
 * with capitals is right only where the identity provider sends the same capitals.
 */
export function checkPrincipals(
  principals: readonly Principal[],
  at: readonly PathPart[],
  report: Report,
  provider?: ProviderLimits,
): void {
  const first = new Map<string, number>();
  for (const [i, principal] of principals.entries()) {
    const problem = principalProblem(principal);
    if (problem !== undefined) report.problem([...at, i], problem);
    else if (first.has(principal))
      report.problem([...at, i], `${principal} is named twice; first at index ${first.get(principal)}`);
    else if (hasCapitals(principal)) warnOfCapitals(principal, [...at, i], report);
    if (!first.has(principal)) first.set(principal, i);
    const claim = claimOf(principal);
    if (claim) warnOfClaim(claim.path, [...at, i], report, provider);
  }
}

/** Says that a claim lets in everybody, or nobody because the identity provider does not send it. */
export function warnOfClaim(
  claim: string,
  at: readonly PathPart[],
  report: Report,
  provider: ProviderLimits | undefined,
): void {
  if (everybodysClaims.has(claim)) {
    const who = provider?.anybody === undefined ? "" : ` (${provider.anybody})`;
    report.warning(
      at,
      `the identity provider says ${claim} of everybody, so this lets in everybody who can sign in${who}; name people, or a claim that only they have`,
    );
    return;
  }
  const missing = provider?.missingClaim(claim);
  if (missing !== undefined) report.warning(at, `nobody passes by this claim: ${missing}`);
}

/** Says whom an address or a domain with capitals keeps out. */
export function warnOfCapitals(text: string, at: readonly PathPart[], report: Report): void {
  const lower = text.toLowerCase();
  report.warning(
    at,
    `"${text}" lets in nobody whose identity provider says ${lower}: Pomerium compares letter by letter; write ${lower} unless the provider sends these capitals`,
  );
}

/**
 * Warns of groups that no app names.
 *
 * @param apps The section `apps` of the stack file, unchecked: an app with a mistake can name a group too.
 */
export function warnOfUnusedGroups(directory: Directory, apps: unknown, report: Report): void {
  const used = usedGroups(apps);
  for (const group of Object.keys(directory.groups))
    if (!used.has(group)) report.warning(["users", "groups", group], "no app names this group");
}

/** Groups that an app names. */
function usedGroups(apps: unknown): Set<string> {
  const used = new Set<string>();
  for (const app of Object.values(isMap(apps) ? apps : {})) {
    const paths = valueAt(app, ["paths"]);
    for (const place of [app, ...Object.values(isMap(paths) ? paths : {})]) {
      const groups = valueAt(place, ["access", "groups"]);
      if (Array.isArray(groups)) for (const group of groups) used.add(String(group));
    }
  }
  return used;
}

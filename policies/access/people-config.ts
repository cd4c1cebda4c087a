import { z } from "zod";
import { text } from "../../stack-file/fields.ts";
import { isMap, type PathPart, valueAt } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { dnsLabel, isEmail } from "../../stack-file/values.ts";
import type { Directory } from "./people.ts";

export const usersSchema = z.strictObject({
  admins: z.array(z.string()).describe("People who reach everything that people reach. Never empty."),
  groups: z
    .record(
      text(
        (value) => dnsLabel.test(value),
        "is not a valid group name: lower case letters, digits and hyphens",
      ),
      z.array(z.string()),
    )
    .default({})
    .describe("Group name and its people. Default: no groups."),
});

export type UsersInput = z.output<typeof usersSchema>;

/** Reads people and groups, and checks each address. */
export function resolvePeople(users: UsersInput, report: Report): Directory {
  if (users.admins.length === 0)
    report.problem(["users", "admins"], "is empty: name at least one person who reaches everything");
  checkAddresses(users.admins, ["users", "admins"], report);
  for (const [group, people] of Object.entries(users.groups)) {
    const at = ["users", "groups", group];
    if (people.length === 0) report.warning(at, "is empty: apps that name it are for their other people");
    checkAddresses(people, at, report);
  }
  return users;
}

/**
 * Checks that addresses are well-formed and named once. Pomerium compares them letter by letter, so an address with
 * capitals is right only where the identity provider sends the same capitals.
 */
export function checkAddresses(addresses: readonly string[], at: readonly PathPart[], report: Report): void {
  const first = new Map<string, number>();
  for (const [i, address] of addresses.entries()) {
    const lower = address.toLowerCase();
    if (!isEmail(address)) report.problem([...at, i], `"${address}" is not an e-mail address`);
    else if (first.has(address))
      report.problem([...at, i], `${address} is named twice; first at index ${first.get(address)}`);
    else if (address !== lower)
      report.warning(
        [...at, i],
        `"${address}" lets in nobody whose identity provider says ${lower}: Pomerium compares letter by letter; write ${lower} unless the provider sends these capitals`,
      );
    if (!first.has(address)) first.set(address, i);
  }
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
    const groups = valueAt(app, ["access", "groups"]);
    if (Array.isArray(groups)) for (const group of groups) used.add(String(group));
  }
  return used;
}

import { openAt } from "../access/matrix/reasons.ts";
import { type Directory, members } from "../access/people.ts";
import { claimOf, domainOf, isPerson, principalWords, signedIn } from "../access/principals.ts";
import { type ApiPath, openPathsOf } from "../access/routes.ts";
import type { LogApp } from "./app.ts";
import type { Tally } from "./tally.ts";

/** A grant that nobody used, or an open path that nobody called. */
export interface Unused {
  /** Key of the app; absent for somebody who used no app at all. */
  app?: string;
  /** The person, the group, the claim, the domain or the open path. */
  what: string;
  kind: "grant" | "open";
  /** Key path of the grant. */
  at: string;
}

export interface UnusedGrants {
  unused: readonly Unused[];
  /** Grants of which the log cannot say anything: claims are not in it. */
  undecided: readonly Unused[];
}

/**
 * The grants that nobody used in a log. A request of somebody who is signed in counts as use, wherever in the app it went.
 * Admins reach everything, so only admins who used nothing are among them.
 */
export function unusedGrants(
  apps: readonly LogApp[],
  directory: Directory,
  { seen, domains, signedIn: visited, opened }: Pick<Tally, "seen" | "domains" | "signedIn" | "opened">,
): UnusedGrants {
  const unused: Unused[] = [];
  const undecided: Unused[] = [];
  const admins = new Set(directory.admins);
  const everywhere = new Set([...seen.values()].flatMap((people) => [...people.keys()]));
  for (const [i, admin] of directory.admins.entries())
    if (isPerson(admin) && !everywhere.has(admin))
      unused.push({ what: admin, kind: "grant", at: `users.admins[${i}]` });
  for (const [key, hosts] of Map.groupBy(apps, (app) => app.key)) {
    const app = hosts[0]!;
    const { access } = app;
    const isSeen = (person: string): boolean => hosts.some(({ host }) => seen.get(host)?.has(person));
    if (access.kind === "people") {
      const idle = access.people.filter(
        ({ principal }) => !admins.has(principal) && isPerson(principal) && !isSeen(principal),
      );
      const whole = groupsOf(idle, access.people, directory);
      for (const group of whole)
        unused.push({
          app: key,
          what: `group ${group.name}: all ${group.size}`,
          kind: "grant",
          at: `users.groups.${group.name}`,
        });
      for (const { principal, grantedAt } of idle)
        if (!whole.some(({ name }) => grantedAt.startsWith(`users.groups.${name}[`)))
          unused.push({ app: key, what: principal, kind: "grant", at: grantedAt });
      for (const { principal, grantedAt } of access.people) {
        if (isPerson(principal) || admins.has(principal)) continue;
        const grant: Unused = {
          app: key,
          what: principalWords(principal),
          kind: "grant",
          at: grantedAt,
        };
        const domain = domainOf(principal);
        if (claimOf(principal)) undecided.push(grant);
        else if (domain !== undefined && !hosts.some(({ host }) => domains.get(host)?.has(domain)))
          unused.push(grant);
        else if (principal === signedIn && !hosts.some(({ host }) => visited.has(host))) unused.push(grant);
      }
    }
    for (const open of openPathsOf(access))
      if (!hosts.some(({ host }) => opened.get(host)?.has(openKey(open))))
        unused.push({
          app: key,
          what: open.path,
          kind: "open",
          at: openAt({ name: key, at: app.at, host: app.host, access, routes: [] }),
        });
  }
  return { unused, undecided };
}

/** Identifies an open path among all those of its app. */
export const openKey = ({ path, exact }: Pick<ApiPath, "path" | "exact">): string =>
  `${exact ? "=" : ""}${path}`;

/** The groups of which everybody is idle at an app. */
function groupsOf(
  idle: readonly { grantedAt: string }[],
  all: readonly { grantedAt: string }[],
  directory: Directory,
): { name: string; size: number }[] {
  return Object.keys(directory.groups).flatMap((name) => {
    const isOf = ({ grantedAt }: { grantedAt: string }): boolean =>
      grantedAt.startsWith(`users.groups.${name}[`);
    const [granted, silent] = [all.filter(isOf).length, idle.filter(isOf).length];
    const size = members(directory, name)?.length ?? 0;
    return size > 1 && granted === size && silent === size ? [{ name, size }] : [];
  });
}

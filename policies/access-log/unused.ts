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
export function unusedGrants(apps: readonly LogApp[], directory: Directory, tally: Used): UnusedGrants {
  const everywhere = new Set([...tally.seen.values()].flatMap((people) => [...people.keys()]));
  const admins = directory.admins.flatMap((admin, i): Unused[] =>
    isPerson(admin) && !everywhere.has(admin)
      ? [{ what: admin, kind: "grant", at: `users.admins[${i}]` }]
      : [],
  );
  const byApp = [...Map.groupBy(apps, ({ key }) => key).values()].map((hosts) => {
    const everybody = idleEverybody(hosts, directory, tally);
    return {
      unused: [
        ...idlePeople(hosts, directory, tally),
        ...everybody.filter(({ isKnown }) => isKnown).map(({ grant }) => grant),
        ...idlePaths(hosts, tally),
      ],
      undecided: everybody.filter(({ isKnown }) => !isKnown).map(({ grant }) => grant),
    };
  });
  return {
    unused: [...admins, ...byApp.flatMap(({ unused }) => unused)],
    undecided: byApp.flatMap(({ undecided }) => undecided),
  };
}

type Used = Pick<Tally, "seen" | "domains" | "signedIn" | "opened">;

/** People without a request to any host of an app. A group counts once if all of it is idle. */
function idlePeople([app, ...aliases]: readonly LogApp[], directory: Directory, { seen }: Used): Unused[] {
  if (app?.access.kind !== "people") return [];
  const { key, access } = app;
  const isSeen = (person: string): boolean =>
    [app, ...aliases].some(({ host }) => seen.get(host)?.has(person));
  const idle = access.people.filter(
    ({ principal }) => !directory.admins.includes(principal) && isPerson(principal) && !isSeen(principal),
  );
  const whole = groupsOf(idle, access.people, directory);
  return [
    ...whole.map(
      ({ name, size }): Unused => ({
        app: key,
        what: `group ${name}: all ${size}`,
        kind: "grant",
        at: `users.groups.${name}`,
      }),
    ),
    ...idle
      .filter(({ grantedAt }) => !whole.some(({ name }) => grantedAt.startsWith(`users.groups.${name}[`)))
      .map(
        ({ principal, grantedAt }): Unused => ({
          app: key,
          what: principal,
          kind: "grant",
          at: grantedAt,
        }),
      ),
  ];
}

interface IdleGrant {
  grant: Unused;
  /** False if the log cannot say whether somebody used it. */
  isKnown: boolean;
}

/** Claims, domains and `signedIn` of an app without a request. Claims are not in a log. */
function idleEverybody(
  [app, ...aliases]: readonly LogApp[],
  { admins }: Directory,
  { domains, signedIn: visited }: Used,
): IdleGrant[] {
  if (app?.access.kind !== "people") return [];
  const { key, access } = app;
  const hosts = [app, ...aliases].map(({ host }) => host);
  return access.people.flatMap(({ principal, grantedAt }): IdleGrant[] => {
    if (isPerson(principal) || admins.includes(principal)) return [];
    const grant: Unused = { app: key, what: principalWords(principal), kind: "grant", at: grantedAt };
    if (claimOf(principal)) return [{ grant, isKnown: false }];
    const domain = domainOf(principal);
    const isIdle =
      domain !== undefined
        ? !hosts.some((host) => domains.get(host)?.has(domain))
        : principal === signedIn && !hosts.some((host) => visited.has(host));
    return isIdle ? [{ grant, isKnown: true }] : [];
  });
}

/** Open paths that nobody called. */
function idlePaths([app, ...aliases]: readonly LogApp[], { opened }: Used): Unused[] {
  if (app === undefined) return [];
  const { key, at, host, access } = app;
  const hosts = [app, ...aliases];
  return openPathsOf(access)
    .filter((open) => !hosts.some((one) => opened.get(one.host)?.has(openKey(open))))
    .map(({ path }) => ({
      app: key,
      what: path,
      kind: "open",
      at: openAt({ name: key, at, host, access, routes: [] }),
    }));
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

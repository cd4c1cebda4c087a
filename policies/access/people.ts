import { keyPath } from "../../stack-file/paths.ts";
import { type Claim, claimPrincipal, domainPrincipal, type Principal, signedIn } from "./principals.ts";

/**
 * People and groups of one stack. A group is a name for a list of principals that only this project knows. Most of
 * them are single people; others stand for everybody with a claim, or with an address in a domain.
 */
export interface Directory {
  /** Principals who reach everything that people reach. Never empty. */
  admins: readonly Principal[];
  /** Group name → its principals. */
  groups: Readonly<Record<string, readonly Principal[]>>;
}

/** A principal who may pass, and the line of the stack file that lets them. */
export interface Grant {
  principal: Principal;
  /** Key path of the line that grants access: `users.admins[0]`, `users.groups.readers[2]`, `apps.komga.access.users[1]`. */
  grantedAt: string;
}

/** The principals that an app names besides the admins, who may always pass. */
export interface Named {
  users?: readonly Principal[];
  groups?: readonly string[];
  /** Name of a claim → the values of which one suffices. */
  claims?: Readonly<Record<string, readonly Claim["value"][]>>;
  domains?: readonly string[];
  /** Everybody who can sign in. */
  signedIn?: boolean;
}

/** The principals of a group; undefined if there is no such group. A group may have a name such as `constructor`. */
export function members({ groups }: Directory, group: string): readonly Principal[] | undefined {
  return Object.hasOwn(groups, group) ? groups[group] : undefined;
}

/**
 * Lists everybody who may pass, each once, with the first line that grants it. Admins come first, then the app's users,
 * its groups in the order given, its claims and its domains. An unknown group adds nobody; the check of the stack file
 * has refused it before.
 *
 * @param at Key path of the app's `access`.
 */
export function grants(directory: Directory, named: Named, at: string): Grant[] {
  const first = new Map<Principal, Grant>();
  const add = (principal: Principal, grantedAt: string): void => {
    if (!first.has(principal)) first.set(principal, { principal, grantedAt });
  };
  for (const [i, principal] of directory.admins.entries()) add(principal, `users.admins[${i}]`);
  for (const [i, principal] of (named.users ?? []).entries()) add(principal, `${at}.users[${i}]`);
  for (const group of named.groups ?? [])
    for (const [i, principal] of (members(directory, group) ?? []).entries())
      add(principal, `users.groups.${group}[${i}]`);
  for (const [path, values] of Object.entries(named.claims ?? {}))
    for (const [i, value] of values.entries())
      add(claimPrincipal({ path, value }), `${at}.${keyPath(["claims", path, i])}`);
  for (const [i, domain] of (named.domains ?? []).entries())
    add(domainPrincipal(domain), `${at}.domains[${i}]`);
  if (named.signedIn) add(signedIn, `${at}.signedIn`);
  return [...first.values()];
}

/** All admins and members of groups, each once, in the order of the stack file. */
export function everybody(directory: Directory): Principal[] {
  return [...new Set([...directory.admins, ...Object.values(directory.groups).flat()])];
}

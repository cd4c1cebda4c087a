/**
 * People and groups of one stack. A person is an e-mail address, spelled as the identity provider sends it,
 * because Pomerium compares letter by letter. A group is a name for a list of people that only this project knows.
 */
export interface Directory {
  /** People who reach everything that people reach. Never empty. */
  admins: readonly string[];
  /** Group name → its people. */
  groups: Readonly<Record<string, readonly string[]>>;
}

/** A person who may pass, and the line of the stack file that lets them. */
export interface Grant {
  email: string;
  /** Key path of the line that grants access: `users.admins[0]`, `users.groups.readers[2]`, `apps.komga.access.users[1]`. */
  grantedAt: string;
}

/** The people that an app names besides the admins, who may always pass. */
export interface Named {
  users?: readonly string[];
  groups?: readonly string[];
}

/** The people of a group; undefined if there is no such group. A group may have a name such as `constructor`. */
export function members({ groups }: Directory, group: string): readonly string[] | undefined {
  return Object.hasOwn(groups, group) ? groups[group] : undefined;
}

/**
 * Lists everybody who may pass, each once, with the first line that grants it: admins, then the app's users, then
 * its groups in the order given. An unknown group adds nobody; the check of the stack file has refused it before.
 *
 * @param at Key path of the app's `access`.
 */
export function grants(directory: Directory, named: Named, at: string): Grant[] {
  const first = new Map<string, Grant>();
  const add = (email: string, grantedAt: string): void => {
    if (!first.has(email)) first.set(email, { email, grantedAt });
  };
  for (const [i, email] of directory.admins.entries()) add(email, `users.admins[${i}]`);
  for (const [i, email] of (named.users ?? []).entries()) add(email, `${at}.users[${i}]`);
  for (const group of named.groups ?? [])
    for (const [i, email] of (members(directory, group) ?? []).entries())
      add(email, `users.groups.${group}[${i}]`);
  return [...first.values()];
}

/** All admins and members of groups, each once, in the order of the stack file. */
export function everybody(directory: Directory): string[] {
  return [...new Set([...directory.admins, ...Object.values(directory.groups).flat()])];
}

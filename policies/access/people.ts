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
  /** Key path of the line: `users.admins[0]`, `users.groups.readers[2]`, `apps.komga.access.users[1]`. */
  grantedAt: string;
}

/** Who an app names, besides the admins, who are always among them. */
export interface Named {
  users?: readonly string[];
  groups?: readonly string[];
}

/** The people of a group; undefined when there is no such group, though every object knows `constructor`. */
export function members({ groups }: Directory, group: string): readonly string[] | undefined {
  return Object.hasOwn(groups, group) ? groups[group] : undefined;
}

/**
 * Everybody who may pass, each once, with the first line that lets them: admins first, then the app's
 * own users, then its groups in the order given. A group that the directory does not hold adds nobody
 * (the stack file's check has refused it before).
 *
 * @param at Key path of the app's `access`, the root of the reasons.
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

/** Every person of the stack, each once, in the order of the stack file. */
export function everybody(directory: Directory): string[] {
  return [...new Set([...directory.admins, ...Object.values(directory.groups).flat()])];
}

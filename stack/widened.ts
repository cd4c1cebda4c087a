import { loosened } from "../components/network-policies/loosened.ts";
import { isWildcard } from "../stack-file/hosts.ts";
import { few } from "../stack-file/text.ts";
import { isAmong } from "./app-files/hosts.ts";
import type { Stack } from "./stack.ts";

/** A change of a limit, which a comparison of access does not show. */
export interface Widened {
  /** Key path of the limit. It may be gone, and then the place is that of the nearest key above it. */
  at: string;
  message: string;
}

type Limited = Pick<Stack, "appFiles">;
type Limits = Stack["appFiles"][string];

/** What app files may do that they could not do before. A new file may do what the stack file lets it. */
export function widenedFiles(before: Limited | undefined, after: Limited | undefined): Widened[] {
  if (!before || !after) return [];
  return Object.entries(after.appFiles).flatMap(([path, now]): Widened[] => {
    const then = Object.hasOwn(before.appFiles, path) ? before.appFiles[path] : undefined;
    const at = `appFiles["${path}"]`;
    if (then === undefined)
      return [
        { at, message: `${path} is new: it may set apps in ${namespacesOf(now)}, with ${hostsOf(now)}` },
      ];
    return [
      ...widened(then.namespaces, now.namespaces, (one, old) => old.includes(one)).map((more) => ({
        at: `${at}.namespaces`,
        message: `${path} may now set apps in ${namespacesOf({ namespaces: more })}`,
      })),
      ...widenedHosts(then, now).map((more) => ({
        at: `${at}.hosts`,
        message: `${path} may now have ${hostsOf({ hosts: more })}`,
      })),
    ];
  });
}

/** Without `hosts`, a file with namespaces has every free host, but no wildcard. */
function widenedHosts(then: Limits, now: Limits): ReturnType<typeof widened> {
  if (then.hosts !== undefined || then.namespaces === undefined)
    return widened(then.hosts, now.hosts, isAmong);
  return widened([], now.hosts?.filter(isWildcard) ?? [], isAmong);
}

/** What a list newly allows, if anything: entries, or everything once it is gone. */
function widened(
  then: readonly string[] | undefined,
  now: readonly string[] | undefined,
  isCovered: (one: string, then: readonly string[]) => boolean,
): [more?: string[]] | [undefined] {
  if (then === undefined) return [];
  if (now === undefined) return [undefined];
  const more = now.filter((one) => !isCovered(one, then));
  return more.length === 0 ? [] : [more];
}

function namespacesOf({ namespaces }: Limits): string {
  if (namespaces === undefined) return "every namespace, with everything that an app may do";
  return `namespace${namespaces.length === 1 ? "" : "s"} ${few(namespaces)}`;
}

function hostsOf({ hosts }: Limits): string {
  if (hosts === undefined) return "every free host";
  return `the host${hosts.length === 1 ? "" : "s"} ${few(hosts)}`;
}

/** The changes of the limits of app files and of isolation. A comparison of access shows none of them. */
export function limitChanges(before: Stack | undefined, after: Stack | undefined): Widened[] {
  return [...widenedFiles(before, after), ...loosened(before, after)];
}

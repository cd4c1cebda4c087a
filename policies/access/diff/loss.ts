import type { Verdict } from "../matrix/decider.ts";
import { openAt } from "../matrix/reasons.ts";
import type { ProtectedApp, View } from "../matrix/view.ts";
import { members } from "../people.ts";

/** Why a caller does not pass any more, and the place to edit to let them in again. */
export interface Loss {
  keyPath: string;
  reason: string;
}

/**
 * Explains what happened to the line that granted access. The person left the group, the app no longer names the
 * group, a network keeps the person out, or the app is gone.
 *
 * @param was What let the caller in.
 * @param is What refuses them now; absent when no route has the host any more.
 */
export function explainLoss(
  person: string,
  was: Verdict,
  wasApp: ProtectedApp | undefined,
  is: Verdict,
  isApp: ProtectedApp | undefined,
  after: View,
): Loss {
  if (!isApp) return { keyPath: wasApp?.at ?? is.keyPath, reason: "no app answers there any more" };
  if (is.criterion !== "none") return { keyPath: is.keyPath, reason: is.reason };
  const [, group] = /^users\.groups\.(.+)\[\d+\]$/.exec(was.keyPath) ?? [];
  if (group !== undefined) {
    if (after.directory && members(after.directory, group)?.includes(person))
      return { keyPath: `${isApp.at}.access.groups`, reason: `the app no longer names group ${group}` };
    if (after.directory) return { keyPath: `users.groups.${group}`, reason: `removed from group ${group}` };
  }
  if (was.keyPath.startsWith("users.admins["))
    return { keyPath: "users.admins", reason: "no longer an admin" };
  if (was.criterion === "open" || was.criterion === "http_path") {
    const named = isApp.access?.kind === "people" || isApp.access?.kind === "apiOnly";
    return { keyPath: named ? openAt(isApp) : is.keyPath, reason: "no longer open to anonymous callers" };
  }
  if (was.criterion === "public") return { keyPath: is.keyPath, reason: "no longer public" };
  return { keyPath: is.keyPath, reason: "no longer named" };
}

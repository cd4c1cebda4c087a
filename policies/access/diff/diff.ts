import { isDeepStrictEqual } from "node:util";
import { appOfHost, byHost } from "../matrix/by-host.ts";
import { openMatrix } from "../matrix/matrix.ts";
import { mentionsOf } from "../matrix/mentions.ts";
import { answererAt, type ProtectedApp, unreadable, type View } from "../matrix/view.ts";
import { everybody } from "../people.ts";
import { diffHost } from "./host.ts";
import { type OpenPaths, openPaths } from "./open-paths.ts";
import type { Row } from "./rows.ts";

/** The changes between two views. Rows are in the order of hosts, then of `kinds`. */
export interface AccessDiff {
  before: string;
  after: string;
  rows: readonly Row[];
  /** Hosts that everybody reaches after the change. */
  public: readonly string[];
  /** Paths that anonymous callers reach although they do not reach the whole app. */
  open: OpenPaths;
  /** Apps that cannot be read, on either side. */
  unreadable: readonly { view: string; at: string; reason: string }[];
}

/** The people of a view, from its stack file and from its policies. */
function peopleOf({ directory, apps }: View): string[] {
  return [...(directory ? everybody(directory) : []), ...mentionsOf(apps).people.flat()];
}

/**
 * Whether an Ingress without a host cannot be read. Pomerium often refuses such an Ingress as a whole. What it may have
 * opened must not hide what opens now.
 */
const mayAnswerNothing = (app: ProtectedApp): boolean => app.host === "*" && unreadable(app).length > 0;

/**
 * Compares who may reach what in two views.
 *
 * A change that everybody shares is one row. A path that opens to anonymous callers is not a gain of each person.
 * A path that opens to strangers is a gain of the `stranger` only. A request that becomes `unknown` is never a gain. If
 * it passed before, it is a `loss` whose `after` is `unknown`. A host that only one view names is compared with the app
 * that answers it in the other view by a wildcard.
 */
export function diffAccess(before: View, after: View): AccessDiff {
  const [was, is] = [byHost(before.apps), byHost(after.apps)];
  const everyone = new Set([...peopleOf(before), ...peopleOf(after)]);
  const readable = byHost(before.apps.filter((app) => !mayAnswerNothing(app)));
  const rows = [...new Set([...was.keys(), ...is.keys()])].flatMap((host) => {
    // Where no app has the host, one with a wildcard may answer it.
    const then = appOfHost(readable, host) ?? was.get(host);
    const now = appOfHost(is, host);
    // Most hosts do not change.
    if (isDeepStrictEqual(then, now)) return [];
    const at = (app: ProtectedApp | undefined) => app && { ...app, host };
    const found = diffHost(host, after, everyone, at(then), at(now));
    if (then === undefined || now === undefined) return found;
    const [first, second] = [answererAt(then, "/"), answererAt(now, "/")];
    if (first.host === second.host) return found;
    const cause = `${second.name} answers there now, in place of ${first.name}`;
    return found.map((row) => ({ ...row, reason: `${cause}: ${row.reason}` }));
  });
  const now = openMatrix(after.apps);
  return {
    before: before.name,
    after: after.name,
    rows: rows.map((row) => {
      const file = after.fileOf?.(row.keyPath);
      return file === undefined ? row : { ...row, file };
    }),
    public: [...new Set(now.filter((app) => app.public).map(({ app }) => app.host))],
    open: openPaths(openMatrix(before.apps), now),
    unreadable: [before, after].flatMap((view) =>
      [...byHost(view.apps).values()].flatMap((app) =>
        app.routes.flatMap((route) =>
          unreadable({ routes: [route] }).map((reason) => ({
            view: view.name,
            at: route.at ?? app.at,
            reason,
          })),
        ),
      ),
    ),
  };
}

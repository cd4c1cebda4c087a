import type { TestResult } from "../policies/access/assertions/run.ts";
import type { Untested } from "../policies/access/assertions/untested.ts";
import type { Moves } from "../policies/access/before-pomerium.ts";
import type { AccessDiff } from "../policies/access/diff/diff.ts";
import type { Matrix } from "../policies/access/matrix/matrix.ts";
import { personal } from "../policies/access/matrix/reasons.ts";
import { unreadable } from "../policies/access/matrix/view.ts";
import { json } from "./envelope.ts";

/** The matrix for machines. People with equal answers are one group; each has their own line of the stack file. */
export function matrixJson({ people, apps }: Matrix): string {
  return json("access-matrix", {
    people,
    apps: apps.map((access) => ({
      name: access.app.name,
      at: access.app.at,
      host: access.app.host,
      public: access.public,
      ...(access.app.isolated === undefined ? {} : { isolated: access.app.isolated }),
      open: access.open,
      unreadable: unreadable(access.app),
      probes: access.probes,
      groups: access.alike.map(({ principals, mark, verdicts }) => ({
        mark,
        principals: principals.map((name) => {
          const own = verdicts
            .map((verdict) => personal(verdict, access.app, name))
            .find((one, i) => one !== verdicts[i]);
          return own ? { name, keyPath: own.keyPath, reason: own.reason } : { name };
        }),
        verdicts,
      })),
    })),
  });
}

/** The diff for machines, with who passed under ingress-nginx if that is known. */
export function diffJson(diff: AccessDiff, moves?: Moves): string {
  const counts: Record<string, number> = {};
  for (const { kind } of diff.rows) counts[kind] = (counts[kind] ?? 0) + 1;
  return json("access-diff", {
    ...diff,
    counts,
    ...(moves === undefined ? {} : { nginx: movesData(moves) }),
  });
}

function movesData({ source, unknown, before, after, rows }: Moves): object {
  return {
    source,
    unknown,
    before,
    after,
    hosts: rows.map(({ was: { host, app, ingresses, site, paths }, after: becomes, open }) => ({
      host,
      ...(app === undefined ? {} : { app: app.name, newHost: app.host }),
      ingresses,
      ...site,
      paths: paths.map(({ path, guarded }) => ({ path, ...guarded })),
      after: becomes,
      openPaths: open,
    })),
  };
}

/** The results of the access tests for machines. */
export function testsJson(results: readonly TestResult[], untested: readonly Untested[]): string {
  const failed = results.filter(({ passed }) => !passed).length;
  return json("access-tests", { passed: results.length - failed, failed, results, untested });
}

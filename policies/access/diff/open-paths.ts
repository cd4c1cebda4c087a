import type { OpenAccess } from "../matrix/matrix.ts";

/**
 * How many paths are open, and on how many apps. An app that becomes public as a whole has no counted paths any
 * more, so a path may leave the count without being closed.
 */
export interface OpenPaths {
  paths: number;
  apps: number;
  before: { paths: number; apps: number };
  /** How many paths entered and left the count. */
  entered: number;
  left: number;
}

/** Counts the open paths before and after a change. */
export function openPaths(before: readonly OpenAccess[], now: readonly OpenAccess[]): OpenPaths {
  const hostsAndPaths = (apps: readonly OpenAccess[]): Set<string> =>
    new Set(apps.flatMap(({ app, open }) => open.map(({ path }) => `${app.host}${path}`)));
  const counts = (apps: readonly OpenAccess[]): { paths: number; apps: number } => ({
    paths: hostsAndPaths(apps).size,
    apps: new Set(apps.filter(({ open }) => open.length > 0).map(({ app }) => app.host)).size,
  });
  const [were, are] = [hostsAndPaths(before), hostsAndPaths(now)];
  return {
    ...counts(now),
    before: counts(before),
    entered: [...are].filter((path) => !were.has(path)).length,
    left: [...were].filter((path) => !are.has(path)).length,
  };
}

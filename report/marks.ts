import type { AppAccess, Mark, OpenPath } from "../policies/access/matrix/matrix.ts";
import { networksOfAccess } from "../policies/access/routes.ts";

/** The character of each mark. */
export const glyphs: Readonly<Record<Mark, string>> = {
  people: "●",
  api: "○",
  public: "◎",
  unknown: "?",
  none: "",
};

/** What a mark means. */
export const meanings: Readonly<Record<Mark, string>> = {
  people: "signs in and passes",
  api: "no more than the open paths",
  public: "everybody passes, signed in or not",
  unknown: "cannot be decided",
  none: "does not pass",
};

/** `/api/…` if the paths below are open too, `/login` for the path alone, `/api…` without a boundary. */
export function openText({ path, self, slash, below, beside }: OpenPath): string {
  if (beside) return `${path}…`;
  if (below) return path === "/" ? "/…" : `${path}/…`;
  return slash && !self ? `${path}/` : path;
}

/** Apps that can be opened completely by putting an open path into the query string. */
export function openByQuery(apps: readonly AppAccess[]): AppAccess[] {
  return apps.filter(({ open }) => open.some(({ byQuery }) => byQuery));
}

/** Networks outside which nobody passes, if the stack file names any. */
export function networksOf({ app: { access } }: AppAccess): readonly string[] {
  return networksOfAccess(access);
}

/** A note for an app that pods of the cluster reach without Pomerium, in a stack that isolates other apps. */
export function insideText({ app: { isolated } }: AppAccess): string {
  return isolated === false ? "reachable inside the cluster" : "";
}

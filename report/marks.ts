import type { AppAccess, Mark, OpenPath } from "../policies/access/matrix/matrix.ts";

/** How a mark is shown, everywhere alike. */
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

/** `/api/…` when what lies below is open, `/ping` for the path alone, `/api…` when it has no boundary. */
export function openText({ path, self, slash, below, beside }: OpenPath): string {
  if (beside) return `${path}…`;
  if (below) return path === "/" ? "/…" : `${path}/…`;
  return slash && !self ? `${path}/` : path;
}

/** Apps whose open paths open everything to who writes them into the query. */
export function openByQuery(apps: readonly AppAccess[]): AppAccess[] {
  return apps.filter(({ open }) => open.some(({ byQuery }) => byQuery));
}

/** Networks outside which nobody passes, where the stack file names some. */
export function networksOf({ app: { access } }: AppAccess): readonly string[] {
  return access?.kind === "people" || access?.kind === "apiOnly" ? access.from : [];
}

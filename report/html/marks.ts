import type { AppAccess, Mark } from "../../policies/access/matrix/matrix.ts";
import { unreadable } from "../../policies/access/matrix/view.ts";
import { glyphs, meanings } from "../marks.ts";
import type { State } from "./tab.ts";

/** CSS class of a mark; the style sheet draws the shape. */
export const markClass: Readonly<Record<Mark, string>> = {
  people: "p",
  api: "a",
  public: "u",
  unknown: "q",
  none: "n",
};

/** A mark in one word, for readers who do not see its shape. */
export const markWord: Readonly<Record<Mark, string>> = {
  people: "yes",
  api: "open paths",
  public: "public",
  unknown: "unknown",
  none: "no",
};

/** One mark, beside its meaning in words. */
export function symbol(mark: Mark): string {
  return `<span class="c ${markClass[mark]}" aria-hidden="true">${glyphs[mark]}</span>`;
}

/** The legend of the marks. */
export function legend(): string {
  const all = (["people", "api", "public", "unknown"] as const)
    .map((mark) => `<li>${symbol(mark)} ${meanings[mark]}</li>`)
    .join("");
  return `<ul class="legend" aria-label="Marks">${all}<li>blank: ${meanings.none}</li></ul>`;
}

/** The states of apps in the filter. */
export const appStates: readonly State[] = [
  ["public", "public"],
  ["open", "with open paths"],
  ["people", "for people"],
  ["nobody", "nobody passes"],
  ["unknown", "not decided"],
];

/** The states of an app. It may be in several. */
export function statesOf(access: AppAccess): string[] {
  const marks = new Set(access.alike.map(({ mark }) => mark));
  const isUnknown = isUndecided(access);
  const found = [
    ...(access.public ? ["public"] : []),
    ...(access.open.length > 0 ? ["open"] : []),
    ...(!access.public && marks.has("people") ? ["people"] : []),
    ...(isUnknown ? ["unknown"] : []),
  ];
  return found.length > 0 ? found : ["nobody"];
}

/** Whether a request to an app cannot be decided. */
export function isUndecided({ app, alike }: AppAccess): boolean {
  return (
    unreadable(app).length > 0 ||
    alike.some(({ verdicts }) => verdicts.some(({ decision }) => decision === "unknown"))
  );
}

import { esc } from "./escape.ts";

/** A part of a page. Several parts have a tab each; without the script, and on paper, they follow each other. */
export interface Tab {
  id: string;
  /** Title, in plain text. */
  title: string;
  /** Number beside the title: `16`, `3/5`. */
  count?: string;
  body: string;
}

/** Tells the parts of one stack apart from those of others on the same page. */
export interface Scope {
  /** In front of each id of the part: `stack-2-`. */
  id: string;
  /** Behind the names of its regions: ` of octavo`. */
  of: string;
}

/** The scope of a page about one stack. */
export const only: Scope = { id: "", of: "" };

/** A choice of the filter: value in `data-state`, and its words. */
export type State = readonly [value: string, words: string];

/** A part below its own heading. `head` is HTML; `kind` is a class of the style sheet. */
export function section(head: string, body: string, kind?: string): string {
  return `<section${kind === undefined ? "" : ` class="${kind}"`}><h3>${head}</h3>${body}</section>`;
}

/**
 * The filter of a list. The script shows it, fills the status and hides what does not fit; without the script there is no
 * filter. Items have the class `item`, and `data-state` with words of `states`.
 *
 * @param what What the text is compared with: `app, host or person`.
 * @param of Which list it is, if the page has several: ` of octavo`.
 */
export function filter(id: string, what: string, states: readonly State[], of = ""): string {
  const options = [["", "all"], ...states].map(
    ([value, words]) => `<option value="${value}">${words}</option>`,
  );
  return `<div class="filter" role="search" aria-label="Filter${esc(of)}: ${what}" hidden><label for="${id}-text">Show</label><input id="${id}-text" type="search" placeholder="${what}" autocomplete="off" spellcheck="false">${
    states.length === 0
      ? ""
      : `<label for="${id}-state">State</label><select id="${id}-state">${options.join("")}</select>`
  }<p class="status" role="status"></p></div>`;
}

import {
  type After,
  isOpen,
  isUnclear,
  type Move,
  type Moves,
} from "../../policies/access/before-pomerium.ts";
import type { AccessDiff } from "../../policies/access/diff/diff.ts";
import { type ChangeKind, kinds } from "../../policies/access/diff/rows.ts";
import { few } from "../../stack-file/text.ts";
import { afterText, guardedText, movesHeadline, unclearNotes } from "../before-text.ts";
import { changesOf, place, reasonText, whoIs } from "../diff-text.ts";

import { esc } from "./escape.ts";
import { filter, type State, section, type Tab } from "./tab.ts";

/** The data of the part about changes. At least one field is present. */
export interface Changed {
  diff?: AccessDiff;
  moves?: Moves;
  /** How the comparison with ingress-nginx is made, where it is absent. */
  hint?: string;
  /** Notes for the reader of the comparison. Default: none. */
  notes?: readonly string[];
}

/** Who gains and who loses access, and who passed before Pomerium. */
export function changesTab({ diff, moves, hint, notes = [] }: Changed): Tab {
  return {
    id: "changes",
    title: "Changes",
    ...(diff === undefined ? {} : { count: String(changesOf(diff).length + doorsOf(diff).length) }),
    body: [
      moves === undefined ? "" : movesSection(moves),
      diff === undefined ? "" : diffSection(diff),
      ...notes.map((note) => `<p class="card note">${esc(note)}</p>`),
      hint === undefined || moves !== undefined ? "" : `<p class="soft">${esc(hint)}</p>`,
    ].join("\n"),
  };
}

const tones: Readonly<Record<After, string>> = {
  everybody: "u",
  people: "p",
  paths: "a",
  nobody: "n",
  unknown: "q",
  stays: "n",
  abandoned: "n",
  unserved: "q",
};

/** Hosts that need a look come first: not recognised ones, then those that stay open, then those without an app. */
function weight({ was, after }: Move): number {
  if (isUnclear(was.site) || was.paths.some(({ guarded }) => isUnclear(guarded))) return 0;
  if (after === "everybody") return 1;
  return after === "unserved" || after === "unknown" ? 2 : 3;
}

const moveStates: readonly State[] = [
  ["open", "was open to everybody"],
  ["guarded", "was restricted"],
  ["unclear", "not recognised"],
];

function moveState({ site }: Move["was"]): string {
  if (isUnclear(site)) return "unclear";
  return isOpen(site) ? "open" : "guarded";
}

function movesSection(moves: Moves): string {
  const used = new Set(moves.rows.map(({ was }) => moveState(was)));
  const rows = moves.rows
    .toSorted((one, other) => weight(one) - weight(other))
    .map((move) => {
      const { was, after } = move;
      const name = was.app === undefined ? was.host : was.app.name;
      const hosts = was.app === undefined ? [] : [...new Set([was.host, was.app.host])];
      const state = moveState(was);
      const tone = { open: "u", guarded: "p", unclear: "q" }[state]!;
      const paths = was.paths.map(({ path, guarded }) => `${path}: ${guardedText(guarded)}`);
      return `<li class="row move item" data-state="${state}"><span><b>${esc(name)}</b> <span class="soft">${esc(
        hosts.join(" → "),
      )}</span></span><span><span class="tag ${tone}">${esc(guardedText(was.site))}</span>${
        paths.length === 0 ? "" : ` <span class="soft">${esc(few(paths, 4))}</span>`
      }</span><span class="to"><span aria-hidden="true">→</span><span class="vh">then</span> <span class="tag ${tones[after]}">${esc(
        afterText(move),
      )}</span></span></li>`;
    });
  const problems = [...unclearNotes(moves), ...moves.unknown].map(
    (note) => `<p class="card note odd">${esc(note)}</p>`,
  );
  const list =
    rows.length === 0
      ? ""
      : `<div class="filtered">${filter(
          "moves",
          "app or host",
          moveStates.filter(([state]) => used.has(state)),
        )}<ul class="card rows">${rows.join("")}</ul></div>`;
  return section(
    `Under ingress-nginx, then with Pomerium <span class="soft">${esc(moves.source)}</span>`,
    `<p class="lead">${esc(movesHeadline(moves))}.</p>${problems.join("")}${list}`,
  );
}

const doorKinds: readonly ChangeKind[] = ["public", "private", "appeared", "unreachable", "opened", "closed"];

const doorTones: Partial<Record<ChangeKind, string>> = { public: "u", opened: "door", unreachable: "minus" };

const doorsOf = ({ rows }: AccessDiff): AccessDiff["rows"] =>
  rows
    .filter(({ kind }) => doorKinds.includes(kind))
    .toSorted((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind));

const signs = {
  "+": { tone: "plus", word: "gains", state: "gain" },
  "-": { tone: "minus", word: "loses", state: "loss" },
  "?": { tone: "q", word: "not known", state: "unknown" },
} as const;

const diffStates: readonly State[] = [
  ["door", "hosts and paths"],
  ["gain", "gains"],
  ["loss", "losses"],
  ["unknown", "not known"],
];

function diffSection(diff: AccessDiff): string {
  const doors = doorsOf(diff).map(
    (row) =>
      `<li class="row item" data-state="door"><span><span class="tag ${doorTones[row.kind] ?? "plus"}">${row.kind}</span></span><span>${esc(
        row.person === "everybody" ? "everybody" : whoIs(row.person),
      )}</span><code>${esc(place(row))}</code><span class="soft">${esc(reasonText(row))}</span></li>`,
  );
  const people = changesOf(diff).map(({ sign, person, hosts, row }) => {
    const { tone, word, state } = signs[sign];
    return `<li class="row item" data-state="${state}"><span><span class="tag ${tone}">${sign}${hosts.length} ${word}</span></span><b>${esc(
      whoIs(person),
    )}</b><code>${esc(few(hosts, 4))}</code><span class="soft">${esc(reasonText(row))}</span></li>`;
  });
  const unclear = diff.unreadable.map(
    ({ view, at, reason }) =>
      `<p class="card note odd">Not readable in ${esc(view)}: ${esc(at)}: ${esc(reason.split("\n")[0]!)}</p>`,
  );
  const rows = [...doors, ...people];
  const body =
    rows.length === 0
      ? '<p class="card pad">Nobody gains or loses anything.</p>'
      : `<div class="filtered">${filter("diff", "person, host or reason", rows.length > 1 ? diffStates : [])}<ul class="card rows">${rows.join("")}</ul></div>`;
  return section(
    `Who gains, who loses <span class="soft">${esc(diff.before)} → ${esc(diff.after)}</span>`,
    unclear.join("") + body,
  );
}

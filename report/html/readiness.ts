import { esc } from "./escape.ts";
import { only, type Tab } from "./tab.ts";

/** A gate, as its table for programs has it. */
export interface GateRow {
  name: string;
  ok: number;
  of: number;
  override?: string;
  missing: readonly { subject: string; note?: string; fix?: string }[];
}

/** What must still happen before ingress-nginx is removed. */
export interface Ready {
  ready: boolean;
  /** The same in words. */
  verdict: string;
  rows: readonly GateRow[];
}

export function readinessTab({ ready, verdict, rows }: Ready, { id } = only): Tab {
  const holding = rows.filter(({ missing }) => missing.length === 0).length;
  return {
    id: `${id}readiness`,
    title: "Readiness",
    ...(rows.length === 0 ? {} : { count: `${holding}/${rows.length}` }),
    body: `<p class="lead"><span class="tag ${ready ? "plus" : "minus"}">${esc(verdict)}</span></p>${
      rows.length === 0 ? "" : `<ul class="card gates">${rows.map(gate).join("")}</ul>`
    }`,
  };
}

function gate({ name, ok, of, override, missing }: GateRow): string {
  const holds = missing.length === 0;
  const [tone, word] = holds
    ? ["plus", "holds"]
    : override === undefined
      ? ["minus", "missing"]
      : ["door", "overridden"];
  const items = missing.map(
    ({ subject, note, fix }) =>
      `<li><b>${esc(subject)}</b>${note === undefined ? "" : ` ${esc(note)}`}${
        fix === undefined ? "" : `<br><code>${esc(fix)}</code>`
      }</li>`,
  );
  return `<li class="gate"><h3><span class="tag ${tone}">${word}</span> ${esc(name)} <span class="soft">${
    of === 0 ? "none" : `${ok} of ${of}`
  }</span></h3>${override === undefined ? "" : `<p>${holds ? "override not needed" : "overridden"}: ${esc(override)}</p>`}${
    items.length === 0 ? "" : `<ul>${items.join("")}</ul>`
  }</li>`;
}

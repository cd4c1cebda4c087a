import { counted } from "../../stack-file/text.ts";
import { type FleetRow, fleetPage } from "../fleet.ts";
import { esc, prose } from "./escape.ts";
import { sectionsTab } from "./sections.ts";
import type { Scope, Tab } from "./tab.ts";

/** One stack of a fleet with its details. */
export interface FleetStack {
  row: FleetRow;
  /** Access, readiness and audit, as far as they are known. Their ids begin with the stack's scope. */
  parts: readonly Tab[];
  /** What could not be read, with the complete reason. */
  unread: readonly Unread[];
}

/** Something that could not be read. */
export interface Unread {
  /** `stack file`, `readiness` or `audit`. */
  what: string;
  reasons: readonly { title: string; details: readonly string[] }[];
}

/** The scope of a stack by its place in the fleet, because the name of a file is no id. */
export function scopeOf(place: number, stack: string): Scope {
  return { id: `stack-${place}-`, of: ` of ${stack}` };
}

const panelId = (place: number): string => `stack-${place}`;

/** The table of all stacks, and a tab for each stack. */
export function fleetTabs(stacks: readonly FleetStack[]): Tab[] {
  const rows = stacks.map(({ row }) => row);
  return [sectionsTab("fleet", "Fleet", fleetPage(rows, panelId)), ...stacks.map(stackTab)];
}

function stackTab({ row: { stack, phase, problems }, parts, unread }: FleetStack, place: number): Tab {
  return {
    id: panelId(place),
    title: stack,
    ...(unread.length > 0
      ? { count: `${unread.map(({ what }) => what).join(", ")} not read` }
      : problems > 0
        ? { count: counted(problems, "problem") }
        : {}),
    body: [
      ...(phase === undefined ? [] : [`<p class="lead">phase ${esc(phase)}</p>`]),
      ...unread.map(unreadNote),
      ...parts.map((part) => partOf(part, parts.length === 1)),
    ].join("\n"),
  };
}

function unreadNote({ what, reasons }: Unread): string {
  const items = reasons.map(
    ({ title, details }) =>
      `${title === "" ? "" : `<h4>${esc(title)}</h4>`}<ul>${details.map((each) => `<li>${prose(each)}</li>`).join("")}</ul>`,
  );
  return `<section class="card note loud pad"><h3>${esc(what)} not read</h3>${items.join("")}</section>`;
}

/** A part that opens. Its content has the id, so that an address opens it without the script too. */
function partOf({ id, title, count, body }: Tab, isOpen: boolean): string {
  const number = count === undefined ? "" : ` <span class="count">${esc(count)}</span>`;
  return `<details class="part"${isOpen ? " open" : ""}><summary>${esc(title)}${number}</summary><div id="${id}">${body}</div></details>`;
}

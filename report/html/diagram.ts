import type { AppAccess } from "../../policies/access/matrix/matrix.ts";
import { counted, cut } from "../../stack-file/text.ts";
import { esc } from "./escape.ts";
import { callers, entries, type Lane, lanes, lanesOf, type Station, services } from "./stations.ts";
import type { Ways } from "./ways.ts";

const width = 1120;
/** Position of each column, in units of the drawing. */
const at = {
  caller: { left: 1, right: 187 },
  entry: { left: 232, right: 404 },
  pomerium: { left: 462, right: 718 },
  service: { line: 796, text: 812 },
};
const top = 40;
const laneGap = 92;

/** Approximate widths of a character: bold titles and small details. */
const wide = { title: 8.3, detail: 6.4 };

function text(kind: string, x: number, y: number, content: string): string {
  return `<text class="${kind}" x="${x}" y="${y}">${esc(content)}</text>`;
}

function box(
  kind: string,
  { left, right }: { left: number; right: number },
  y: number,
  station: Omit<Station, "lanes">,
): string {
  const room = right - left - 24;
  return `<g class="${kind}"><rect x="${left}" y="${y - 29}" width="${right - left}" height="58" rx="10"/>${text(
    "t",
    left + 14,
    y - 3,
    cut(station.title, Math.floor(room / wide.title)),
  )}${text("d", left + 14, y + 15, cut(station.detail, Math.floor(room / wide.detail)))}</g>`;
}

function curve(lane: Lane, x1: number, y1: number, x2: number, y2: number): string {
  const middle = (x1 + x2) / 2;
  return `<path class="w-${lane}" d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"/>`;
}

/** A question that Pomerium asks on a lane. */
function chip(lane: Lane, x: number, y: number, w: number, content: string): string {
  return `<g class="chip-${lane}"><rect x="${x}" y="${y - 13}" width="${w}" height="26" rx="13"/>${text(
    "mid",
    x + w / 2,
    y + 4,
    content,
  )}</g>`;
}

/** The mark of a lane, in the shapes of the grid. */
function mark(lane: Lane, x: number, y: number): string {
  if (lane === "people") return `<circle class="m-people" cx="${x}" cy="${y}" r="5.5"/>`;
  if (lane === "api") return `<circle class="m-api" cx="${x}" cy="${y}" r="4.6"/>`;
  return `<g class="m-public"><circle cx="${x}" cy="${y}" r="6"/><circle class="dot" cx="${x}" cy="${y}" r="2.2"/></g>`;
}

function service({ title, detail, lanes: reached }: Station, y: number, tall: boolean): string {
  const x = at.service.text + Math.max(1, reached.length) * 17 - 4;
  const marks =
    reached.length === 0
      ? text("m-unknown", at.service.text, y + 5, "?")
      : reached.map((lane, i) => mark(lane, at.service.text + i * 17, y)).join("");
  const room = width - x;
  if (tall)
    return `${marks}${text("t s", x, y - 3, cut(title, Math.floor(room / wide.title)))}${text(
      "d",
      x,
      y + 14,
      cut(detail, Math.floor(room / wide.detail)),
    )}`;
  const name = cut(title, 22);
  const left = Math.floor((room - [...name].length * wide.title - 20) / wide.detail);
  // Too long: drop the namespace first, since it mostly repeats the name.
  const short = [...detail].length <= left ? detail : cut(detail.slice(detail.indexOf("/") + 1), left);
  return `${marks}${text("t s", x, y + 4, name)}${left > 8 ? text("d end", width, y + 4, short) : ""}`;
}

/** Pomerium between the way in and the services, with its question on each used lane. */
function gate(
  used: ReadonlySet<Lane>,
  middle: number,
  laneY: (lane: Lane) => number,
  ways: Ways | undefined,
): string {
  const { left, right } = at.pomerium;
  const head = middle - laneGap * 1.5 - 6;
  const people = laneY("people");
  const signIn = ways ? `${ways.signIn.provider} · ${ways.signIn.host}` : "";
  return [
    text("gate-t", (left + right) / 2, head + 24, "Pomerium"),
    ...(used.has("people")
      ? [
          chip("people", left + 20, people, 98, "sign in"),
          chip("people", left + 134, people, 102, "on the list?"),
          text("d mid", (left + right) / 2, people + 34, cut(signIn, 38)),
        ]
      : []),
    ...(used.has("api") ? [chip("api", left + 68, laneY("api"), 120, "an open path?")] : []),
    ...(used.has("public") ? [chip("public", left + 62, laneY("public"), 132, "nothing is asked")] : []),
  ].join("");
}

/** The drawing for readers who do not see it. The lists of the page name the apps. */
function inWords(apps: readonly AppAccess[], leading: readonly Station[]): string {
  const counts = lanes.map((lane) => {
    const reached = apps.filter((app) => lanesOf(app).includes(lane)).length;
    return `${callers[lane].title} (${callers[lane].detail}) reach ${reached === 0 ? "no app" : counted(reached, "app")}`;
  });
  const ways = leading.map(({ title, detail }) => `${title} ${detail}`);
  return `The way of a request to Pomerium and its service. ${counts.join(". ")}. Ways in: ${ways.join(", ")}.`;
}

/** Where the parts of a drawing are. */
interface Layout {
  height: number;
  middle: number;
  /** Whether each service has two lines. */
  tall: boolean;
  laneY(lane: Lane): number;
  entryY(i: number): number;
  serviceY(i: number): number;
}

function layoutOf(leading: readonly Station[], answering: readonly Station[]): Layout {
  const tall = answering.length <= 8;
  const row = tall ? 52 : 29;
  const height = top + Math.max(laneGap * 3 + 16, answering.length * row, leading.length * 84);
  const middle = top + (height - top) / 2;
  const spread = (i: number, count: number, gap: number): number => middle + (i - (count - 1) / 2) * gap;
  return {
    height,
    middle,
    tall,
    laneY: (lane) => spread(lanes.indexOf(lane), lanes.length, laneGap),
    entryY: (i) => spread(i, leading.length, 96),
    serviceY: (i) => spread(i, answering.length, row),
  };
}

/** The parts of a drawing. Lines are below boxes. */
interface Drawn {
  lines: string[];
  boxes: string[];
}

/** The callers of a lane that no app uses. */
function idleCallers(lane: Lane, y: number): string {
  const detail = lane === "public" ? "no app is public" : "none of the apps";
  return box("caller idle", at.caller, y, { title: callers[lane].title, detail });
}

/** The callers of a lane, and their ways through the entries and through Pomerium. */
function drawnLane(lane: Lane, leading: readonly Station[], { laneY, entryY }: Layout): Drawn {
  const y = laneY(lane);
  const { left, right } = at.pomerium;
  const ways = leading.flatMap((entry, i) => {
    if (!entry.lanes.includes(lane)) return [];
    const port = entryY(i) + (lanes.indexOf(lane) - 1) * 11;
    return [curve(lane, at.caller.right, y, at.entry.left, port), curve(lane, at.entry.right, port, left, y)];
  });
  return {
    lines: [...ways, curve(lane, left, y, right, y)],
    boxes: [box(`caller c-${lane}`, at.caller, y, callers[lane]), mark(lane, at.caller.right - 17, y - 14)],
  };
}

/** A service, and the ways to it from Pomerium. */
function drawnService(end: Station, y: number, { laneY, tall }: Layout): Drawn {
  const apart = end.lanes.length > 1;
  return {
    lines: end.lanes.map((lane, k) =>
      curve(lane, at.pomerium.right, laneY(lane), at.service.line, y + (apart ? (k - 0.5) * 6 : 0)),
    ),
    boxes: [service(end, y, tall)],
  };
}

/**
 * Draws the way of a request: callers, the router or tunnel, Pomerium's questions, the services. Each lane has a
 * different stroke (solid, dotted, dashed), so colour is not needed to tell the lanes apart.
 */
export function diagram(apps: readonly AppAccess[], ways: Ways | undefined): string {
  const used = new Set(apps.flatMap(lanesOf));
  const [leading, answering] = [entries(apps, ways), services(apps, ways)];
  const layout = layoutOf(leading, answering);
  const { height, middle, laneY, entryY, serviceY } = layout;
  const { left, right } = at.pomerium;
  const drawn: Drawn[] = [
    ...lanes.map((lane) =>
      used.has(lane)
        ? drawnLane(lane, leading, layout)
        : { lines: [], boxes: [idleCallers(lane, laneY(lane))] },
    ),
    { lines: [], boxes: leading.map((entry, i) => box("entry", at.entry, entryY(i), entry)) },
    ...answering.map((end, i) => drawnService(end, serviceY(i), layout)),
  ];
  const heads = [
    text("head", at.caller.left, 14, "Who asks"),
    text("head", at.entry.left, 14, "The way in"),
    text("head", left, 14, "What is asked of them"),
    text("head", at.service.text - 6, 14, "What answers"),
  ];
  const wall = `<rect class="gate" x="${left}" y="${middle - laneGap * 1.5 - 6}" width="${right - left}" height="${
    laneGap * 3 + 12
  }" rx="16"/>`;
  return `<svg class="way" viewBox="0 0 ${width} ${height}" role="img" aria-label="${esc(inWords(apps, leading))}">${[
    ...heads,
    wall,
    ...drawn.flatMap(({ lines }) => lines),
    gate(used, middle, laneY, ways),
    ...drawn.flatMap(({ boxes }) => boxes),
  ].join("")}</svg>`;
}

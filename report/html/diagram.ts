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

/**
 * Draws the way of a request: callers, the router or tunnel, Pomerium's questions, the services. Each lane has a
 * different stroke (solid, dotted, dashed), so colour is not needed to tell the lanes apart.
 */
export function diagram(apps: readonly AppAccess[], ways: Ways | undefined): string {
  const used = new Set(apps.flatMap(lanesOf));
  const [leading, answering] = [entries(apps, ways), services(apps, ways)];
  const tall = answering.length <= 8;
  const row = tall ? 52 : 29;
  const height = top + Math.max(laneGap * 3 + 16, answering.length * row, leading.length * 84);
  const middle = top + (height - top) / 2;
  const spread = (i: number, count: number, gap: number): number => middle + (i - (count - 1) / 2) * gap;
  const laneY = (lane: Lane): number => spread(lanes.indexOf(lane), lanes.length, laneGap);
  const { left, right } = at.pomerium;

  const lines: string[] = [];
  const boxes: string[] = [];
  for (const lane of lanes) {
    const y = laneY(lane);
    const idle = {
      title: callers[lane].title,
      detail: lane === "public" ? "no app is public" : "none of the apps",
    };
    boxes.push(
      box(
        used.has(lane) ? `caller c-${lane}` : "caller idle",
        at.caller,
        y,
        used.has(lane) ? callers[lane] : idle,
      ),
    );
    if (!used.has(lane)) continue;
    boxes.push(mark(lane, at.caller.right - 17, y - 14));
    for (const [i, entry] of leading.entries())
      if (entry.lanes.includes(lane)) {
        const port = spread(i, leading.length, 96) + (lanes.indexOf(lane) - 1) * 11;
        lines.push(
          curve(lane, at.caller.right, y, at.entry.left, port),
          curve(lane, at.entry.right, port, left, y),
        );
      }
    lines.push(curve(lane, left, y, right, y));
  }
  for (const [i, entry] of leading.entries())
    boxes.push(box("entry", at.entry, spread(i, leading.length, 96), entry));
  for (const [i, end] of answering.entries()) {
    const y = spread(i, answering.length, row);
    for (const [k, lane] of end.lanes.entries())
      lines.push(
        curve(lane, right, laneY(lane), at.service.line, y + (end.lanes.length > 1 ? (k - 0.5) * 6 : 0)),
      );
    boxes.push(service(end, y, tall));
  }

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
    ...lines,
    gate(used, middle, laneY, ways),
    ...boxes,
  ].join("")}</svg>`;
}

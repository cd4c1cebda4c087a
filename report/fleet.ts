import { counted } from "../stack-file/text.ts";
import { code, plainText } from "./markdown.ts";
import type { Page } from "./sections.ts";
import { aligned, visible } from "./text.ts";

/** One stack of a fleet. Parts that could not be read are in `failed`; they are absent otherwise. */
export interface FleetRow {
  stack: string;
  phase?: string;
  apps?: number;
  people?: number;
  /** Apps that everybody reaches. */
  public?: number;
  /** Paths that anybody may call, on apps that are not public. */
  openPaths?: number;
  /** Problems of the stack file, failed access tests included. */
  problems: number;
  /** The live cluster. Absent if it was not asked. */
  live?: FleetCluster;
  /** What could not be read, in one line each, with the command that tells more. */
  failed: readonly string[];
}

/** What a cluster says. A part that was not read is absent. */
export interface FleetCluster {
  ready?: { ready: boolean; verdict: string };
  audit?: { hosts: number; blockers: number };
}

const number = (value: number | undefined): string => (value === undefined ? "?" : String(value));

function cells(row: FleetRow, isLive: boolean): string[] {
  const { stack, phase, apps, people, public: open, openPaths, problems, live } = row;
  const own = [stack, phase ?? "?", ...[apps, people, open, openPaths].map(number), String(problems)];
  if (!isLive) return own;
  const audit = live?.audit;
  return [
    ...own,
    live?.ready?.verdict ?? "?",
    audit === undefined
      ? "?"
      : `${counted(audit.hosts, "host")}${audit.blockers === 0 ? "" : `, ${audit.blockers} to change first`}`,
  ];
}

function headOf(isLive: boolean): string[] {
  const own = ["stack", "phase", "apps", "people", "public", "open paths", "problems"];
  return isLive ? [...own, "ready", "ingress-nginx"] : own;
}

const asked = (rows: readonly FleetRow[]): boolean => rows.some(({ live }) => live !== undefined);

/** `2 stacks, 20 apps, 1 public, 1 problem`. */
function summaryOf(rows: readonly FleetRow[]): string {
  const sum = (of: (row: FleetRow) => number | undefined): number =>
    rows.reduce((total, row) => total + (of(row) ?? 0), 0);
  return [
    counted(rows.length, "stack"),
    counted(
      sum(({ apps }) => apps),
      "app",
    ),
    `${sum((row) => row.public)} public`,
    counted(
      sum(({ problems }) => problems),
      "problem",
    ),
  ].join(", ");
}

const failures = (rows: readonly FleetRow[]): string[] =>
  rows.flatMap(({ stack, failed }) => failed.map((line) => `${stack}: ${line}`));

/** A fleet for a terminal. */
export function fleetText(rows: readonly FleetRow[]): string {
  const isLive = asked(rows);
  const table = [headOf(isLive), ...rows.map((row) => cells(row, isLive))];
  const failed = failures(rows);
  return `${[
    ...aligned(
      table.map((row) => row.map(visible)),
      "  ",
    ),
    ...(failed.length > 0 ? ["", ...failed.map((line) => visible(`! ${line}`))] : []),
  ].join("\n")}\n`;
}

/** A fleet as Markdown. */
export function fleetMarkdown(rows: readonly FleetRow[]): string {
  const isLive = asked(rows);
  const head = headOf(isLive);
  const line = (texts: readonly string[]): string => `| ${texts.join(" | ")} |`;
  const failed = failures(rows);
  return `${[
    line(head),
    line(head.map(() => "---")),
    ...rows.map((row) => {
      const [stack = "", ...rest] = cells(row, isLive);
      return line([code(stack), ...rest.map(plainText)]);
    }),
    ...(failed.length > 0 ? ["", ...failed.map((each) => `- ${plainText(each)}`)] : []),
  ].join("\n")}\n`;
}

/**
 * A fleet as plain sections, for a page.
 *
 * @param anchor The id of a stack's details, by its place in the fleet.
 */
export function fleetPage(rows: readonly FleetRow[], anchor: (place: number) => string): Page {
  const isLive = asked(rows);
  const failed = rows.filter(({ failed: lines }) => lines.length > 0);
  return {
    title: "Fleet",
    summary: summaryOf(rows),
    sections: [
      ...(failed.length === 0
        ? []
        : [
            {
              title: "Not readable",
              items: failed.map(({ stack, failed: lines }) => ({ title: stack, details: [...lines] })),
            },
          ]),
      {
        title: "Stacks",
        table: {
          head: headOf(isLive),
          rows: rows.map((row) => cells(row, isLive)),
          anchors: rows.map((_, place) => anchor(place)),
        },
      },
    ],
  };
}

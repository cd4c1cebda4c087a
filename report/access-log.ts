import type { Needed } from "../policies/access-log/needed.ts";
import type { Tally } from "../policies/access-log/tally.ts";
import type { Unused, UnusedGrants } from "../policies/access-log/unused.ts";
import { counted, cut, few, width } from "../stack-file/text.ts";
import { apiPathInFlow } from "../stack-file/yaml-flow.ts";
import { aligned, columns, indented, visible } from "./text.ts";

/** Rows of one table; `--json` has all. */
const mostRows = 12;

/** Fewer days than these prove little about who needs an access. */
const tellingDays = 30;

const day = 86_400_000;

/** What a log says about a stack. */
export interface LogReport {
  stack: string;
  source: string;
  tally: Tally;
  needed: readonly Needed[];
  grants: UnusedGrants;
  /** File, line and column of a key path: `Pulumi.home.yaml:31:5`; empty if it is not known. */
  placeOf(at: string): string;
}

/** The report for a terminal. */
export function accessLogText(report: LogReport): string {
  const { stack, source, tally, grants, needed } = report;
  return `${[
    ...indented(visible(`${stack}: ${counted(tally.decisions, "decision")} of Pomerium from ${source}`)),
    ...indented(spanText(tally)),
    ...readLines(tally),
    "",
    "REFUSED TO PROGRAMS",
    ...(needed.some(({ calls }) => calls.length > 0) ? [] : ["  none that is known as a program"]),
    ...needed.flatMap((one) => appLines(one, report)),
    ...otherLines(tally),
    "",
    "NOBODY USED",
    ...unusedLines(grants, tally, report),
  ].join("\n")}\n`;
}

const time = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ")} UTC`;

function spanText({ span, decisions }: Tally): string {
  if (decisions === 0) return 'There is no line "authorize check" in it: nothing can be said.';
  if (span === undefined) return "No line has a time, so it is not known how long the log goes back.";
  const length = span.to - span.from;
  const words =
    length >= 2 * day
      ? counted(Math.floor(length / day), "day")
      : counted(Math.max(1, Math.round(length / 3_600_000)), "hour");
  const span_ = `From ${time(span.from)} to ${time(span.to)}: ${words}.`;
  return length < tellingDays * day
    ? `${span_} That is little: who reads a book a month, or works from a tablet at weekends, may not be in it.`
    : span_;
}

function readLines({ unreadable, older, notListed, lines }: Tally): string[] {
  return [
    ...(unreadable > 0 ? [`Not readable, and not counted: ${counted(unreadable, "line")} of ${lines}.`] : []),
    ...(older > 0 ? [`Older than asked for: ${counted(older, "decision")}.`] : []),
    ...(notListed > 0
      ? indented(
          `Not listed one by one: ${counted(notListed, "refused request")} of rare paths, people or hosts. They may belong to listed ones, so the counts below are lower bounds.`,
        )
      : []),
  ];
}

function appLines(
  { app, at, host, calls, open, notOpened, already, line }: Needed,
  report: LogReport,
): string[] {
  const place = report.placeOf(at);
  if (calls.length === 0 && already === 0) return [];
  const rows = calls
    .slice(0, mostRows)
    .map(({ count, value: { method, path, client } }) => [
      `    ${count}`,
      method,
      cut(visible(path), 34),
      client === "" ? "(not told)" : cut(visible(client), 18),
    ]);
  const more = calls.length - rows.length;
  return [
    "",
    ...headLines(`  ${visible(app)}   ${visible(host)}`, place),
    ...aligned(rows),
    ...(more > 0 ? [`    and ${more} more, which --json lists`] : []),
    ...(already > 0
      ? indented(
          `would pass today, because the stack file opens the path by now: ${counted(already, "request")}`,
          4,
        )
      : []),
    ...open.flatMap(({ note, ...path }) =>
      note === undefined ? [] : indented(visible(`${apiPathInFlow(path)}: ${note}`), 4),
    ),
    ...[...Map.groupBy(notOpened, ({ why }) => why)].flatMap(([why, all]) => {
      const paths = few(
        all.map(({ path, count }) => `${path} (${count})`),
        3,
      );
      return indented(visible(`not opened: ${paths}: ${why}`), 4);
    }),
    ...(line === undefined
      ? []
      : [
          ...indented(
            `if they belong to an app that you use, ${line.replaces ? "write" : "add"} this line at ${line.at}${placeAfter(report.placeOf(line.at))}:`,
            4,
          ),
          ...indented(visible(line.text), 6),
        ]),
  ];
}

/** An app with its place. The place gets a separate line if both together are too long. */
function headLines(head: string, place: string): string[] {
  if (place === "") return [head];
  const line = `${head}   ${place}`;
  return width(line) <= columns ? [line] : [head, `    ${place}`];
}

const placeAfter = (place: string): string => (place === "" ? "" : ` (${place})`);

function otherLines({ browsers, scanners, people, otherHosts }: Tally): string[] {
  const hosts = otherHosts.slice(0, mostRows);
  const persons = people.slice(0, mostRows);
  return [
    "",
    `  browsers that were sent to the sign-in: ${counted(browsers, "request")}`,
    `  like a search for weak hosts: ${counted(scanners, "request")}`,
    ...(persons.length === 0
      ? []
      : [
          "",
          "  refused to people who are signed in:",
          ...aligned(
            persons.map(({ count, value: { email, host } }) => [
              `    ${count}`,
              cut(visible(email || "(address not told)"), 34),
              cut(visible(host), 30),
            ]),
          ),
          ...(people.length > persons.length
            ? [`    and ${people.length - persons.length} more, which --json lists`]
            : []),
        ]),
    ...(hosts.length === 0
      ? []
      : [
          "",
          "  to hosts that no app of the stack has:",
          ...aligned(hosts.map(({ count, value }) => [`    ${count}`, cut(visible(value), 60)])),
          ...(otherHosts.length > hosts.length
            ? [`    and ${otherHosts.length - hosts.length} more, which --json lists`]
            : []),
        ]),
  ];
}

function unusedLines(
  { unused, undecided }: UnusedGrants,
  { span, decisions }: Tally,
  { placeOf }: LogReport,
): string[] {
  if (decisions === 0) return ["  not known: the log is empty"];
  const since = span === undefined ? "" : ` since ${time(span.from)}`;
  const rows = (all: readonly Unused[]): string[] => {
    const cells = folded(all).map(({ app, what, at }) => ({
      grant: [`    ${cut(visible(app ?? "(any app)"), 16)}`, cut(visible(what), 26)],
      place: placeOf(at) || visible(at),
    }));
    const lines = aligned(cells.map(({ grant, place }) => [...grant, place]));
    if (lines.every((line) => width(line) <= columns)) return lines;
    const grants = aligned(cells.map(({ grant }) => grant));
    return cells.flatMap(({ place }, i) => [grants[i]!, `      ${place}`]);
  };
  return [
    ...(unused.length === 0
      ? ["  every grant was used"]
      : [`  no allowed request${since}:`, ...rows(unused)]),
    ...(undecided.length === 0 ? [] : ["  not known, because the log has no claims:", ...rows(undecided)]),
  ];
}

/** The open paths of an app in one row. */
function folded(all: readonly Unused[]): Omit<Unused, "kind">[] {
  return [...Map.groupBy(all, (one) => (one.kind === "open" ? `open ${one.at}` : one)).values()].map(
    (same) => {
      const [one] = same as [Unused];
      if (one.kind === "grant") return one;
      const what = `open: ${same.map(({ what: path }) => path).join(" ")}`;
      return { ...one, what };
    },
  );
}

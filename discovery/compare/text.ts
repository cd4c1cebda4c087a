import { aligned, columns, visible } from "../../report/text.ts";
import { counted, cut, width, wrapped } from "../../stack-file/text.ts";
import type { Observation } from "./answer.ts";
import { countsOf, type HostResult } from "./compare.ts";
import type { Difference, Setting, Severity } from "./difference.ts";
import { isSignIn } from "./pomerium-answers.ts";

export interface TextOptions {
  stack: string;
  old: string;
  fresh: string;
  authenticateHost: string;
  coexistPort: number;
  requests: number;
  milliseconds: number;
  /** Whether wanted differences are listed too. */
  all: boolean;
  /** The place of a key path in the stack file, `31:5`; empty if it is not known. */
  place(at: string): string;
  paint(severity: Severity, text: string): string;
}

/** A longer host is shown with its beginning. A longer result leaves less room for it. */
const widestHost = 38;

/** The two answers of a row, and the gaps of the table. */
const answerColumns = 2 * "sign-in".length + 3 * 2;

const marks: Readonly<Record<Severity, string>> = { danger: "✖", unexpected: "!", note: "·", wanted: " " };

/** The comparison for a terminal: a line for each host, then what differs. */
export function compareText(results: readonly HostResult[], options: TextOptions): string {
  const { stack, old, fresh, requests, milliseconds, all } = options;
  const counts = countsOf(results);
  const shared = sharedNotes(results);
  const shown = results.flatMap((result) => {
    const own = result.differences.filter(
      ({ severity, message }) => (all || severity !== "wanted") && !shared.has(message),
    );
    return own.length === 0 ? [] : ["", ...hostLines(result, own, options)];
  });
  const conclusion = [
    ...(counts.danger > 0 ? [`${counts.danger} dangerous`] : []),
    `${counts.unexpected} unexpected`,
    `${counts.wanted} wanted${counts.wanted > 0 && !all ? " (listed by --all)" : ""}`,
  ].join(", ");
  return `${[
    ...paragraph(
      `${stack}: old ${old}, new ${fresh} · ${counted(results.length, "host")}, ${counted(requests, "request")}, ${Math.ceil(milliseconds / 1000)} s`,
    ),
    "",
    ...table(results, options),
    ...shown,
    ...[...shared].flatMap(([message, count]) => [
      "",
      ...paragraph(`${marks.note} at ${count} hosts: ${message}`),
    ]),
    "",
    `Differences: ${conclusion}`,
  ].join("\n")}\n`;
}

/** Notes about several hosts, such as an authority that this machine does not trust, and the number of the hosts. */
function sharedNotes(results: readonly HostResult[]): Map<string, number> {
  const notes = results.flatMap(({ differences }) =>
    differences.filter(({ severity, question }) => severity === "note" && question === undefined),
  );
  const counts = [...Map.groupBy(notes, ({ message }) => message)].map(
    ([message, { length }]) => [message, length] as const,
  );
  return new Map(counts.filter(([, count]) => count > 1));
}

function table(results: readonly HostResult[], options: TextOptions): string[] {
  const rows = results.map((result) => row(result, options));
  const room = columns - answerColumns - Math.max(...rows.map(([, , , result]) => width(result)));
  const shown = rows.map(([host, ...rest]) => [cut(host, Math.min(widestHost, room)), ...rest]);
  return aligned([["host", "old", "new", "result"], ...shown], "  ");
}

function row(
  { host, asked, result, skipped, differences }: HostResult,
  options: TextOptions,
): [host: string, old: string, fresh: string, result: string] {
  const [site] = asked;
  const short = (observation: Observation | undefined): string => {
    if (observation === undefined) return "–";
    if (observation.failure !== undefined) return "none";
    return isSignIn(observation, options) ? "sign-in" : `${observation.status}`;
  };
  const worst = differences.filter(({ severity }) => severity === result).length;
  const words: Readonly<Record<HostResult["result"], string>> = {
    danger: `✖ ${worst} dangerous`,
    unexpected: `! ${worst} unexpected`,
    note: "as wanted, see below",
    wanted: "as wanted",
    same: "the same",
    skipped: `not compared: ${skipped?.split(":")[0]}`,
  };
  return [visible(host), short(site?.old), short(site?.fresh), words[result]];
}

function hostLines({ host, at }: HostResult, own: readonly Difference[], options: TextOptions): string[] {
  const told = new Set<string>();
  // One setting may remove several differences.
  const isNew = ({ at: key, write }: Setting): boolean => {
    const before = told.size;
    return told.add(`${key} ${write}`).size > before;
  };
  return [
    ...paragraph(`${host} (${at})`),
    ...joinedDifferences(own).flatMap(([{ severity, message, question, setting, command }, more]) => {
      const request =
        question === undefined ? "" : `${question.method} ${question.path} (${question.purpose})`;
      const requests = more > 0 ? `${request} and ${counted(more, "more request")}` : request;
      const [first = "", ...rest] = paragraph([requests, message].filter(Boolean).join(": "), columns - 4);
      const place = setting === undefined ? "" : options.place(setting.at);
      return [
        options.paint(severity, `  ${marks[severity]} ${first}`),
        ...rest.map((line) => options.paint(severity, `    ${line}`)),
        ...(setting === undefined || !isNew(setting)
          ? []
          : [
              ...paragraph(
                `${setting.at}${place === "" ? "" : ` (Pulumi.${options.stack}.yaml:${place})`}`,
                columns - 6,
              ).map((line) => `      ${line}`),
              `      + ${visible(setting.write)}`,
            ]),
        ...(command === undefined ? [] : [`      ${command}`]),
      ];
    }),
  ];
}

/** The first of differences that say the same, and how many more there are. */
function joinedDifferences(differences: readonly Difference[]): [Difference, number][] {
  const same = Map.groupBy(differences, ({ question: _, ...rest }) => JSON.stringify(rest));
  return [...same.values()].map((group) => [group[0]!, group.length - 1]);
}

function paragraph(text: string, limit = columns): string[] {
  return wrapped(visible(text), limit);
}

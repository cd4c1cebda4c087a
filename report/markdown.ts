import type { TestResult } from "../policies/access/assertions/run.ts";
import type { Untested } from "../policies/access/assertions/untested.ts";
import type { AccessDiff } from "../policies/access/diff/diff.ts";
import type { Row } from "../policies/access/diff/rows.ts";
import type { Matrix } from "../policies/access/matrix/matrix.ts";
import { counted, few } from "../stack-file/text.ts";
import { changesOf, openCount, place, reasonText, whoIs } from "./diff-text.ts";
import { glyphs, insideText, meanings, networksOf, openByQuery, openText } from "./marks.ts";
import { columns, merged } from "./table.ts";
import { visible } from "./text.ts";

/**
 * Text of a stack file or a cluster, so that neither Markdown nor GitHub gives it a meaning. It becomes no markup,
 * table border, mention, link, reference to an issue, emoji or formula. An entity alone would not do: GitHub looks for
 * mentions and links after it has read the entities.
 */
export function plainText(text: string): string {
  return visible(text)
    .replace(/[\\`*_[\]~<>&|]/g, (one) => `&#${one.charCodeAt(0)};`)
    .replace(/(?<!&)[@#$]|:(?=[\w+/-])|(?<=www)\./g, (one) => `<span>${one}</span>`);
}

/** The same text as code, which GitHub shows letter by letter. A table's border counts in code too. */
export function code(text: string): string {
  const safe = visible(text).replaceAll("|", "\\|");
  const runs = safe.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const pad = safe.startsWith("`") || safe.endsWith("`") || safe === "" ? " " : "";
  return `${fence}${pad}${safe}${pad}${fence}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

/** Long tables are below a summary that the reader opens. */
function folded(summary: string, lines: readonly string[], rows: number): string[] {
  if (rows <= 30) return [...lines, ""];
  return ["<details>", `<summary>${summary}</summary>`, "", ...lines, "", "</details>", ""];
}

const arrow = ({ before, after }: Row): string => `${before} → ${after}`;

/** The diff as Markdown. Each change has the rule and the line that decide. */
export function diffMarkdown(diff: AccessDiff): string {
  const changes = changesOf(diff);
  const doors = diff.rows.filter(({ kind }) =>
    ["public", "private", "opened", "closed", "unreachable", "appeared"].includes(kind),
  );
  const words: Record<string, string> = { "+": "may reach", "-": "loses", "?": "unknown for" };
  const lines: string[] = [`**Access**, ${plainText(diff.before)} → ${plainText(diff.after)}`, ""];
  if (changes.length === 0 && doors.length === 0) lines.push("Nobody gains or loses anything.", "");
  if (doors.length > 0)
    lines.push(
      ...table(
        ["", "where", "before → after", "why"],
        doors.map((row) => [row.kind, code(place(row)), arrow(row), plainText(reasonText(row))]),
      ),
      "",
    );
  if (changes.length > 0)
    lines.push(
      ...folded(
        `${counted(changes.length, "change")} of people`,
        table(
          ["", "who", "", "where", "rule", "why"],
          changes.map(({ sign, person, hosts, row }) => [
            `${sign}${hosts.length}`,
            plainText(whoIs(person)),
            words[sign]!,
            code(few(hosts, 3)),
            code(row.rule),
            plainText(reasonText(row)),
          ]),
        ),
        changes.length,
      ),
    );
  for (const { view, at, reason } of diff.unreadable)
    lines.push(
      `- not readable in ${plainText(view)}: ${plainText(at)}: ${plainText(reason.split("\n")[0]!)}`,
    );
  const hosts = diff.public.map(code);
  lines.push(
    `Public: ${diff.public.length === 0 ? "none" : few(hosts, 10)}. Open to anonymous callers: ${openCount(diff.open)}.`,
  );
  return `${lines.join("\n").trimEnd()}\n`;
}

/** Failed, undecided and untested cells; one line if there is no such cell. */
export function testsMarkdown(results: readonly TestResult[], untested: readonly Untested[]): string {
  const failed = results.filter(({ passed }) => !passed);
  const lines = [
    `**Access tests**: ${results.length - failed.length} passed, ${failed.length} failed, ${counted(untested.length, "app")} untested`,
    "",
  ];
  if (failed.length > 0)
    lines.push(
      ...folded(
        counted(failed.length, "failed test"),
        table(
          ["test", "who", "where", "expected", "got", "because", "fix"],
          failed.map(
            ({ at, principal, method, host, path, sourceIp, expected, got, reason, keyPath, fix }) => [
              code(at),
              plainText(whoIs(principal)),
              code(`${method} ${host}${path}${sourceIp ? ` from ${sourceIp}` : ""}`),
              expected,
              got,
              plainText(`${reason} (${keyPath})`),
              plainText(fix ?? ""),
            ],
          ),
        ),
        failed.length,
      ),
    );
  for (const { at, severity, message } of untested)
    lines.push(`- ${severity}: ${code(at)} ${plainText(message)}`);
  return `${lines.join("\n").trimEnd()}\n`;
}

/** People × apps as a table. People with equal columns share one. */
export function matrixMarkdown(all: Matrix): string {
  const shown = merged(columns(all));
  const lines = table(
    ["", ...shown.map(({ people }) => plainText(few(people, 3))), "open to anybody"],
    all.apps.map((access, row) => [
      `${plainText(access.app.name)}<br>${code(access.app.host)}`,
      ...shown.map(({ marks }) => glyphs[marks[row]!]),
      [
        access.public ? "**public**" : access.open.map((open) => code(openText(open))).join(" "),
        ...networksOf(access).map((network) => `only from ${code(network)}`),
        insideText(access),
      ]
        .filter(Boolean)
        .join("<br>"),
    ]),
  );
  const legend = (["people", "api", "public", "unknown"] as const)
    .map((mark) => `${glyphs[mark]} ${meanings[mark]}`)
    .join(" · ");
  const smuggled = openByQuery(all.apps).map(({ app }) => plainText(app.name));
  const warning =
    smuggled.length === 0
      ? []
      : [
          "",
          `Can be opened completely by putting an open path into the query string (${code("/?/api")}): ${few(smuggled, 10)}.`,
        ];
  return `${[...lines, "", legend, ...warning].join("\n")}\n`;
}

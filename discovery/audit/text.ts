import type { Page, PageSection } from "../../report/sections.ts";
import { visible } from "../../report/text.ts";
import { width } from "../../stack-file/text.ts";
import type { AuditOrigin } from "./page.ts";

/** Longer lines are hard to read. */
const widest = 120;

/**
 * An audit for a terminal.
 *
 * @param columns Width of the terminal. Every line fits, except for commands and single words that are longer.
 */
export function auditText(
  { title, summary, sections }: Page,
  provenance: AuditOrigin,
  { columns = 80 }: { columns?: number } = {},
): string {
  const { source, date, version, hash } = provenance;
  const limit = Math.min(columns, widest);
  return `${[
    ...wrap(`${title} from ${source}: ${summary}`, 0, limit),
    ...sections.flatMap((section) => ["", section.title, ...sectionLines(section, limit)]),
    "",
    ...wrap(`Made ${date} by pomerium-migration ${version}; content ${hash.slice(0, 12)}`, 0, limit),
  ].join("\n")}\n`;
}

function sectionLines({ lead = [], table, items = [], commands = [] }: PageSection, limit: number): string[] {
  return [
    ...lead.flatMap((text) => wrap(text, 2, limit)),
    ...(table === undefined ? [] : tableLines(table, limit)),
    ...items.flatMap(({ title, details }) => [
      ...wrap(title, 2, limit),
      ...details.flatMap((detail) => bulleted(detail, limit)),
    ]),
    ...commands.map((command) => `  ${visible(command)}`),
  ];
}

function bulleted(text: string, limit: number): string[] {
  const [first = "", ...rest] = wrap(text, 6, limit);
  return [`    - ${first.trimStart()}`, ...rest];
}

/** A table with its columns side by side if that fits; else each row as a record. */
function tableLines({ head, rows }: NonNullable<PageSection["table"]>, limit: number): string[] {
  const cells = [head, ...rows].map((row) => row.map(visible));
  const widths = head.map((_, i) => Math.max(...cells.map((row) => width(row[i] ?? ""))));
  const total = widths.reduce((sum, each) => sum + each + 3, -1);
  if (total <= limit)
    return cells.map((row) =>
      `  ${row.map((cell, i) => cell + " ".repeat(widths[i]! - width(cell))).join("   ")}`.trimEnd(),
    );
  return rows.flatMap(([first = "", ...rest]) => [
    ...wrap(first, 2, limit),
    ...rest.flatMap((cell, i) => {
      const label = `${head[i + 1]}: `;
      return wrap(label + cell, 4, limit);
    }),
  ]);
}

/** A text in lines that fit, each with this indentation. A word that is too long stays whole. */
function wrap(text: string, indent: number, limit: number): string[] {
  const lines: string[] = [];
  for (const word of visible(text).trim().split(/ +/)) {
    const line = lines.at(-1);
    if (line !== undefined && width(line) + width(word) + 1 <= limit)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(" ".repeat(indent) + word);
  }
  return lines;
}

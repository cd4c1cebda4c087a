import type { Page, PageSection } from "../../report/sections.ts";
import { visible } from "../../report/text.ts";
import { width } from "../../stack-file/text.ts";
import type { AuditOrigin } from "./page.ts";

/** Columns of a terminal that every line fits into, except for commands and single words that are longer. */
const columns = 80;

/** An audit for a terminal. */
export function auditText({ title, summary, sections }: Page, provenance: AuditOrigin): string {
  const { source, date, version, hash } = provenance;
  return `${[
    ...wrap(`${title} from ${source}: ${summary}`, 0),
    ...sections.flatMap((section) => ["", section.title, ...sectionLines(section)]),
    "",
    ...wrap(`Made ${date} by pomerium-migration ${version}; content ${hash.slice(0, 12)}`, 0),
  ].join("\n")}\n`;
}

function sectionLines({ lead = [], table, items = [], commands = [] }: PageSection): string[] {
  return [
    ...lead.flatMap((text) => wrap(text, 2)),
    ...(table === undefined ? [] : tableLines(table)),
    ...items.flatMap(({ title, details }) => [
      ...wrap(title, 2),
      ...details.flatMap((detail) => bulleted(detail)),
    ]),
    ...commands.map((command) => `  ${visible(command)}`),
  ];
}

function bulleted(text: string): string[] {
  const [first = "", ...rest] = wrap(text, 6);
  return [`    - ${first.trimStart()}`, ...rest];
}

/** A table with its columns side by side if that fits; else each row as a record. */
function tableLines({ head, rows }: NonNullable<PageSection["table"]>): string[] {
  const cells = [head, ...rows].map((row) => row.map(visible));
  const widths = head.map((_, i) => Math.max(...cells.map((row) => width(row[i] ?? ""))));
  const total = widths.reduce((sum, each) => sum + each + 3, -1);
  if (total <= columns)
    return cells.map((row) =>
      `  ${row.map((cell, i) => cell + " ".repeat(widths[i]! - width(cell))).join("   ")}`.trimEnd(),
    );
  return rows.flatMap(([first = "", ...rest]) => [
    ...wrap(first, 2),
    ...rest.flatMap((cell, i) => {
      const label = `${head[i + 1]}: `;
      return wrap(label + cell, 4);
    }),
  ]);
}

/** A text in lines that fit, each with this indentation. A word that is too long stays whole. */
function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  for (const word of visible(text).trim().split(/ +/)) {
    const line = lines.at(-1);
    if (line !== undefined && width(line) + width(word) + 1 <= columns)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(" ".repeat(indent) + word);
  }
  return lines;
}

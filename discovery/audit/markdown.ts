import { code, plainText } from "../../report/markdown.ts";
import type { Page, PageSection } from "../../report/sections.ts";
import type { AuditOrigin } from "./page.ts";

/** An audit as Markdown. Nothing from the cluster can be markup. */
export function auditMarkdown({ title, summary, sections }: Page, provenance: AuditOrigin): string {
  const { source, date, version, hash } = provenance;
  return `${[
    `# ${title}`,
    "",
    `From ${plainText(source)}: ${plainText(summary)}.`,
    ...sections.flatMap((section) => ["", `## ${section.title}`, "", ...sectionLines(section)]),
    "",
    "---",
    "",
    `Made ${date} by pomerium-migration ${plainText(version)}. Content ${code(hash)}.`,
  ].join("\n")}\n`;
}

function sectionLines({ lead = [], table, items = [], commands = [] }: PageSection): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    ...lead.flatMap((text) => [plainText(text), ""]),
    ...(table === undefined
      ? []
      : [
          row(table.head.map(plainText)),
          row(table.head.map(() => "---")),
          ...table.rows.map((cells) => row(cells.map(plainText))),
        ]),
    ...items.flatMap(({ title, details }) => [
      `- ${code(title)}`,
      ...details.map((detail) => `  - ${plainText(detail)}`),
    ]),
    ...(commands.length > 0 ? ["", ...commands.map((command) => `- ${code(command)}`)] : []),
  ];
}

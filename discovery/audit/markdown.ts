import { code, plain } from "../../report/markdown.ts";
import type { Page, PageSection } from "../../report/sections.ts";
import type { AuditOrigin } from "./page.ts";

/** An audit as Markdown. Nothing from the cluster can be markup. */
export function auditMarkdown({ title, summary, sections }: Page, provenance: AuditOrigin): string {
  const { source, date, version, hash } = provenance;
  return `${[
    `# ${title}`,
    "",
    `From ${plain(source)}: ${plain(summary)}.`,
    ...sections.flatMap((section) => ["", `## ${section.title}`, "", ...sectionLines(section)]),
    "",
    "---",
    "",
    `Made ${date} by pomerium-migration ${plain(version)}. Content ${code(hash)}.`,
  ].join("\n")}\n`;
}

function sectionLines({ lead = [], table, items = [], commands = [] }: PageSection): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    ...lead.flatMap((text) => [plain(text), ""]),
    ...(table === undefined
      ? []
      : [
          row(table.head.map(plain)),
          row(table.head.map(() => "---")),
          ...table.rows.map((cells) => row(cells.map(plain))),
        ]),
    ...items.flatMap(({ title, details }) => [
      `- ${code(title)}`,
      ...details.map((detail) => `  - ${plain(detail)}`),
    ]),
    ...(commands.length > 0 ? ["", ...commands.map((command) => `- ${code(command)}`)] : []),
  ];
}

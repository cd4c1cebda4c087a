import { counted } from "../../stack-file/text.ts";
import type { Page, PageSection } from "../sections.ts";
import { esc, prose } from "./escape.ts";
import { filter, only, type Scope, section, type Tab } from "./tab.ts";

/** Tables with more rows than this get a filter. */
const many = 12;

/** A report of plain sections as a part of a page. */
export function sectionsTab(
  name: string,
  title: string,
  { summary, sections }: Page,
  { id: prefix, of }: Scope = only,
): Tab {
  const id = prefix + name;
  return {
    id,
    title,
    body: `<p class="lead">${esc(summary)}.</p>${sections.map((each, i) => sectionHtml(each, `${id}-${i}`, of)).join("")}`,
  };
}

function sectionHtml(
  { title, lead = [], table, items = [], commands = [] }: PageSection,
  id: string,
  of: string,
): string {
  const long = (table?.rows.length ?? 0) > many;
  const parts = [
    ...lead.map((text) => `<p>${prose(text)}</p>`),
    ...(table === undefined ? [] : [tableHtml(table, title)]),
    ...items.map(
      (item) =>
        `<h4>${esc(item.title)}</h4><ul>${item.details.map((detail) => `<li>${prose(detail)}</li>`).join("")}</ul>`,
    ),
    ...(commands.length > 0
      ? [`<ul>${commands.map((command) => `<li><code>${esc(command)}</code></li>`).join("")}</ul>`]
      : []),
  ];
  const body = `<div class="card pad">${parts.join("")}</div>`;
  return section(
    esc(title),
    long ? `<div class="filtered">${filter(id, "any text", [], ` ${title}${of}`)}${body}</div>` : body,
  );
}

function link(text: string, anchor: string | undefined): string {
  return anchor === undefined ? esc(text) : `<a href="#${anchor}">${esc(text)}</a>`;
}

function tableHtml({ head, rows, anchors }: NonNullable<PageSection["table"]>, title: string): string {
  const body = rows
    .map(
      ([first = "", ...rest], row) =>
        `<tr class="item"><th scope="row">${link(first, anchors?.[row])}</th>${rest
          .map((cell, i) => `<td data-head="${esc(head[i + 1]!)}">${prose(cell)}</td>`)
          .join("")}</tr>`,
    )
    .join("");
  return `<table class="plain"><caption class="vh">${esc(title)}: ${counted(rows.length, "row")}</caption><thead><tr>${head
    .map((cell) => `<th scope="col">${esc(cell)}</th>`)
    .join("")}</tr></thead><tbody>${body}</tbody></table>`;
}

import { esc } from "../../report/html/escape.ts";
import type { Page, PageSection, Provenance } from "./page.ts";

/** One style for light and dark screens and for paper. Each pair of colours has a contrast of at least 4.5. */
const style = `
:root{color-scheme:light dark;--bg:#f7f6f2;--card:#fff;--ink:#1b1f23;--soft:#565d64;--line:#d9d5cb}
@media (prefers-color-scheme:dark){:root{--bg:#121518;--card:#1a1e22;--ink:#e9ebed;--soft:#a8b0b8;--line:#343b42}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1100px;margin:0 auto;padding:32px 20px 56px}
h1{font-size:28px;line-height:1.2;margin:0 0 8px}h2{font-size:19px;margin:36px 0 10px}h3{font-size:15px;margin:14px 0 2px;overflow-wrap:anywhere}
p,li,td,th{overflow-wrap:anywhere}.soft,footer{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:4px 16px;overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:6px 0}
th,td{text-align:left;vertical-align:top;padding:7px 14px 7px 0;border-bottom:1px solid var(--line)}
tr:last-child>*{border-bottom:0}thead th{color:var(--soft);font-weight:600}tbody th{font-weight:600}
ul{margin:4px 0 10px;padding-left:20px}code{font:12.5px/1.5 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
footer{margin-top:40px;font-size:13px}
@media (max-width:640px){thead{position:absolute;left:-999em}tr,td,tbody th{display:block}td,tbody th{border:0;padding:2px 0}tr{border-bottom:1px solid var(--line);padding:8px 0}td::before{content:attr(data-head) ": ";color:var(--soft)}}
@media print{:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#999}.card{overflow:visible}tr,li{break-inside:avoid}}
`;

/** An audit as a page of its own. It loads nothing, and has no script. */
export function auditHtml({ title, summary, sections }: Page, provenance: Provenance): string {
  const { source, date, version, hash } = provenance;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${esc(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${esc(title)}</h1>
<p class="soft">From ${esc(source)}: ${esc(summary)}.</p>
${sections.map(sectionHtml).join("\n")}
<footer>Made <time datetime="${esc(date)}">${esc(date)}</time> by pomerium-migration ${esc(version)}. Content <code>${esc(hash)}</code>.</footer>
</main>
</body>
</html>
`;
}

function sectionHtml({ title, lead = [], table, items = [], commands = [] }: PageSection): string {
  const parts = [
    ...lead.map((text) => `<p>${esc(text)}</p>`),
    ...(table === undefined ? [] : [tableHtml(table)]),
    ...items.map(
      (item) =>
        `<h3>${esc(item.title)}</h3><ul>${item.details.map((detail) => `<li>${esc(detail)}</li>`).join("")}</ul>`,
    ),
    ...(commands.length > 0
      ? [`<ul>${commands.map((command) => `<li><code>${esc(command)}</code></li>`).join("")}</ul>`]
      : []),
  ];
  return `<section><h2>${esc(title)}</h2><div class="card">${parts.join("")}</div></section>`;
}

function tableHtml({ head, rows }: NonNullable<PageSection["table"]>): string {
  const body = rows
    .map(
      ([first = "", ...rest]) =>
        `<tr><th scope="row">${esc(first)}</th>${rest
          .map((cell, i) => `<td data-head="${esc(head[i + 1]!)}">${esc(cell)}</td>`)
          .join("")}</tr>`,
    )
    .join("");
  return `<table><thead><tr>${head.map((cell) => `<th scope="col">${esc(cell)}</th>`).join("")}</tr></thead><tbody>${body}</tbody></table>`;
}

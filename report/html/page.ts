import { sha256 } from "../../stack-file/sha256.ts";
import type { Provenance } from "../sections.ts";
import { esc } from "./escape.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";
import type { Tab } from "./tab.ts";

/** Content of a page. */
export interface Report {
  /** The stack's name, or what the page is about. */
  title: string;
  /** Facts beside the title: the phase, the revision. */
  subtitle?: string;
  /** Default of the hash: that of the tabs. */
  provenance: Omit<Provenance, "hash"> & { hash?: string };
  /** At least one. */
  tabs: readonly Tab[];
}

/**
 * A report as one self-contained page. It is readable without its script, on paper, and in light and dark. Every text from
 * outside is escaped, and a content security policy keeps everything else from loading or running.
 */
export function htmlPage({ title, subtitle, provenance, tabs }: Report): string {
  const hash = provenance.hash ?? sha256(JSON.stringify(tabs));
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${sha256(style, "base64")}'`,
    `script-src 'sha256-${sha256(script, "base64")}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${esc(documentTitle(title, tabs))}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${esc(title)}</h1>
<p class="soft">${[subtitle === undefined ? [] : esc(subtitle), timeOf(provenance.date)].flat().join(" · ")}</p>
${navigation(tabs)}
</header>
<main>
${tabs.map(panelHtml).join("\n")}
</main>
<footer>${origin({ ...provenance, hash })}</footer>
<script>${script}</script>
</body>
</html>
`;
}

/** The title with the names of the tabs. A tab of the same title stands for the whole page: the others may be many. */
function documentTitle(title: string, tabs: readonly Tab[]): string {
  if (tabs.some((tab) => tab.title === title)) return title;
  return `${title} · ${tabs.map((tab) => tab.title.toLowerCase()).join(", ")}`;
}

function navigation(tabs: readonly Tab[]): string {
  if (tabs.length < 2) return "";
  const links = tabs.map(
    ({ id, title, count }) =>
      `<a href="#${id}" id="tab-${id}">${esc(title)}${count === undefined ? "" : ` <span class="count">${esc(count)}</span>`}</a>`,
  );
  return `<nav aria-label="Parts of the report"><div class="tabs">${links.join("")}</div></nav>`;
}

function panelHtml({ id, title, body }: Tab): string {
  return `<section class="panel" id="${id}"><h2>${esc(title)}</h2>${body}</section>`;
}

/** A time as people write it, and as programs read it. */
function timeOf(date: string): string {
  const short = `${date.slice(0, 16).replace("T", " ")} UTC`;
  return `<time datetime="${esc(date)}">${esc(short)}</time>`;
}

function origin({ source, commit, date, version, hash }: Provenance): string {
  const facts = [
    `Made <time datetime="${esc(date)}">${esc(date)}</time> by pomerium-migration ${esc(version)}`,
    ...(source === undefined ? [] : [`cluster read from ${esc(source)}`]),
    ...(commit === undefined ? [] : [`commit ${esc(commit)}`]),
    `content <code>${esc(hash)}</code>`,
  ];
  return `<p>${facts.join(" · ")}</p>`;
}

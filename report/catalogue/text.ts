import { isOwnPath } from "../../policies/access/own-paths.ts";
import type { BuiltIn } from "../../policies/catalogue/entry.ts";
import { counted, cut, wrapped } from "../../stack-file/text.ts";
import { aligned, columns, indented } from "../text.ts";
import { type Listed, pathText, settings } from "./data.ts";

/** All entries in one table. */
export function catalogueText(all: readonly Listed[]): string {
  const rows = all.map(({ name, entry }) => [
    name,
    entry.title.replace(/^[^,]*, /, ""),
    entry.api.length > 0 ? counted(entry.api.length, "path") : "",
    entry.neverOpen.some(({ path }) => path === "/")
      ? "all"
      : entry.neverOpen.length > 0
        ? counted(entry.neverOpen.length, "path")
        : "",
  ]);
  const what = columns - 20 - 9 - 9 - 9;
  const lines = aligned([
    ["app", "what it is", "api", "never open"],
    ...rows.map((row) => row.map((cell, i) => (i === 1 ? cut(cell, what) : cell))),
  ]);
  return `${[
    ...lines,
    "",
    ...wrapped(
      `${counted(all.length, "app")}. \`api\`: paths that \`api: <app>\` opens to anybody, because the app checks credentials itself. \`never open\`: paths that no access of the app may open. \`catalogue <app>\` gives reasons and sources.`,
      columns,
    ),
  ].join("\n")}\n`;
}

/** All that is known of one app, with reasons; the sources are listed at the end. */
export function entryText(one: Listed): string {
  const { name, kind, entry } = one;
  const cited = new Sources();
  const lines = [
    `${name} · ${entry.title} (${kind})`,
    ...section(`opened by \`api: ${name}\`: the app checks credentials itself`, paths(entry.api, cited)),
    ...section("never open", paths(entry.neverOpen, cited)),
    ...section("not opened", paths(entry.leftOut, cited)),
    ...section("cannot sign in to Pomerium", clients(entry, cited)),
    ...section(
      "route",
      settings(entry).flatMap(({ key, value, reason, source }) =>
        item(`${key}: ${String(value)}`, reason, cited.of(source)),
      ),
    ),
    ...section("large", large(entry)),
    ...section(
      "the app itself needs",
      entry.needs.flatMap(({ reason, source }) => indented(`${reason} ${cited.of(source)}`, 2)),
    ),
    ...section("health", health(entry, cited)),
    ...section("sources", cited.lines()),
  ];
  return `${lines.join("\n")}\n`;
}

/** Sources in the order of their first mention. Each one is listed once. */
class Sources {
  readonly #all: string[] = [];

  /** `[2]`, by which a line refers to a source. */
  of(source: string): string {
    if (!this.#all.includes(source)) this.#all.push(source);
    return `[${this.#all.indexOf(source) + 1}]`;
  }

  lines(): string[] {
    return this.#all.map((source, i) => `  [${i + 1}] ${source}`);
  }
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ["", title, ...lines] : [];
}

function paths(
  notes: readonly { path: string; exact?: boolean; reason: string; source: string; unsure?: true }[],
  cited: Sources,
): string[] {
  return notes.flatMap(({ reason, source, unsure, ...path }) =>
    item(
      `${pathText(path)}${unsure ? " (unsure: no source says how it is protected)" : ""}`,
      reason,
      cited.of(source),
    ),
  );
}

function clients({ clients: programs }: BuiltIn, cited: Sources): string[] {
  return programs.flatMap(({ name, through, instead, source }) =>
    item(name, instead ?? `calls ${through.map((path) => pathText({ path })).join(", ")}`, cited.of(source)),
  );
}

function large({ streaming, uploads }: BuiltIn): string[] {
  return [
    ...(streaming ? ["  sends sound or pictures for hours"] : []),
    ...(uploads ? ["  receives files that may be larger than 100 MB in one request"] : []),
  ];
}

function health({ health: at }: BuiltIn, cited: Sources): string[] {
  if (at === undefined) return [];
  return item(
    at.path,
    isOwnPath(at.path)
      ? "for a monitor inside the cluster; from outside, Pomerium answers it itself on every host"
      : "for a monitor inside the cluster; from outside, it is answered to those who may pass",
    cited.of(at.source),
  );
}

function item(head: string, reason: string, source: string): string[] {
  return [...indented(head, 2), ...indented(`${reason} ${source}`, 6)];
}

import { code, plain } from "../markdown.ts";
import { type Listed, shown } from "./data.ts";

/** All entries as a page for people who read the documentation. */
export function catalogueMarkdown(all: readonly Listed[]): string {
  const rows = all.map(({ name, entry: { title, api, neverOpen, clients } }) => [
    code(name),
    plain(title),
    api.map((path) => code(shown(path))).join(" "),
    neverOpen.map((path) => (path.path === "/" ? "the whole app" : code(shown(path)))).join(" "),
    clients
      .map(({ name: client, through }) => `${plain(client)}${through.length === 0 ? " (no path helps)" : ""}`)
      .join("; "),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const head = ["app", "what it is", "opened by `api`", "never open", "cannot sign in"];
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}

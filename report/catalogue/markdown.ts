import { code, plainText } from "../markdown.ts";
import { type Listed, pathText } from "./data.ts";

/** All entries as a page for people who read the documentation. */
export function catalogueMarkdown(all: readonly Listed[]): string {
  const rows = all.map(({ name, entry: { title, api, neverOpen, clients } }) => [
    code(name),
    plainText(title),
    api.map((path) => code(pathText(path))).join(" "),
    neverOpen.map((path) => (path.path === "/" ? "the whole app" : code(pathText(path)))).join(" "),
    clients
      .map(
        ({ name: client, through }) =>
          `${plainText(client)}${through.length === 0 ? " (no path helps)" : ""}`,
      )
      .join("; "),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const head = ["app", "what it is", "opened by `api`", "never open", "cannot sign in"];
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}

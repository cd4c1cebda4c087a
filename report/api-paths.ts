import { Document, isMap, isSeq } from "yaml";
import type { ApiEntry } from "../policies/openapi/as-entry.ts";
import type { Closed, Cover } from "../policies/openapi/cover.ts";
import type { ApiDocument } from "../policies/openapi/document.ts";
import { project } from "../stack-file/project.ts";
import { counted, few, width } from "../stack-file/text.ts";
import { apiPathInFlow } from "../stack-file/yaml-flow.ts";
import { aligned, indented, visible } from "./text.ts";

/** A longer path has a separate line above its row. */
const widestPath = 52;

/** Operations of one kind that are listed; `--json` has all. */
const mostListed = 40;

const headings: Record<Closed["kind"], string> = {
  none: "They ask for no credential: anybody who knows the address would pass",
  optional: "They also answer without a credential",
  cookie: "A cookie is their only credential, so they belong to the web pages",
  certificate: "They ask for a client certificate, and TLS ends at Pomerium",
  blocked: "They ask for a credential, and no path covers them alone",
  unknown: "What they ask for is not known",
};

/** The paths of an API that can be opened, and the operations that stay closed, for a terminal. */
export function apiPathsText(file: string, api: ApiDocument, { open, closed }: Cover): string {
  const title = [api.title, api.format].filter((part) => part !== undefined).join(", ");
  const opened = open.reduce((sum, { operations }) => sum + operations, 0);
  const head = `${visible(file)}: ${visible(title)}`;
  const sum = `${counted(open.length, "path")} for ${counted(opened, "operation")}; ${counted(closed.length, "operation")} not opened`;
  return `${[
    ...indented(head, 0),
    sum,
    "",
    ...(open.length > 0 ? openLines(open) : noneLines(api)),
    ...(closed.length > 0 ? ["", "not opened:"] : []),
    ...(Object.keys(headings) as Closed["kind"][]).flatMap((kind) =>
      closedLines(
        kind,
        closed.filter((each) => each.kind === kind),
      ),
    ),
    ...(api.problems.length === 0
      ? []
      : [
          "",
          "could not be read:",
          ...api.problems.flatMap(({ at, message }) => [
            `  ${visible(at)}`,
            ...indented(visible(message), 4),
          ]),
        ]),
  ].join("\n")}\n`;
}

function openLines(open: Cover["open"]): string[] {
  const list = open.map(apiPathInFlow).join(", ");
  const isLong = (path: string): boolean => width(path) > widestPath;
  const [head = "", ...rows] = aligned([
    ["open", "", "operations"],
    ...open.map(({ path, exact, operations }) => [
      `  ${isLong(visible(path)) ? "" : visible(path)}`,
      exact ? "alone" : "and below",
      String(operations),
    ]),
  ]);
  return [
    head,
    ...rows.flatMap((row, i) => {
      const path = visible(open[i]!.path);
      return isLong(path) ? [`  ${path}`, row] : [row];
    }),
    "",
    ...[...Map.groupBy(open, ({ credentials }) => credentials.join(", or "))].flatMap(([asked, paths]) => [
      ...indented(`${visible(asked)}:`, 2),
      ...indented(
        visible(
          few(
            paths.map(({ path }) => path),
            12,
          ),
        ),
        4,
      ),
    ]),
    "",
    "stack file, below the app's access:",
    ...indented(`api: [${visible(list)}]`, 2),
  ];
}

function noneLines({ hasSecurity, operations }: ApiDocument): string[] {
  if (operations.length === 0) return ["The file describes no operation."];
  return indented(
    hasSecurity
      ? "No path can be opened."
      : "No path can be opened: the file does not say that the API asks for credentials anywhere. Read the app's documentation; the file proves nothing.",
  );
}

function closedLines(kind: Closed["kind"], all: readonly Closed[]): string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, mostListed);
  return [
    `  ${headings[kind]}:`,
    ...shown.flatMap(({ method, path, why }) => {
      const line = `    ${visible(`${method} ${path}`)}`;
      return kind === "blocked" ? [line, ...indented(visible(why), 8)] : [line];
    }),
    ...(all.length > shown.length ? [`    and ${all.length - shown.length} more; --json lists all`] : []),
  ];
}

/** An entry as a stack file has it, with what is not opened as a comment. */
export function entryYaml({ name, value }: ApiEntry, { closed }: Cover): string {
  const document = new Document({ config: { [`${project}:catalogue`]: { [name]: value } } });
  const api = document.getIn(["config", `${project}:catalogue`, name, "api"], true);
  if (isSeq(api)) for (const item of api.items) if (isMap(item)) item.flow = true;
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  const comments = closed
    .slice(0, mostListed)
    .map(({ method, path, why }) => `# not opened: ${visible(`${method} ${path}: ${why}`)}\n`);
  const more = closed.length - comments.length;
  return [text, ...comments, ...(more > 0 ? [`# and ${more} more\n`] : [])].join("");
}

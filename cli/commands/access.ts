import { type Matrix, matrix } from "../../policies/access/matrix/matrix.ts";
import type { View } from "../../policies/access/matrix/view.ts";
import { type Answer, answers, callerProblem } from "../../policies/access/matrix/why.ts";
import { keyPathIn } from "../../report/diff-text.ts";
import { matrixJson } from "../../report/json.ts";
import { matrixMarkdown } from "../../report/markdown.ts";
import { matrixTable } from "../../report/table.ts";
import { aligned, visible } from "../../report/text.ts";
import { underStackNames } from "../../stack/access-view.ts";
import { few } from "../../stack-file/text.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { exit, UsageError } from "../exit.ts";
import type { Io } from "../io.ts";
import { deliver, formatOf, json, paperOf } from "../output.ts";
import { type Project, projectOf, stackIn } from "../project.ts";
import type { AccessOptions } from "../usage/access.ts";
import { type Seen, stackNow, viewOf } from "../view-by-name.ts";

/** Who may reach what: people × apps. */
export const access: Action<AccessOptions> = {
  async run(args, options, io) {
    const format = formatOf(options);
    const project = projectOf(options, io);
    const stack = stackIn(project, args[0]);
    const seen = await viewOf(options.at ?? "now", project, stack, io);
    const { apps, directory } = seen.view;
    const named = seen.live === undefined ? apps : underStackNames(stackNow(project, stack), apps);
    const all = matrix(named, directory);
    if (options.person !== undefined) {
      deliver(ofPerson(options.person, all, format, seen.view), options, io);
      return exit.ok;
    }
    switch (format) {
      case "json":
        deliver(matrixJson(all), options, io);
        break;
      case "markdown":
        deliver(matrixMarkdown(all), options, io);
        break;
      case "html":
        deliver(await page(stack, seen, all, project, io), options, io);
        break;
      default: {
        const paper = paperOf(options, io);
        const title = `${stack} · ${seen.view.name}${seen.stack ? ` · ${seen.stack.phase}` : ""}`;
        const table = matrixTable(all, paper.columns === undefined ? {} : { width: paper.columns });
        deliver(`${paint(paper, "bold", title)}\n\n${table}`, options, io);
      }
    }
    return exit.ok;
  },
};

/** The matrix as a page. Its parts are loaded only here, because the other formats are much smaller. */
async function page(title: string, seen: Seen, all: Matrix, { directory }: Project, io: Io): Promise<string> {
  const [{ htmlPage }, { provenanceOf }, { accessPart, subtitleOf }] = await Promise.all([
    import("../../report/html/page.ts"),
    import("../provenance.ts"),
    import("../report-parts.ts"),
  ]);
  return htmlPage({
    title,
    subtitle: subtitleOf(seen),
    provenance: await provenanceOf(io, directory),
    tabs: [accessPart(seen, all)],
  });
}

/**
 * What one caller reaches, as a table or as JSON.
 *
 * @throws UsageError for a text that names no caller, and for other formats.
 */
function ofPerson(who: string, { apps }: Matrix, format: string, { fileOf }: View): string {
  const problem = callerProblem(who);
  if (problem !== undefined) throw new UsageError(problem);
  const found = apps.map(({ app, probes }) => {
    const stated = probes.filter(({ relation }) => relation === "site" || relation === "stated");
    return answers(app, who, stated);
  });
  if (format === "json") return json("access-of-person", { who, answers: found.flat() });
  if (format !== "table") throw new UsageError(`--person has no format ${format}; use table or json`);
  return `${aligned(found.map((answers) => personRow(answers, fileOf))).join("\n")}\n`;
}

/** Host, decision at its start, and the line that decides; then the paths with another decision. */
function personRow(all: readonly Answer[], fileOf: View["fileOf"]): string[] {
  const whole = all.find(({ path }) => path === "/") ?? all[0]!;
  const others = all.filter(({ decision }) => decision !== whole.decision);
  const paths = [...new Set(others.map(({ path }) => path.replace(/(?<=.)\/$/, "")))];
  return [
    visible(whole.host),
    decisions[whole.decision],
    visible(`${whole.reason} (${keyPathIn(whole.keyPath, fileOf?.(whole.keyPath))})`),
    paths.length === 0 ? "" : visible(`not so at ${few(paths, 2)}`),
  ];
}

const decisions = { allow: "yes", deny: "no", unknown: "?" } as const;

import { runAccessTests, untested } from "../../policies/access/assertions/run.ts";
import { matrix } from "../../policies/access/matrix/matrix.ts";
import { accessPage } from "../../report/html/page.ts";
import { waysOf } from "../../report/html/ways.ts";
import { matrixJson } from "../../report/json.ts";
import { matrixMarkdown } from "../../report/markdown.ts";
import { matrixTable } from "../../report/table.ts";
import type { Command } from "../command.ts";
import { exit } from "../exit.ts";
import { paint } from "../io.ts";
import { deliver, formatOf, formatOptions } from "../output.ts";
import { projectOf, stackIn } from "../project.ts";
import { type Seen, viewMeaning, viewOf } from "../views.ts";

/** Who may reach what: people × apps. */
export const access: Command = {
  name: "access",
  summary: "who may reach what: people × apps",
  args: "[stack]",
  most: 1,
  options: {
    ...formatOptions(["table", "markdown", "json", "html"]),
    at: { value: "<view>", meaning: "the view to show; default: now" },
  },
  notes: viewMeaning,
  async run(input, io) {
    const format = formatOf(input);
    const project = projectOf(input, io);
    const stack = stackIn(project, input.args[0]);
    const seen = await viewOf(input.text("at") ?? "now", project, stack, io);
    const all = matrix(seen.view.apps, seen.view.directory);
    switch (format) {
      case "json":
        deliver(matrixJson(all), input, io);
        break;
      case "markdown":
        deliver(matrixMarkdown(all), input, io);
        break;
      case "html":
        deliver(page(stack, seen), input, io);
        break;
      default: {
        const toFile = input.text("output") !== undefined;
        const title = `${stack} · ${seen.view.name}${seen.stack ? ` · ${seen.stack.phase}` : ""}`;
        const table = matrixTable(all, io.columns === undefined || toFile ? {} : { width: io.columns });
        deliver(`${paint({ colour: io.colour && !toFile }, "bold", title)}\n\n${table}`, input, io);
      }
    }
    return exit.ok;
  },
};

function page(title: string, { view, stack }: Seen): string {
  return accessPage({
    title,
    subtitle: [view.name, stack?.phase].filter(Boolean).join(" · "),
    matrix: matrix(view.apps, view.directory),
    ...(stack
      ? { ways: waysOf(stack), tests: { results: runAccessTests(stack), untested: untested(stack) } }
      : {}),
  });
}

import { runAccessTests, untested } from "../../policies/access/assertions/run.ts";
import { matrix } from "../../policies/access/matrix/matrix.ts";
import { accessPage } from "../../report/html/page.ts";
import { waysOf } from "../../report/html/ways.ts";
import { matrixJson } from "../../report/json.ts";
import { matrixMarkdown } from "../../report/markdown.ts";
import { matrixTable } from "../../report/table.ts";
import { type CommonOptions, type Subcommand, valueOption } from "../command.ts";
import { exit } from "../exit.ts";
import { paint } from "../io.ts";
import { deliver, formatOf, formatOptions, type OutputOptions } from "../output.ts";
import { projectOf, stackIn } from "../project.ts";
import { type Seen, viewMeaning, viewOf } from "../view-by-name.ts";

/** Who may reach what: people × apps. */
export const access: Subcommand<CommonOptions & OutputOptions & { at?: string }> = {
  name: "access",
  define(command) {
    command
      .description("who may reach what: people × apps")
      .argument("[stack]", "the stack; default: the only one")
      .addHelpText("after", viewMeaning);
    for (const option of formatOptions(["table", "markdown", "json", "html"])) command.addOption(option);
    command.addOption(valueOption("--at <view>", "the view to show; default: now"));
  },
  async run(args, options, io) {
    const format = formatOf(options);
    const project = projectOf(options, io);
    const stack = stackIn(project, args[0]);
    const seen = await viewOf(options.at ?? "now", project, stack, io);
    const all = matrix(seen.view.apps, seen.view.directory);
    switch (format) {
      case "json":
        deliver(matrixJson(all), options, io);
        break;
      case "markdown":
        deliver(matrixMarkdown(all), options, io);
        break;
      case "html":
        deliver(page(stack, seen), options, io);
        break;
      default: {
        const toFile = options.output !== undefined;
        const title = `${stack} · ${seen.view.name}${seen.stack ? ` · ${seen.stack.phase}` : ""}`;
        const table = matrixTable(all, io.columns === undefined || toFile ? {} : { width: io.columns });
        deliver(`${paint({ colour: io.colour && !toFile }, "bold", title)}\n\n${table}`, options, io);
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

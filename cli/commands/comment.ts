import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Option } from "commander";
import type { Phase } from "../../components/cluster/phase.ts";
import { runAccessTests, untested } from "../../policies/access/assertions/run.ts";
import { diffAccess } from "../../policies/access/diff/diff.ts";
import { matrix } from "../../policies/access/matrix/matrix.ts";
import { viewOfStack } from "../../stack/access-view.ts";
import type { Stack } from "../../stack/stack.ts";
import { StackFileError } from "../../stack-file/problems.ts";
import { type CommonOptions, type Subcommand, valueOption } from "../command.ts";
import { type CommentParts, commentOf } from "../comment/comment.ts";
import { parseDiff } from "../comment/diff-file.ts";
import type { Known } from "../comment/headline.ts";
import { NoPreview, parsePreview } from "../comment/preview.ts";
import { CliError, exit } from "../exit.ts";
import type { Io } from "../io.ts";
import { deliver } from "../output.ts";
import { type Project, projectOf, stackIn } from "../project.ts";
import { stackNow, viewMeaning, viewOf } from "../view-by-name.ts";

const phases: readonly Phase[] = ["coexist", "cutover", "retired"];

interface Options extends CommonOptions {
  stack?: string;
  preview?: string;
  raw?: string;
  from?: string;
  diff?: string;
  phase?: Phase;
  output?: string;
}

/** Writes the pull request's comment for one stack. */
export const comment: Subcommand<Options> = {
  name: "comment",
  define(command) {
    command
      .description("the comment on a pull request for one stack")
      .addOption(valueOption("--stack <stack>", "the stack; default: the only one"))
      .addOption(
        valueOption(
          "--preview <file>",
          "output of `pulumi preview --json`; without it, the comment says that there was no preview",
        ),
      )
      .addOption(
        valueOption(
          "--raw <file>",
          "output of `pulumi preview --diff`; without it, the raw preview names properties without values",
        ),
      )
      .addOption(valueOption("--from <view>", "the view before the change; default: HEAD"))
      .addOption(
        valueOption("--diff <file>", "an access diff made by `diff --json`, in place of --from").conflicts(
          "from",
        ),
      )
      .addOption(
        new Option("--phase <phase>", "the phase before the change; default: that of --from").choices(phases),
      )
      .addOption(valueOption("--output <file>", "write to a file"))
      .addHelpText(
        "after",
        `${viewMeaning}

The comment reports a refused stack file, a failed preview and an impossible diff, and the command succeeds:
\`check\`, \`test\` and \`diff --fail-on\` tell a pipeline whether to stop.`,
      );
  },
  async run(_, options, io) {
    const project = projectOf(options, io);
    const name = stackIn(project, options.stack);
    const stack = orRefusal(() => stackNow(project, name));
    const [access, phaseBefore] = await accessOf(options, project, name, stack, io);
    const raw = textOf("raw", options, io);
    deliver(
      commentOf({
        name,
        access,
        preview: previewOf(textOf("preview", options, io)),
        ...(raw === undefined ? {} : { raw }),
        ...(stack instanceof StackFileError ? { refused: stack.message } : aboutStack(stack, phaseBefore)),
      }),
      options,
      io,
    );
    return exit.ok;
  },
};

function orRefusal(load: () => Stack): Stack | StackFileError {
  try {
    return load();
  } catch (error) {
    if (error instanceof StackFileError) return error;
    throw error;
  }
}

function aboutStack(
  stack: Stack,
  before: Phase | undefined,
): Pick<CommentParts, "stack" | "tests" | "matrix" | "phases"> {
  const { apps, directory } = viewOfStack("now", stack);
  return {
    stack,
    tests: { results: runAccessTests(stack), untested: untested(stack) },
    matrix: matrix(apps, directory),
    ...(before === undefined ? {} : { phases: { before, after: stack.phase } }),
  };
}

function textOf(option: "raw" | "preview" | "diff", options: Options, io: Io): string | undefined {
  const file = options[option];
  if (file === undefined) return undefined;
  try {
    return readFileSync(resolve(io.cwd, file), "utf8");
  } catch (error) {
    throw new CliError(`--${option}: cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function previewOf(text: string | undefined): Known["preview"] {
  if (text === undefined) return "none";
  try {
    return parsePreview(text);
  } catch (error) {
    if (error instanceof NoPreview) return "broken";
    throw error;
  }
}

/** The access diff, or why there is none, and the phase before the change. */
async function accessOf(
  options: Options,
  project: Project,
  name: string,
  now: Stack | StackFileError,
  io: Io,
): Promise<[Known["access"], Phase | undefined]> {
  const told = options.phase;
  const file = textOf("diff", options, io);
  if (file !== undefined) return [parseDiff(file), told];
  if (now instanceof StackFileError)
    return [{ impossible: `${now.file} is refused, so there is nothing to compare with.` }, told];
  try {
    const before = await viewOf(options.from ?? "HEAD", project, name, io);
    const diff = diffAccess(before.view, viewOfStack("now", now));
    return [{ diff, notes: before.notes }, told ?? before.stack?.phase];
  } catch (error) {
    if (!(error instanceof StackFileError)) throw error;
    return [{ impossible: error.message }, told];
  }
}

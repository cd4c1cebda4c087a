import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Phase } from "../../components/cluster/phase.ts";
import { runAccessTests, untested } from "../../policies/access/assertions/run.ts";
import { diffAccess } from "../../policies/access/diff/diff.ts";
import { matrix } from "../../policies/access/matrix/matrix.ts";
import type { Stack } from "../../stack/stack.ts";
import { viewOfStack } from "../../stack/views.ts";
import { StackFileError } from "../../stack-file/problems.ts";
import type { Command, Input } from "../command.ts";
import { type CommentParts, commentOf } from "../comment/comment.ts";
import { parseDiff } from "../comment/diff-file.ts";
import { NoPreview, parsePreview } from "../comment/preview.ts";
import type { Known } from "../comment/verdict.ts";
import { CliError, exit, UsageError } from "../exit.ts";
import type { Io } from "../io.ts";
import { deliver } from "../output.ts";
import { type Project, projectOf, stackIn } from "../project.ts";
import { stackNow, viewMeaning, viewOf } from "../views.ts";

const phases: readonly Phase[] = ["coexist", "cutover", "retired"];

/** Writes the pull request's comment for one stack. */
export const comment: Command = {
  name: "comment",
  summary: "the comment on a pull request for one stack",
  args: "",
  most: 0,
  options: {
    stack: { value: "<stack>", meaning: "the stack; the only one of the project when absent" },
    preview: {
      value: "<file>",
      meaning:
        "what `pulumi preview --json` has printed; without it, the comment says that there was no preview",
    },
    raw: {
      value: "<file>",
      meaning:
        "what `pulumi preview --diff` has printed; without it, the raw preview names properties without values",
    },
    from: { value: "<view>", meaning: "the view before the change; default: HEAD" },
    diff: { value: "<file>", meaning: "an access diff made by `diff --json`, in place of --from" },
    phase: {
      value: "<phase>",
      meaning: "the phase before the change; default: that of --from",
      choices: phases,
    },
    output: { value: "<file>", meaning: "write to a file" },
  },
  notes: [
    ...viewMeaning,
    "A stack file that is refused, a preview that failed and a diff that cannot be made are told in the comment,",
    "and the command succeeds: `check`, `test` and `diff --fail-on` tell a pipeline whether to stop.",
  ],
  async run(input, io) {
    if (input.text("from") !== undefined && input.text("diff") !== undefined)
      throw new UsageError("--from and --diff exclude each other");
    const project = projectOf(input, io);
    const name = stackIn(project, input.text("stack"));
    const stack = orRefusal(() => stackNow(project, name));
    const [access, phaseBefore] = await accessOf(input, project, name, stack, io);
    const raw = textOf("raw", input, io);
    deliver(
      commentOf({
        name,
        access,
        preview: previewOf(textOf("preview", input, io)),
        ...(raw === undefined ? {} : { raw }),
        ...(stack instanceof StackFileError ? { refused: stack.message } : aboutStack(stack, phaseBefore)),
      }),
      input,
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

function textOf(option: string, input: Input, io: Io): string | undefined {
  const file = input.text(option);
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

/** The access diff, or why there is none, and the phase that the change starts from. */
async function accessOf(
  input: Input,
  project: Project,
  name: string,
  now: Stack | StackFileError,
  io: Io,
): Promise<[Known["access"], Phase | undefined]> {
  const told = phases.find((phase) => phase === input.text("phase"));
  const file = textOf("diff", input, io);
  if (file !== undefined) return [parseDiff(file), told];
  if (now instanceof StackFileError)
    return [{ impossible: `${now.file} is refused, so there is nothing to compare with.` }, told];
  try {
    const before = await viewOf(input.text("from") ?? "HEAD", project, name, io);
    const diff = diffAccess(before.view, viewOfStack("now", now));
    return [{ diff, notes: before.notes }, told ?? before.stack?.phase];
  } catch (error) {
    if (!(error instanceof StackFileError)) throw error;
    return [{ impossible: error.message }, told];
  }
}

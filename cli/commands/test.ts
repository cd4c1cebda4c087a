import {
  failure,
  runAccessTests,
  type TestResult,
  type Untested,
  untested,
} from "../../policies/access/assertions/run.ts";
import { testsJson } from "../../report/json.ts";
import { aligned, visible } from "../../report/text.ts";
import type { Stack } from "../../stack/stack.ts";
import { counted } from "../../stack-file/text.ts";
import type { CommonOptions, Subcommand } from "../command.ts";
import { exit } from "../exit.ts";
import { type Io, paint } from "../io.ts";
import { json } from "../output.ts";
import { projectOf, stacksOf } from "../project.ts";
import { stackNow } from "../view-by-name.ts";

interface Tested {
  stack: Stack;
  results: readonly TestResult[];
  missing: readonly Untested[];
}

/** Runs the access tests of the stack files. */
export const test: Subcommand<CommonOptions & { all?: boolean; json?: boolean }> = {
  name: "test",
  define(command) {
    command
      .description("runs the access tests of the stack files")
      .argument("[stacks...]", "the stacks; default: all")
      .option("--all", "every answer, not only the failing ones")
      .option("--json", "for programs")
      .addHelpText(
        "after",
        `
Every caller counts at every path of a test. An answer that cannot be decided fails. A preview refuses what fails
here.`,
      );
  },
  async run(args, options, io) {
    const project = projectOf(options, io);
    const tested = stacksOf(project, args).map((name): Tested => {
      const stack = stackNow(project, name);
      return { stack, results: runAccessTests(stack), missing: untested(stack) };
    });
    if (options.json)
      io.out(
        json("access-tests-of-stacks", {
          stacks: tested.map(({ stack, results, missing }) => ({
            stack: stack.name,
            ...(JSON.parse(testsJson(results, missing)) as object),
          })),
        }),
      );
    else io.out(tested.map((one) => told(one, options.all === true, io)).join("\n"));
    return tested.every(holds) ? exit.ok : exit.failed;
  },
};

function holds({ results, missing }: Tested): boolean {
  return results.every(({ passed }) => passed) && missing.every(({ severity }) => severity === "warning");
}

function told({ stack, results, missing }: Tested, all: boolean, io: Io): string {
  const failed = results.filter(({ passed }) => !passed);
  const rows = stack.apps.map(({ name, host, access }): string[] => {
    const own = results.filter(({ app }) => app === name);
    const wrong = own.filter(({ passed }) => !passed);
    const undecided = wrong.filter(({ got }) => got === "unknown").length;
    return [
      visible(name),
      visible(host),
      String(own.length),
      wrong.length === 0 ? "" : `${wrong.length} failed`,
      [
        ...(undecided > 0 ? [`${undecided} undecided`] : []),
        ...(missing.some(({ app }) => app === name) ? ["untested against strangers"] : []),
        ...(access.kind === "public" ? ["PUBLIC"] : []),
      ].join(" · "),
    ];
  });
  const lines = aligned([["app", "host", "answers", "", ""], ...rows]).map((line, i) => {
    if (i === 0) return paint(io, "dim", line);
    return rows[i - 1]![3] === "" ? line : paint(io, "red", line);
  });
  const sum =
    failed.length === 0
      ? paint(io, "green", `${results.length} passed`)
      : paint(io, "red", `${failed.length} of ${results.length} failed`);
  return `${[
    `${paint(io, "bold", stack.name)}: ${sum}${missing.length === 0 ? "" : `, ${counted(missing.length, "app")} untested`}`,
    "",
    ...lines,
    ...(all ? ["", ...answers(results)] : []),
    ...(failed.length > 0
      ? ["", ...failed.flatMap((result) => failure(result).split("\n").map(visible))]
      : []),
    ...(missing.length > 0
      ? ["", ...missing.map(({ severity, at, message }) => `${severity}: ${at}   ${message}`)]
      : []),
  ].join("\n")}\n`;
}

function answers(results: readonly TestResult[]): string[] {
  return aligned(
    results.map(({ passed, principal, method, host, path, sourceIp, expected, got, reason }) =>
      [
        passed ? "✔" : "✖",
        principal,
        `${method} ${host}${path}${sourceIp === undefined ? "" : ` from ${sourceIp}`}`,
        passed ? got : `${got}, expected ${expected}`,
        reason,
      ].map(visible),
    ),
  );
}

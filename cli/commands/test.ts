import {
  failedTestProblems,
  failure,
  runAccessTests,
  type TestResult,
} from "../../policies/access/assertions/run.ts";
import { type Untested, untested } from "../../policies/access/assertions/untested.ts";
import { testsJson } from "../../report/json.ts";
import { aligned, visible } from "../../report/text.ts";
import type { Stack } from "../../stack/stack.ts";
import { placed } from "../../stack-file/place.ts";
import { StackFileError } from "../../stack-file/problems.ts";
import { counted } from "../../stack-file/text.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { exit, UsageError } from "../exit.ts";
import type { Annotation } from "../github/annotation.ts";
import {
  annotated,
  annotationLines,
  problemAnnotations,
  repositoryPath,
  untestedAnnotations,
} from "../github/annotations.ts";
import type { Io } from "../io.ts";
import { deliver, formatOf, json, type Paper, paperOf } from "../output.ts";
import { type Project, projectOf, stacksOf } from "../project.ts";
import type { TestOptions } from "../usage/test.ts";
import { stackNow } from "../view-by-name.ts";
import { writeTests, writtenJson, writtenText, writtenYaml } from "../write-tests.ts";

interface Tested {
  stack: Stack;
  results: readonly TestResult[];
  missing: readonly Untested[];
}

/** Runs the access tests of the stack files. */
export const test: Action<TestOptions> = {
  async run(args, options, io) {
    const format = formatOf(options);
    const project = projectOf(options, io);
    if (options.write) return write(project, stacksOf(project, args), options, io);
    if (options.stdout) throw new UsageError("--stdout goes with --write");
    const tested: Tested[] = [];
    const broken: StackFileError[] = [];
    for (const name of stacksOf(project, args)) {
      const load = (): Stack => stackNow(project, name);
      try {
        const stack = format === "github" ? await annotated(project.directory, name, io, load) : load();
        tested.push({ stack, results: runAccessTests(stack), missing: untested(stack) });
      } catch (error) {
        if (!(error instanceof StackFileError)) throw error;
        broken.push(error);
      }
    }
    for (const { message } of broken) io.err(`${message}\n`);
    if (tested.length === 0) return exit.failed;
    const file = (stack: string): string => repositoryPath(project.directory, stack);
    switch (format) {
      case "json":
        deliver(inJson(tested), options, io);
        break;
      case "github":
        deliver(
          annotationLines(tested.flatMap((one) => annotationsOf(one, file(one.stack.name)))),
          options,
          io,
        );
        break;
      default: {
        const paper = paperOf(options, io);
        deliver(tested.map((one) => testText(one, options.all === true, paper)).join("\n"), options, io);
      }
    }
    return broken.length === 0 && tested.every(holds) ? exit.ok : exit.failed;
  },
};

function write(project: Project, stacks: readonly string[], options: TestOptions, io: Io): number {
  const format = formatOf(options);
  if (format === "github") throw new UsageError("--write has no format github; use table or json");
  const isDry = options.stdout === true;
  const written = writeTests(project, stacks, isDry);
  if (format === "json") deliver(writtenJson(written, isDry), options, io);
  else deliver(isDry ? writtenYaml(written) : writtenText(written), options, io);
  return exit.ok;
}

function holds({ results, missing }: Tested): boolean {
  return results.every(({ passed }) => passed) && missing.every(({ severity }) => severity === "warning");
}

function inJson(tested: readonly Tested[]): string {
  return json("access-tests-of-stacks", {
    stacks: tested.map(({ stack, results, missing }) => ({
      stack: stack.name,
      ...(JSON.parse(testsJson(results, missing)) as object),
    })),
  });
}

function annotationsOf({ stack, missing }: Tested, file: string): Annotation[] {
  return [
    ...problemAnnotations(file, placed(failedTestProblems(stack), stack.placeOf)),
    ...untestedAnnotations(file, missing, stack.placeOf),
  ];
}

function testText({ stack, results, missing }: Tested, all: boolean, paper: Paper): string {
  const failed = results.filter(({ passed }) => !passed);
  const byApp = Map.groupBy(results, ({ app }) => app);
  const untestedApps = new Set(missing.map(({ app }) => app));
  const rows = stack.apps.map(({ name, host, access }): string[] => {
    const own = byApp.get(name) ?? [];
    const wrong = own.filter(({ passed }) => !passed);
    const undecided = wrong.filter(({ got }) => got === "unknown").length;
    return [
      visible(name),
      visible(host),
      String(own.length),
      wrong.length === 0 ? "" : `${wrong.length} failed`,
      [
        ...(undecided > 0 ? [`${undecided} undecided`] : []),
        ...(untestedApps.has(name) ? ["untested against strangers"] : []),
        ...(access.kind === "public" ? ["PUBLIC"] : []),
      ].join(" · "),
    ];
  });
  const lines = aligned([["app", "host", "answers", "", ""], ...rows]).map((line, i) => {
    if (i === 0) return paint(paper, "dim", line);
    return rows[i - 1]![3] === "" ? line : paint(paper, "red", line);
  });
  const sum =
    failed.length === 0
      ? paint(paper, "green", `${results.length} passed`)
      : paint(paper, "red", `${failed.length} of ${results.length} failed`);
  return `${[
    `${paint(paper, "bold", stack.name)}: ${sum}${missing.length === 0 ? "" : `, ${counted(missing.length, "app")} untested`}`,
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

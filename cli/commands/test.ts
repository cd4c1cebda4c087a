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
import { orProblems, StackFileError } from "../../stack-file/problems.ts";
import { counted } from "../../stack-file/text.ts";
import { paint } from "../colour.ts";
import type { Action } from "../command.ts";
import { exit, UsageError } from "../exit.ts";
import type { Annotation } from "../github/annotation.ts";
import {
  annotationLines,
  problemAnnotations,
  refusalAnnotations,
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

interface Result {
  /** Name of the stack. */
  name: string;
  result: Tested | StackFileError;
}

/** Runs the access tests of the stack files. */
export const test: Action<TestOptions> = {
  async run(args, options, io) {
    const format = formatOf(options);
    const project = projectOf(options, io);
    if (options.write) return write(project, stacksOf(project, args), options, io);
    if (options.stdout) throw new UsageError("--stdout goes with --write");
    const results = stacksOf(project, args).map((name) => ({ name, result: testOf(project, name) }));
    for (const { result } of results) if (isBroken(result)) io.err(`${result.message}\n`);
    switch (format) {
      case "json":
        deliver(inJson(results), options, io);
        break;
      case "github":
        deliver(
          annotationLines(results.flatMap((each) => annotationsOf(project.directory, each))),
          options,
          io,
        );
        break;
      default: {
        const paper = paperOf(options, io);
        const texts = results.flatMap(({ result }) =>
          isBroken(result) ? [] : [testText(result, options.all === true, paper)],
        );
        deliver(texts.join("\n"), options, io);
      }
    }
    return results.every(({ result }) => !isBroken(result) && holds(result)) ? exit.ok : exit.failed;
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

/** The answers to the tests of a stack, or why its file cannot be used. */
function testOf(project: Project, name: string): Tested | StackFileError {
  const stack = orProblems(() => stackNow(project, name));
  return isBroken(stack) ? stack : { stack, results: runAccessTests(stack), missing: untested(stack) };
}

const isBroken = (result: object): result is StackFileError => result instanceof StackFileError;

function inJson(stacks: readonly Result[]): string {
  return json("access-tests-of-stacks", {
    stacks: stacks.map(({ name, result }) => ({
      stack: name,
      ...(isBroken(result)
        ? { problems: result.problems }
        : (JSON.parse(testsJson(result.results, result.missing)) as object)),
    })),
  });
}

function annotationsOf(directory: string, { name, result }: Result): Annotation[] {
  if (isBroken(result)) return refusalAnnotations(directory, name, result);
  const { stack, missing } = result;
  const file = repositoryPath(directory, name);
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

import { existsSync } from "node:fs";
import { join } from "node:path";
import { failedTestProblems, runAccessTests } from "../../policies/access/assertions/run.ts";
import { untested } from "../../policies/access/assertions/untested.ts";
import { loadFromFile } from "../../stack/load.ts";
import type { Stack } from "../../stack/stack.ts";
import { stackFileName } from "../../stack-file/file-name.ts";
import { placed } from "../../stack-file/place.ts";
import { orProblems, StackFileError } from "../../stack-file/problems.ts";
import type { Action } from "../command.ts";
import { accessOf } from "../comment/access.ts";
import { commentOf, planText } from "../comment/comment.ts";
import { beforeItBegan, type Facts, type Preview } from "../comment/facts.ts";
import { namedChanges } from "../comment/named-changes.ts";
import { verdictOf } from "../comment/verdict.ts";
import { decidingChanges } from "../deciding-files.ts";
import { CliError, exit } from "../exit.ts";
import { failOnOf } from "../fail-on.ts";
import { commitOf } from "../git.ts";
import type { Annotation } from "../github/annotation.ts";
import {
  accessAnnotations,
  annotationLines,
  problemAnnotations,
  repositoryPath,
  untestedAnnotations,
} from "../github/annotations.ts";
import { readText } from "../input.ts";
import type { Io } from "../io.ts";
import { deliver } from "../output.ts";
import { NoPlan, parsePlan } from "../plan/plan.ts";
import { directoryOf, projectOf, stackIn, stacksIn } from "../project.ts";
import { stackAt } from "../stack-at.ts";
import type { CommentOptions } from "../usage/comment.ts";
import { judgePlan } from "./guard.ts";

/** Writes the pull request's comment for one stack. */
export const comment: Action<CommentOptions> = {
  async run(_, options, io) {
    const on = options.failOn === "none" ? [] : failOnOf(options.failOn ?? "public");
    const facts = await factsOf(options, io);
    const failures = verdictOf(facts, on);
    if (options.verdict !== undefined)
      deliver(failures.map((line) => `${line}\n`).join(""), { output: options.verdict }, io);
    if (options.plan !== undefined) deliver(planText(facts), { output: options.plan }, io);
    if (options.annotations) io.out(annotationLines(annotationsOf(facts, directoryOf(options, io))));
    deliver(commentOf(facts, on), options, io);
    return exit.ok;
  },
};

async function factsOf(options: CommentOptions, io: Io): Promise<Facts> {
  const directory = directoryOf(options, io);
  // A stack whose file is deleted is named too.
  const name = options.stack ?? stackIn(projectOf(options, io), undefined);
  const file = stackFileName(name);
  const revision = options.from ?? "HEAD";
  const commit = await commitOf(directory, revision);
  const [read, code] = await Promise.all([
    stackAt(directory, commit, name),
    decidingChanges(directory, commit),
  ]);
  const exists = existsSync(join(directory, file));
  if (read === undefined && !exists)
    throw new CliError(`no stack "${name}"; the project has ${stacksIn(directory).join(", ") || "none"}`);
  const before = read === undefined ? undefined : orProblems(read);
  const after = exists ? orProblems(() => loadFromFile(join(directory, file))) : undefined;
  const preview = previewOf(options, name, io);
  const plan = "plan" in preview ? preview.plan : undefined;
  const sides = {
    ...(before && !(before instanceof StackFileError) ? { before } : {}),
    isBaseRefused: before instanceof StackFileError,
    ...(after && !(after instanceof StackFileError) ? { after } : {}),
  };
  const refused = refusalOf(after, file);
  return {
    problems: after instanceof StackFileError ? after.problems : [],
    name,
    origin: {
      ...(options.commit === undefined ? {} : { commit: options.commit }),
      base: commit,
      at: options.at ?? `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
      ...(options.run === undefined ? {} : { run: options.run }),
    },
    ...sides,
    ...(refused === undefined ? {} : { refused }),
    refusedByBaseOnly: refused !== undefined && exists && plan?.complete === true && code.length > 0,
    preview,
    access: accessOf({ ...sides, ...(plan ? { plan } : {}), code }),
    named: namedChanges(sides.before, sides.after),
    ...(plan && options.guardRails ? { guarded: judgePlan(plan, options.guardRails, io) } : {}),
    ...(sides.after
      ? { tests: { results: runAccessTests(sides.after), untested: untested(sides.after) } }
      : {}),
  };
}

function refusalOf(after: Stack | StackFileError | undefined, file: string): string | undefined {
  if (after === undefined)
    return `${file} is deleted. No run changes its cluster any more, and everything there stays as it is. To remove it from the cluster, destroy the stack before the file goes.`;
  return after instanceof StackFileError ? after.message : undefined;
}

function textOf(option: "preview" | "said", options: CommentOptions, io: Io): string | undefined {
  const file = options[option];
  return file === undefined ? undefined : readText(file, io);
}

/** What a step's failure means, in the order of the steps. */
const failures: readonly (readonly [step: string, text: string])[] = [
  ["packages", "the packages of the pull request cannot be installed"],
  ["cli", "the Pulumi CLI cannot be installed"],
  ["preview", beforeItBegan],
];

/** Why nobody tried a preview. */
function whyNone(outcomes: ReadonlyMap<string, string>, stack: string): string {
  if (outcomes.get("author") === "false")
    return "the pull request comes from a fork or a bot, whose code gets no credentials";
  if (outcomes.get("credentials") === "false")
    return `the environment preview-${stack} has no secret KUBECONFIG`;
  return "this run has no credentials for the cluster";
}

function previewOf(options: CommentOptions, stack: string, io: Io): Preview {
  const said = textOf("said", options, io) ?? "";
  const text = textOf("preview", options, io);
  if (text !== undefined)
    try {
      return { plan: parsePlan(text) };
    } catch (error) {
      if (!(error instanceof NoPlan)) throw error;
    }
  const outcomes = new Map(options.outcomes?.split(",").map((one) => one.split("=") as [string, string]));
  if ([...outcomes.values()].includes("cancelled")) return { failed: "the preview was cancelled", said };
  const failed = failures.find(([step]) => outcomes.get(step) === "failure");
  if (failed) return { failed: failed[1], said };
  return text === undefined ? { none: whyNone(outcomes, stack) } : { failed: beforeItBegan, said };
}

/** Messages for lines of the stack file: its problems, its failing and missing tests, and what changes about access. */
function annotationsOf(
  { name, problems, after, tests, access, named }: Facts,
  directory: string,
): Annotation[] {
  const file = repositoryPath(directory, name);
  if (!after) return problemAnnotations(file, problems);
  return [
    ...problemAnnotations(file, placed(failedTestProblems(after), after.placeOf)),
    ...untestedAnnotations(file, tests?.untested ?? [], after.placeOf),
    ...problemAnnotations(file, [], placed([...named.widened, ...named.loosened], after.placeOf)),
    ...("diff" in access.change ? accessAnnotations(file, access.change.diff, after.placeOf) : []),
  ];
}

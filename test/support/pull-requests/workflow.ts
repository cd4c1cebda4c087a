import { readFileSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { projectDirectory } from "../../../sandbox/stacks.ts";
import { ended, type Site } from "./site.ts";

/** A step of the workflow file. */
export interface WorkflowStep {
  name?: string;
  id?: string;
  uses?: string;
  run?: string;
  if?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
  "continue-on-error"?: boolean;
}

export interface WorkflowJob {
  permissions?: Record<string, string>;
  strategy?: { matrix: { stack: string } };
  needs?: string | string[];
  if?: string;
  outputs?: Record<string, string>;
  "runs-on": string;
  environment?: string;
  env?: Record<string, string>;
  steps: WorkflowStep[];
}

export interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: { group: string; "cancel-in-progress": boolean };
  jobs: Record<string, WorkflowJob>;
}

/** A workflow of the project. */
export function loadWorkflow(file: string): Workflow {
  return parse(readFileSync(path.join(projectDirectory, ".github/workflows", file), "utf8")) as Workflow;
}

type Context = Record<string, unknown>;

/** Evaluates an expression as GitHub does. What the workflow uses means the same in JavaScript. */
export function evaluate(expression: string, context: Context): unknown {
  const functions = {
    always: () => true,
    startsWith: (text: string, prefix: string) => text.startsWith(prefix),
    format: (text: string, ...values: string[]) => text.replace(/\{(\d)\}/g, (_, i) => values[Number(i)]!),
  };
  const names = { ...functions, ...context };
  return new Function(...Object.keys(names), `return ${expression}`)(...Object.values(names));
}

/** A text of the workflow file with its expressions evaluated. */
function filled(text: string, context: Context): string {
  return text.replace(/\$\{\{([\s\S]*?)\}\}/g, (_, expression: string) =>
    String(evaluate(expression, context) ?? ""),
  );
}

/** What a run of the workflow leaves on GitHub. */
export interface Result {
  /** The comment as it is posted. */
  comment: string;
  /** Why the job fails; empty if it succeeds. */
  verdict: string;
  /** Whether the required check succeeds. */
  passed: boolean;
  /** The artifact with the whole plan; absent if there was none. */
  plan?: string;
  /** What the steps have printed. */
  log: string;
}

/** Programs that a runner has, and that a test must not call: the registry and GitHub. */
const stubs: Readonly<Record<string, string>> = {
  // Packages come from this project, unless the two package files differ.
  npm: `[ "$1" = ci ] || exit 1
if grep --quiet not-in-the-lock package.json; then
  echo "npm error code EUSAGE"
  echo "npm error Missing: not-in-the-lock@1.0.0 from lock file"
  exit 1
fi
[ -e node_modules ] || ln -s "${projectDirectory}node_modules" node_modules`,
  gh: `case "$*" in
  *".head.sha"*) echo "$COMMIT" ;;
  *--paginate*) ;;
  *) for word in "$@"; do case "$word" in body=@*) cp "\${word#body=@}" "$POSTED" ;; esac; done ;;
esac`,
};

export interface RunOptions {
  /** A clone with the merge of the pull request checked out. */
  workspace: string;
  commit: string;
  /** Whether the author may see the environment with the credentials. Default: true. */
  trusted?: boolean;
  /** The secret KUBECONFIG. Default: the operator's. */
  kubeconfig?: string;
}

/** Runs the jobs `preview` and `verdict` of the workflow, with the commands that are in its file. */
export async function runWorkflow(
  site: Site,
  stack: string,
  { workspace, commit, trusted = true, kubeconfig }: RunOptions,
): Promise<Result> {
  const { jobs } = loadWorkflow("preview.yml");
  const temp = await mkdtemp(path.join(site.folder, "runner-"));
  const bin = path.join(temp, "bin");
  await mkdir(bin);
  for (const [name, script] of Object.entries(stubs)) {
    await writeFile(path.join(bin, name), `#!/usr/bin/env bash\nset -e\n${script}\n`);
    await chmod(path.join(bin, name), 0o755);
  }
  // The secrets come from the workflow's own lines, not from the operator's shell.
  const { KUBECONFIG, PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE, PATH, ...machine } = site.env;
  const secrets = trusted
    ? {
        KUBECONFIG: kubeconfig ?? (await readFile(KUBECONFIG!, "utf8")),
        PULUMI_BACKEND_URL,
        PULUMI_CONFIG_PASSPHRASE,
      }
    : {};
  const context: Context = {
    github: {
      token: "token",
      repository: "o/r",
      server_url: "https://github.com",
      run_id: "1",
      event: { pull_request: { number: 7, head: { sha: commit } } },
    },
    matrix: { stack },
    secrets,
    vars: {},
    inputs: {},
    needs: {
      author: { outputs: { trusted: String(trusted), comments: "true" } },
      stacks: { outputs: { names: JSON.stringify([stack]) } },
      preview: { result: "success" },
    },
  };
  const log: string[] = [];
  const run = async (job: WorkflowJob, folder: string): Promise<boolean> => {
    await mkdir(folder, { recursive: true });
    const steps: Record<string, { outcome: string; outputs: Record<string, string> }> = {};
    for (const { id } of job.steps) if (id !== undefined) steps[id] = { outcome: "skipped", outputs: {} };
    let failed = false;
    const at = { ...context, steps, runner: { temp: folder } };
    for (const step of job.steps) {
      const isAlways = step.if?.includes("always()") ?? false;
      if ((failed && !isAlways) || (step.if !== undefined && !evaluate(step.if, at))) continue;
      const texts = { ...job.env, ...step.env };
      const env = Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, filled(value, at)]));
      const output = path.join(folder, "output");
      await writeFile(output, "");
      const result =
        step.run === undefined
          ? { code: 0, out: "", err: "" }
          : await ended("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run], {
              cwd: workspace,
              env: {
                ...machine,
                PATH: `${bin}${path.delimiter}${PATH}`,
                RUNNER_TEMP: folder,
                GITHUB_OUTPUT: output,
                GITHUB_STEP_SUMMARY: path.join(folder, "summary"),
                POSTED: path.join(temp, "posted"),
                ...env,
              },
            });
      log.push(result.out, result.err);
      const outcome = result.code === 0 ? "success" : "failure";
      if (step.id !== undefined) {
        const lines = (await readFile(output, "utf8")).split("\n").filter(Boolean);
        steps[step.id] = { outcome, outputs: Object.fromEntries(lines.map((line) => line.split("=", 2))) };
      }
      if (outcome === "failure" && !step["continue-on-error"]) failed = true;
    }
    return !failed;
  };
  const [first, second] = [path.join(temp, "preview"), path.join(temp, "verdict")];
  const previewed = await run(jobs.preview!, first);
  (context.needs as { preview: { result: string } }).preview.result = previewed ? "success" : "failure";
  await mkdir(second);
  await cp(path.join(first, "result"), second, { recursive: true }).catch(() => {});
  const passed = await run(jobs.verdict!, second);
  const text = (name: string): Promise<string | undefined> =>
    readFile(path.join(second, name), "utf8").catch(() => undefined);
  const plan = await text("plan.txt");
  const result = {
    comment: await readFile(path.join(temp, "posted"), "utf8"),
    verdict: (await text("verdict.txt")) ?? "",
    passed,
    ...(plan === undefined ? {} : { plan }),
    log: log.join("\n"),
  };
  await ended("git", ["worktree", "remove", "--force", path.join(first, "base")], {
    cwd: workspace,
    env: site.env,
  });
  await rm(temp, { recursive: true, force: true });
  return result;
}

import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { stackOf } from "../../../stack-file/stack-file.ts";

const root = join(import.meta.dirname, "../../..");
const folder = join(root, ".github/workflows");

interface Step {
  name?: string;
  id?: string;
  uses?: string;
  run?: string;
  if?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

interface Job {
  permissions?: Record<string, string>;
  strategy?: { matrix: { stack: string[] } };
  needs?: string;
  outputs?: Record<string, string>;
  "runs-on": string;
  environment?: string;
  concurrency?: { group: string };
  env?: Record<string, string>;
  steps: Step[];
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

function load(file: string): Workflow {
  return parse(readFileSync(join(folder, file), "utf8")) as Workflow;
}

const workflow = load("preview.yml");
const job = workflow.jobs.preview!;
const isTrusted = "needs.author.outputs.trusted == 'true'";

function stepNamed(name: string): Step {
  const step = job.steps.find((one) => one.name === name);
  assert.ok(step, name);
  return step;
}

describe("every workflow", () => {
  for (const file of readdirSync(folder)) {
    const { on, permissions, jobs } = load(file);
    const steps = Object.values(jobs).flatMap((one) => one.steps);

    it(`${file} runs no action that could change under it`, () => {
      const used = steps.flatMap(({ uses }) => uses ?? []);
      assert.ok(used.length > 0);
      for (const uses of used) assert.match(uses, /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/);
    });

    it(`${file} puts no text from outside into a script`, () => {
      for (const { run } of steps) assert.doesNotMatch(run ?? "", /\$\{\{/);
    });

    it(`${file} reads versions from files that exist`, () => {
      for (const { with: inputs = {} } of steps)
        for (const [key, value] of Object.entries(inputs))
          if (key.endsWith("-version-file")) assert.ok(existsSync(join(root, String(value))), String(value));
    });

    it(`${file} leaves no token in the checkout`, () => {
      for (const { uses, with: inputs } of steps)
        if (uses?.startsWith("actions/checkout@")) assert.equal(inputs?.["persist-credentials"], false);
    });

    it(`${file} gives no token more than it needs, and strangers' code nothing`, () => {
      assert.ok(!("pull_request_target" in on) && !("workflow_run" in on));
      for (const granted of [permissions, ...Object.values(jobs).map((one) => one.permissions)])
        for (const [scope, level] of Object.entries(granted ?? {}))
          assert.ok(level === "read" || scope === "pull-requests", `${scope}: ${level}`);
      assert.ok(permissions !== undefined);
    });
  }
});

describe("preview.yml", () => {
  it("has a job for each stack of the project", () => {
    const stacks = readdirSync(root).filter((file) => /^Pulumi\..+\.yaml$/.test(file));
    assert.deepEqual(job.strategy?.matrix.stack, stacks.map(stackOf).sort());
  });

  it("lets a newer push of the same pull request and stack take over", () => {
    assert.match(job.concurrency!.group, /pull_request\.number.*matrix\.stack/);
  });

  it("runs code of strangers and bots on GitHub's machines and without an environment", () => {
    assert.equal(job.needs, "author");
    assert.equal(job["runs-on"], `\${{ ${isTrusted} && vars.PREVIEW_RUNNER || 'ubuntu-latest' }}`);
    assert.ok(job.environment?.startsWith(`\${{ ${isTrusted} && `));
    assert.equal(stepNamed("Post the comment, or edit the one that is there").if, isTrusted);
    const { author } = workflow.jobs;
    assert.equal(author!["runs-on"], "ubuntu-latest");
    assert.equal(author!.environment, undefined);
    assert.equal(author!.outputs!.trusted, `\${{ steps.author.outputs.trusted }}`);
  });

  const expression = /^\$\{\{([\s\S]*)\}\}$/.exec(workflow.jobs.author!.steps[0]!.env!.TRUSTED!.trim())![1]!;
  /** Evaluates the expression as GitHub does; what it uses means the same in JavaScript. */
  function trusted({ repo = "o/r", author = "User", sender = "User", branch = "more-readers" }): unknown {
    const github = {
      repository: "o/r",
      head_ref: branch,
      event: {
        sender: { type: sender },
        pull_request: { user: { type: author }, head: { repo: { full_name: repo } } },
      },
    };
    const startsWith = (text: string, prefix: string): boolean => text.startsWith(prefix);
    return new Function("github", "startsWith", `return ${expression}`)(github, startsWith);
  }

  it("trusts a person's branch of the repository", () => {
    assert.equal(trusted({}), true);
  });

  const untrusted: Record<string, Parameters<typeof trusted>[0]> = {
    "a fork": { repo: "stranger/r" },
    Dependabot: { author: "Bot", sender: "Bot", branch: "dependabot/npm_and_yarn/zod-5.0.0" },
    "the Renovate app": { author: "Bot", sender: "Bot", branch: "renovate/zod-5.x" },
    "Renovate under a person's account": { branch: "renovate/zod-5.x" },
    "a bot's pull request to which a person has pushed": { author: "Bot", branch: "update" },
    "a person's pull request to which a bot has pushed": { sender: "Bot" },
  };
  for (const [whose, event] of Object.entries(untrusted))
    it(`does not trust ${whose}`, () => {
      assert.equal(trusted(event), false);
    });

  it("shows credentials to the preview alone", () => {
    assert.ok(!Object.values(job.env ?? {}).some((value) => value.includes("secrets.")));
    const seeing = job.steps.filter((step) => JSON.stringify(step).includes("secrets."));
    assert.deepEqual(
      seeing.map(({ name }) => name),
      ["Look for credentials", "Preview"],
    );
    const token = job.steps.filter((step) => JSON.stringify(step).includes("github.token"));
    assert.equal(token.length, 1);
  });

  it("previews with a fresh look at the cluster, once for people and once for the comment", () => {
    const { run, if: condition } = stepNamed("Preview");
    assert.match(run!, /pulumi preview .*--diff --refresh/);
    assert.match(run!, /^preview --json > /m);
    assert.doesNotMatch(run!, /pulumi (up|destroy|refresh|import)|--yes|--show-secrets/);
    assert.equal(condition, "steps.credentials.outputs.found == 'true'");
  });
});

describe("the scripts of preview.yml", () => {
  const bin = mkdtempSync(join(tmpdir(), "pomerium-migration-workflow-"));
  after(() => rmSync(bin, { recursive: true, force: true }));

  /** A program that notes how it was called, and answers. */
  function stub(name: string, script: string): void {
    writeFileSync(join(bin, name), `#!/usr/bin/env bash\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }

  function bash(step: Step, env: Record<string, string>) {
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run!],
      {
        cwd: bin,
        encoding: "utf8",
        env: { PATH: `${bin}:${process.env.PATH}`, RUNNER_TEMP: bin, STACK: "octavo", ...env },
      },
    );
    return { status, stdout, stderr };
  }

  const post = stepNamed("Post the comment, or edit the one that is there");
  const calls = (): string => readFileSync(join(bin, "calls"), "utf8");
  const api = { COMMENTS: "repos/o/r/issues/7/comments", COMMENT: "repos/o/r/issues/comments" };

  it("write a comment where there is none", () => {
    stub("gh", 'echo "$@" >> calls; case "$*" in *--paginate*) ;; esac');
    writeFileSync(join(bin, "calls"), "");
    assert.deepEqual(bash(post, api), { status: 0, stdout: "", stderr: "" });
    const [list, create, ...rest] = calls().trim().split("\n");
    assert.match(list!, /^api --paginate repos\/o\/r\/issues\/7\/comments\?per_page=100 --jq /);
    assert.equal(
      create,
      `api --silent --method POST repos/o/r/issues/7/comments --field body=@${bin}/comment.md`,
    );
    assert.deepEqual(rest, []);
  });

  it("edit the comment that is there, the first if there are several", () => {
    stub("gh", 'echo "$@" >> calls; case "$*" in *--paginate*) echo 42; echo 43 ;; esac');
    writeFileSync(join(bin, "calls"), "");
    assert.equal(bash(post, api).status, 0);
    const [, edit, ...rest] = calls().trim().split("\n");
    assert.equal(
      edit,
      `api --silent --method PATCH repos/o/r/issues/comments/42 --field body=@${bin}/comment.md`,
    );
    assert.deepEqual(rest, []);
  });

  it("hold the kubeconfig no longer than the preview, and both previews' words", () => {
    stub(
      "pulumi",
      'cat "$KUBECONFIG" >> seen; stat -c %a "$KUBECONFIG" >> seen; env | grep -c KUBECONFIG_TEXT >> seen; case "$*" in *--json*) echo "{}" ;; *) echo "for people"; exit 1 ;; esac',
    );
    const { status, stdout } = bash(stepNamed("Preview"), { KUBECONFIG_TEXT: "apiVersion: v1" });
    assert.equal(status, 0);
    assert.match(stdout, /for people\nThe preview failed/);
    const once = "apiVersion: v1\n600\n0\n";
    assert.equal(readFileSync(join(bin, "seen"), "utf8"), once + once);
    assert.equal(readFileSync(join(bin, "preview.json"), "utf8"), "{}\n");
    assert.equal(readFileSync(join(bin, "preview.txt"), "utf8"), "for people\n");
    assert.ok(!readdirSync(bin).includes("kubeconfig"));
  });

  it("look for credentials without showing them", () => {
    const look = stepNamed("Look for credentials");
    for (const [text, found] of [
      ["apiVersion: v1", "true"],
      ["", "false"],
    ] as const) {
      const output = join(bin, `output-${found}`);
      assert.deepEqual(bash(look, { KUBECONFIG_TEXT: text, GITHUB_OUTPUT: output }), {
        status: 0,
        stdout: "",
        stderr: "",
      });
      assert.equal(readFileSync(output, "utf8"), `found=${found}\n`);
    }
  });

  it("write the comment with what there is of a preview", () => {
    stub("node", 'echo "$@" > calls; echo written > comment.md');
    const summary = join(bin, "summary");
    for (const [files, options] of [
      [[], ""],
      [["preview.txt"], ` --raw ${bin}/preview.txt`],
      [["preview.json", "preview.txt"], ` --preview ${bin}/preview.json --raw ${bin}/preview.txt`],
    ] as const) {
      for (const file of ["preview.json", "preview.txt"]) rmSync(join(bin, file), { force: true });
      for (const file of files) writeFileSync(join(bin, file), "");
      assert.equal(bash(stepNamed("Write the comment"), { GITHUB_STEP_SUMMARY: summary }).status, 0);
      assert.equal(
        calls(),
        `cli/main.ts comment --stack octavo --from HEAD^1 --output ${bin}/comment.md${options}\n`,
      );
    }
    assert.equal(readFileSync(summary, "utf8"), "written\n".repeat(3));
  });

  it("stop on a problem, a failing test, a change that is not wanted, and a preview that failed", () => {
    const stop = stepNamed("Stop what must not go in unseen");
    const verdict = (failing: string, env: Record<string, string>) => {
      stub("node", `echo "$@" >> calls; [ "$2" != "${failing}" ]`);
      writeFileSync(join(bin, "calls"), "");
      return bash(stop, { FAIL_ON: "public", PREVIEW: "success", ...env }).status;
    };
    assert.equal(verdict("none", {}), 0);
    assert.match(calls(), /^cli\/main\.ts diff octavo --from HEAD\^1 --fail-on public$/m);
    for (const failing of ["check", "test", "diff"]) {
      assert.equal(verdict(failing, {}), 1, failing);
      assert.equal(calls().trim().split("\n").length, 3, "all three are told at once");
    }
    assert.equal(verdict("none", { PREVIEW: "failure" }), 1);
    assert.equal(verdict("none", { PREVIEW: "skipped" }), 0);
    assert.equal(verdict("diff", { FAIL_ON: "none" }), 0);
  });
});

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
import { parse, parseAllDocuments } from "yaml";
import {
  evaluate,
  loadWorkflow,
  type Workflow,
  type WorkflowJob,
  type WorkflowStep,
} from "../../support/pull-requests/workflow.ts";

const root = join(import.meta.dirname, "../../..");
const folder = join(root, ".github/workflows");

const { jobs, ...workflow } = loadWorkflow("preview.yml");
const [author, stacks, begin, preview, verdict] = ["author", "stacks", "begin", "preview", "verdict"].map(
  (name) => jobs[name]!,
);
const isTrusted = "needs.author.outputs.trusted == 'true'";
const mayComment = "needs.author.outputs.comments == 'true'";

function stepNamed(job: WorkflowJob | undefined, name: string): WorkflowStep {
  const step = job?.steps.find((one) => one.name === name);
  assert.ok(step, name);
  return step;
}

describe("every workflow", () => {
  for (const file of readdirSync(folder)) {
    const { on, permissions, jobs: all } = loadWorkflow(file);
    const steps = Object.values(all).flatMap((one) => one.steps);

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
      for (const granted of [permissions, ...Object.values(all).map((one) => one.permissions)])
        for (const [scope, level] of Object.entries(granted ?? {}))
          assert.ok(level === "read" || scope === "pull-requests", `${scope}: ${level}`);
      assert.ok(permissions !== undefined);
    });
  }
});

describe("preview.yml", () => {
  it("has jobs for each stack that has a file, whatever the stacks are called", () => {
    const names = "needs.stacks.outputs.names";
    for (const job of [begin, preview, verdict]) {
      assert.equal(job!.strategy?.matrix.stack, `\${{ fromJSON(${names}) }}`);
      assert.ok(job!.needs!.includes("stacks"));
      // A matrix without a value is an error.
      assert.ok(job!.if!.endsWith(`${names} != '[]'`), job!.if!);
    }
    assert.equal(stacks!.outputs!.names, `\${{ steps.names.outputs.names }}`);
  });

  it("runs for every pull request, so that a required check never stays pending", () => {
    assert.equal(workflow.on.pull_request, null);
    assert.match(verdict!.if!, /^always\(\) && /);
    assert.deepEqual(verdict!.needs, ["author", "stacks", "begin", "preview"]);
  });

  it("can be called by another repository, as docs/pull-requests.md shows", () => {
    assert.deepEqual(Object.keys(workflow.on), ["pull_request", "workflow_call"]);
    const docs = readFileSync(join(root, "docs/pull-requests.md"), "utf8");
    const [, text] = /```yaml\n(# \.github\/workflows\/[\s\S]*?)```/.exec(docs)!;
    const caller = parse(text!) as Omit<Workflow, "jobs"> & {
      jobs: Record<string, { uses: string; with?: object; secrets: string }>;
    };
    assert.deepEqual(caller.on, "pull_request");
    const { uses, with: inputs = {}, secrets } = caller.jobs.preview!;
    assert.match(uses, /^<owner>\/<repository>\/\.github\/workflows\/preview\.yml@<commit>$/);
    // The secrets of the caller's environments are seen only with this.
    assert.equal(secrets, "inherit");
    const { inputs: declared } = workflow.on.workflow_call as { inputs: Record<string, { type: string }> };
    for (const name of Object.keys(inputs)) assert.ok(name in declared, name);
    // A called workflow can lower the caller's permissions, never raise them.
    for (const job of Object.values(jobs))
      for (const [scope, level] of Object.entries(job.permissions ?? {}))
        assert.equal(caller.permissions?.[scope], level, scope);
  });

  it("lets a newer push of the same pull request take over", () => {
    assert.equal(workflow.concurrency!.group, `preview-\${{ github.event.pull_request.number }}`);
    assert.equal(workflow.concurrency!["cancel-in-progress"], true);
  });

  it("gives a token that can write to no job that runs code of the pull request", () => {
    for (const job of Object.values(jobs)) {
      const runsCode = job.steps.some(
        ({ uses, run = "" }) => uses?.startsWith("actions/checkout@") || /\b(?:npm|node|pulumi) /.test(run),
      );
      if (runsCode) assert.deepEqual(job.permissions, { contents: "read" });
    }
    assert.deepEqual(verdict!.permissions, { "pull-requests": "write" });
    assert.equal(verdict!["runs-on"], "ubuntu-latest");
    assert.equal(verdict!.environment, undefined);
  });

  it("writes the comment with the code of the base branch, about the files of the pull request", () => {
    assert.match(
      stepNamed(preview, "Take the code of the base branch").run!,
      /git worktree add .* HEAD\^1$/m,
    );
    const { run, if: condition } = stepNamed(preview, "Write the comment");
    assert.match(run!, /^node "\$RUNNER_TEMP\/base\/cli\/main\.ts" comment --cwd "\$PWD"/m);
    assert.equal(condition, "always()");
    for (const job of Object.values(jobs))
      for (const { run: script = "" } of job.steps) assert.doesNotMatch(script, /node (?:\.\/)?cli/);
  });

  it("runs code of strangers and bots on GitHub's machines and without an environment", () => {
    assert.deepEqual(preview!.needs, ["author", "stacks"]);
    assert.equal(
      preview!["runs-on"],
      `\${{ ${isTrusted} && (inputs.runner || vars.PREVIEW_RUNNER) || 'ubuntu-latest' }}`,
    );
    assert.ok(preview!.environment?.startsWith(`\${{ ${isTrusted} && `));
    assert.ok(begin!.if!.startsWith(`${mayComment} && `));
    for (const job of [begin, verdict])
      assert.equal(stepNamed(job, "Post the comment, or edit the one that is there").if, mayComment);
    assert.equal(author!["runs-on"], "ubuntu-latest");
    assert.equal(author!.environment, undefined);
    assert.equal(author!.outputs!.trusted, `\${{ steps.author.outputs.trusted }}`);
  });

  /** The value of an expression that looks at the author of a pull request. */
  function about(
    name: "TRUSTED" | "COMMENTS",
    { repo = "o/r", author: type = "User", sender = "User", branch = "more-readers", actor = "alice" },
  ): unknown {
    const [, expression] = /^\$\{\{([\s\S]*)\}\}$/.exec(author!.steps[0]!.env![name]!.trim())!;
    const github = {
      repository: "o/r",
      head_ref: branch,
      actor,
      event: {
        sender: { type: sender },
        pull_request: { user: { type }, head: { repo: { full_name: repo } } },
      },
    };
    return evaluate(expression!, { github });
  }
  const trusted = (event: Parameters<typeof about>[1]): unknown => about("TRUSTED", event);

  it("comments where the token of the run can write: not for forks and Dependabot", () => {
    assert.equal(about("COMMENTS", {}), true);
    assert.equal(about("COMMENTS", { sender: "Bot" }), true);
    assert.equal(about("COMMENTS", { repo: "stranger/r" }), false);
    assert.equal(about("COMMENTS", { actor: "dependabot[bot]" }), false);
  });

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
    const seeing = Object.values(jobs).flatMap(({ env, steps }) => {
      assert.doesNotMatch(JSON.stringify(env ?? {}), /secrets\.|github\.token/);
      return steps.filter((step) => JSON.stringify(step).includes("secrets."));
    });
    assert.deepEqual(
      seeing.map(({ name }) => name),
      ["Look for credentials", "Preview"],
    );
    assert.doesNotMatch(JSON.stringify(preview), /github\.token/);
  });

  it("previews with a fresh look at the cluster, as the command that the comment recommends runs", () => {
    const { run, if: condition } = stepNamed(preview, "Preview");
    assert.match(run!, /^pulumi preview .*--refresh --show-sames --json/m);
    assert.doesNotMatch(run!, /pulumi (up|destroy|refresh|import)|--yes|--show-secrets/);
    assert.equal(condition, "steps.cli.outcome == 'success'");
    assert.equal(
      stepNamed(preview, "Install the packages of the pull request").if,
      "steps.credentials.outputs.found == 'true'",
    );
  });

  it("hands on the comment and the plan, never Pulumi's own output", () => {
    const upload = preview!.steps.find(({ uses }) => uses?.startsWith("actions/upload-artifact@"));
    assert.equal(upload!.with!.path, `\${{ runner.temp }}/result`);
    assert.doesNotMatch(stepNamed(preview, "Preview").run!, /result/);
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

  /** Runs a script in a new folder, which is also the runner's. */
  function bash(step: WorkflowStep, env: Record<string, string> = {}, files: Record<string, string> = {}) {
    const temp = mkdtempSync(join(bin, "runner-"));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(temp, name), text);
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run!],
      {
        cwd: temp,
        encoding: "utf8",
        env: {
          PATH: `${bin}:${process.env.PATH}`,
          RUNNER_TEMP: temp,
          STACK: "octavo",
          COMMIT: "0123456789abcdef0123",
          RUN: "https://example.org/run",
          GITHUB_STEP_SUMMARY: join(temp, "summary"),
          ...env,
        },
      },
    );
    const read = (name: string): string => readFileSync(join(temp, name), "utf8");
    return { status, stdout, stderr, read, has: (name: string) => existsSync(join(temp, name)) };
  }

  const post = stepNamed(verdict, "Post the comment, or edit the one that is there");
  const api = {
    COMMENTS: "repos/o/r/issues/7/comments",
    COMMENT: "repos/o/r/issues/comments",
    PULL: "repos/o/r/pulls/7",
  };
  const github = (ids: string, head = "0123456789abcdef0123"): void =>
    stub(
      "gh",
      `echo "$@" >> calls; case "$*" in *.head.sha*) echo ${head} ;; *--paginate*) printf '${ids}' ;; esac`,
    );

  it("write a comment where there is none", () => {
    github("");
    const { status, read } = bash(post, api);
    assert.equal(status, 0);
    const [, list, create, ...rest] = read("calls").trim().split("\n");
    assert.match(list!, /^api --paginate repos\/o\/r\/issues\/7\/comments\?per_page=100 --jq /);
    assert.match(
      create!,
      /^api --silent --method POST repos\/o\/r\/issues\/7\/comments --field body=@\S+\/comment\.md$/,
    );
    assert.deepEqual(rest, []);
  });

  it("edit the comment that is there, the first if there are several", () => {
    github("42\\n43\\n");
    const { status, read } = bash(post, api);
    assert.equal(status, 0);
    const [, , edit, ...rest] = read("calls").trim().split("\n");
    assert.match(
      edit!,
      /^api --silent --method PATCH repos\/o\/r\/issues\/comments\/42 --field body=@\S+\/comment\.md$/,
    );
    assert.deepEqual(rest, []);
  });

  it("leave the comment alone if there is a newer push", () => {
    github("42\\n", "another");
    const { status, read } = bash(post, api);
    assert.equal(status, 0);
    assert.equal(read("calls").trim().split("\n").length, 1);
  });

  it("hold the kubeconfig no longer than the preview, and keep what it printed", () => {
    stub(
      "pulumi",
      'cat "$KUBECONFIG" > seen; stat -c %a "$KUBECONFIG" >> seen; env | grep -c KUBECONFIG_TEXT >> seen; echo "{}"; echo "error: no" >&2; exit 1',
    );
    const { status, read, has } = bash(stepNamed(preview, "Preview"), { KUBECONFIG_TEXT: "apiVersion: v1" });
    assert.equal(status, 1);
    assert.equal(read("seen"), "apiVersion: v1\n600\n0\n");
    assert.equal(read("preview.json"), "{}\n");
    assert.equal(read("said.txt"), "error: no\n");
    assert.ok(!has("kubeconfig"));
  });

  it("look for credentials without showing them", () => {
    const look = stepNamed(preview, "Look for credentials");
    for (const [text, found] of [
      ["apiVersion: v1", "true"],
      ["", "false"],
    ] as const) {
      const output = join(bin, `output-${found}`);
      const { status, stdout, stderr } = bash(look, { KUBECONFIG_TEXT: text, GITHUB_OUTPUT: output });
      assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
      assert.equal(readFileSync(output, "utf8"), `found=${found}\n`);
    }
  });

  it("list the stacks before and after the change, and no name that could be more than a name", () => {
    const folder = mkdtempSync(join(bin, "files-"));
    const git = (...args: string[]): void => {
      const who = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
      assert.equal(spawnSync("git", [...who, ...args], { cwd: folder }).status, 0, args.join(" "));
    };
    const commit = (...files: string[]): void => {
      for (const file of files) writeFileSync(join(folder, file), "");
      git("add", "--all");
      git("commit", "--quiet", "--message", "x", "--allow-empty");
    };
    const listed = (): string => {
      const output = join(folder, "..", "names");
      writeFileSync(output, "");
      const { status } = spawnSync(
        "bash",
        ["--noprofile", "--norc", "-eo", "pipefail", "-c", stepNamed(stacks, "List the stack files").run!],
        { cwd: folder, env: { PATH: process.env.PATH, GITHUB_OUTPUT: output } },
      );
      assert.equal(status, 0);
      return readFileSync(output, "utf8");
    };
    git("init", "--quiet");
    commit("README.md");
    commit();
    assert.equal(listed(), "names=[]\n");
    commit("Pulumi.yaml", "Pulumi.home.yaml", "Pulumi.old.yaml", "other.yaml");
    rmSync(join(folder, "Pulumi.old.yaml"));
    commit("Pulumi.new-1.yaml", 'Pulumi.a"b.yaml', "Pulumi.$(id).yaml", "Pulumi.a b.yaml");
    const names = listed();
    assert.equal(names, 'names=["home","new-1","old"]\n');
    assert.deepEqual(JSON.parse(names.slice("names=".length)), ["home", "new-1", "old"]);
  });

  it("replace the last verdict before the preview begins, with commit and time", () => {
    const { read } = bash(stepNamed(begin, "Say that there is no verdict yet"));
    assert.match(
      read("comment.md"),
      /^<!-- pomerium-migration:octavo -->\n### ⏳ octavo: no verdict yet\n\nCommit 0123456789ab, \d{4}-\d\d-\d\d \d\d:\d\d UTC · \[log\]\(https:\/\/example\.org\/run\)\.\n/,
    );
  });

  const say = stepNamed(verdict, "Say what failed if nothing else does");
  const fail = stepNamed(verdict, "Fail with the rule that is broken");

  it("write a comment and a verdict if the preview wrote none", () => {
    const given: Record<string, string>[] = [
      {},
      { "comment.md": "half a comment" },
      { "comment.md": "", "verdict.txt": "" },
    ];
    for (const files of given) {
      const { status, read } = bash(say, { RESULT: "cancelled" }, files);
      assert.equal(status, 0);
      assert.match(
        read("comment.md"),
        /^<!-- pomerium-migration:octavo -->\n### ✖ octavo: there is no verdict on this commit\n/,
      );
      assert.match(read("comment.md"), /ended \(cancelled\)/);
      assert.match(read("verdict.txt"), /ended \(cancelled\)/);
      assert.equal(read("summary"), read("comment.md"));
    }
  });

  it("keep the comment that the preview wrote", () => {
    const files = { "comment.md": "written\n", "verdict.txt": "" };
    assert.equal(bash(say, { RESULT: "success" }, files).read("comment.md"), "written\n");
  });

  it("fail with every broken rule, and only then", () => {
    const { status, stdout } = bash(fail, {}, { "verdict.txt": "one\ntwo\n" });
    assert.equal(status, 1);
    assert.equal(stdout, "::error title=octavo::one\n::error title=octavo::two\n");
    assert.equal(bash(fail, {}, { "verdict.txt": "" }).status, 0);
    assert.notEqual(bash(fail).status, 0, "without a file there is no verdict");
  });

  it("write the comment with what there is of a preview", () => {
    stub("node", 'echo "$@" > calls');
    for (const [files, options, rails] of [
      [{}, "", ""],
      [{ "preview.json": "" }, " --preview \\S+/preview\\.json", ""],
      [{}, " --guard-rails \\S+/base/rails\\.json", "rails.json"],
    ] as const) {
      const { read, status } = bash(
        stepNamed(preview, "Write the comment"),
        { OUTCOMES: "packages=success", FAIL_ON: "public", GUARD_RAILS: rails },
        files,
      );
      assert.equal(status, 0);
      assert.match(
        read("calls"),
        new RegExp(
          `^\\S+/base/cli/main\\.ts comment --cwd \\S+ --stack octavo --from HEAD\\^1 --commit 0123456789abcdef0123 --run https://example\\.org/run --outcomes packages=success --fail-on public${options} --said \\S+/said\\.txt --annotations --plan \\S+/result/plan\\.txt --verdict \\S+/result/verdict\\.txt --output \\S+/result/comment\\.md$`,
          "m",
        ),
      );
    }
  });
});

describe("the service account of docs/preview-reader.yaml", () => {
  const documents = parseAllDocuments(readFileSync(join(root, "docs/preview-reader.yaml"), "utf8"));
  const role = documents
    .map((one) => one.toJS() as { kind: string; rules?: { apiGroups: string[]; verbs: string[] }[] })
    .find(({ kind }) => kind === "ClusterRole");

  it("may read every API group that the program asks for by name", () => {
    const asked = readdirSync(join(root, "components"), { recursive: true, withFileTypes: true })
      .filter((file) => file.name.endsWith(".ts"))
      .flatMap((file) => [
        ...readFileSync(join(file.parentPath, file.name), "utf8").matchAll(
          /["`]\/apis\/([a-z0-9.-]+)\/|(?:kind\(|apiVersion: |group: )"([a-z0-9-]+\.[a-z0-9.-]+|apps|batch|policy|autoscaling)(?:\/v\w+)?"/g,
        ),
      ])
      .map(([, path, table]) => path ?? table!)
      // A kustomization is a file, not an object of the cluster.
      .filter((group) => group !== "kustomize.config.k8s.io");
    const granted = new Set(role!.rules!.flatMap(({ apiGroups }) => apiGroups));
    assert.ok(asked.length > 10);
    assert.deepEqual([...new Set(asked)].filter((group) => !granted.has(group)).sort(), []);
  });

  it("may only get, list and watch", () => {
    for (const { verbs } of role!.rules!) assert.deepEqual(verbs, ["get", "list", "watch"]);
  });
});

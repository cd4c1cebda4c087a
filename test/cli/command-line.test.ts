import { strict as assert } from "node:assert";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { writeKubeconfig } from "../support/fake-api-server.ts";
import { cli, house, makeProject } from "../unit/cli/project.ts";

const names = [
  "audit",
  "init",
  "check",
  "access",
  "why",
  "test",
  "diff",
  "compare",
  "ready",
  "report",
  "fleet",
  "logs",
  "lint",
  "paths",
  "guard",
  "comment",
  "catalogue",
];
const main = join(import.meta.dirname, "../../cli/main.ts");

describe("the command line", () => {
  const project = makeProject({ house: house(), other: house() });

  it("answers a mistyped command with the one that was meant", async () => {
    const { code, out, err } = await cli(project, ["chekc"]);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.equal(
      err,
      "error: unknown command 'chekc'\n(Did you mean check?)\nAll commands: npx pomerium-migration help\n",
    );
    const unlike = await cli(project, ["--zzz"]);
    assert.equal(unlike.code, 2);
    assert.equal(unlike.err, "error: unknown option '--zzz'\nAll commands: npx pomerium-migration help\n");
  });

  it("lists its commands when it is given none, without claiming success", async () => {
    const { code, err } = await cli(project, []);
    assert.equal(code, 2);
    assert.match(err, /^Usage: pomerium-migration \[options\] \[command\]/m);
    for (const name of names) assert.match(err, new RegExp(`^  ${name} `, "m"));
    assert.equal((await cli(project, ["--help"])).code, 0);
  });

  for (const name of names)
    it(`lists every option of ${name}`, async () => {
      const { code, out } = await cli(project, [name, "--help"]);
      assert.equal(code, 0);
      assert.match(out, new RegExp(`^Usage: pomerium-migration ${name}`, "m"));
      for (const option of ["-h, --help", "--cwd <folder>"])
        assert.ok(out.includes(`\n  ${option} `), option);
      // Only a workflow runs `comment`.
      if (name !== "comment")
        assert.match(out, new RegExp(`\nExamples:\n(  .*\n)*?  .*npx pomerium-migration ${name}`));
    });

  it("explains a command by `help` as by `--help`, and names the one that was meant", async () => {
    for (const name of names) {
      const [word, option] = await Promise.all([
        cli(project, ["help", name]),
        cli(project, [name, "--help"]),
      ]);
      assert.deepEqual(word, option, name);
    }
    const { code, err } = await cli(project, ["help", "chekc"]);
    assert.equal(code, 2);
    assert.match(err, /^error: unknown command 'chekc'\n\(Did you mean check\?\)$/m);
    const all = await cli(project, ["help"]);
    assert.equal(all.code, 0);
    assert.match(all.out, /^ {2}check /m);
  });

  const refused: [argv: string[], message: RegExp][] = [
    [["diff", "house", "--form", "HEAD"], /unknown option '--form'\n\(Did you mean --from\?\)/],
    [["diff", "house", "-x"], /unknown option '-x'/],
    [["diff", "house", "--from"], /'--from <view>' argument missing/],
    [["diff", "house", "--from="], /'--from <view>' argument '' is invalid\. A value is missing/],
    [["diff", "house", "--from", "--to", "now"], /too many arguments for 'diff'/],
    [["diff", "house", "--fail-on", "gain,publik"], /"publik" is none of gain, public, loss/],
    [
      ["access", "house", "--format", "htlm"],
      /'htlm' is invalid\. Allowed choices are table, markdown, json, html\./,
    ],
    [["access", "house", "--json", "--format", "html"], /--json and --format html exclude each other/],
    [["access", "house", "--json=yes"], /unknown option '--json=yes'/],
    [["access", "house", "other"], /too many arguments for 'access'\. Expected 1 argument but got 2/],
    [["access"], /which stack\? The project has house, other/],
    [["comment", "house"], /too many arguments for 'comment'\. Expected 0 arguments but got 1/],
    [["comment", "--stack", "house", "--fail-on", "opened"], /"opened" is none of gain, public, loss/],
    [["lint"], /missing required argument 'file'/],
    [["lint", "-", "--pomerium", "latest"], /--pomerium latest: not a release/],
  ];
  for (const [argv, message] of refused)
    it(`refuses \`${argv.join(" ")}\` and shows the usage`, async () => {
      const { code, out, err } = await cli(project, argv, { stdin: "[]" });
      assert.equal(code, 2);
      assert.equal(out, "");
      assert.match(err, message);
      assert.match(err, new RegExp(`^Usage: pomerium-migration ${argv[0]}`, "m"));
    });

  it("prints its version", async () => {
    const { code, out } = await cli(project, ["--version"]);
    assert.equal(code, 0);
    assert.match(out, /^\d+\.\d+\.\d+\n$/);
  });

  describe("in a shell that completes words", function () {
    // Each word takes a process of its own.
    this.timeout(60_000);

    const printed = async (...args: string[]): Promise<string> => {
      const { stdout } = await promisify(execFile)(process.execPath, [main, "complete", ...args], {
        cwd: project.directory,
      });
      return stdout;
    };
    const completed = async (...words: string[]): Promise<string[]> =>
      (await printed("--", ...words)).split("\n").map((line) => line.split("\t", 1)[0]!);

    it("offers commands, options, their values, and the stacks where a command takes one", async () => {
      const [commands, options, values, some, one, none] = await Promise.all([
        completed(""),
        completed("diff", "--fr"),
        completed("access", "house", "--format", ""),
        completed("check", ""),
        completed("ready", ""),
        completed("lint", ""),
      ]);
      for (const name of names) assert.ok(commands.includes(name), name);
      assert.ok(options.includes("--from"));
      assert.ok(values.includes("markdown"));
      for (const stacks of [some, one]) assert.deepEqual(stacks.slice(0, 2), ["house", "other"]);
      assert.ok(!none.includes("house"));
    });

    it("says what each thing is that it offers", async () => {
      const [stacks, formats, apps, commands] = await Promise.all([
        printed("--", "comment", "--stack", "ho"),
        printed("--", "access", "house", "--format=mark"),
        printed("--", "catalogue", "kom"),
        printed("--", "compl"),
      ]);
      // After `:4` the shell offers no files of its own.
      assert.deepEqual(
        [stacks, formats, apps],
        ["house\tstack\n:4\n", "markdown\tformat\n:4\n", "komga\tapp of the catalogue\n:4\n"],
      );
      assert.match(commands, /^complete\tthe script by which a shell completes /);
    });

    it("leaves files and folders to the shell, and nothing else", async () => {
      const left = await Promise.all([
        printed("--", "lint", "exp"),
        printed("--", "audit", "--from", "exports/"),
        printed("--", "audit", "--from=export."),
        printed("--", "logs", "house", "exports/a"),
        printed("--", "check", "--cwd", "~/"),
        printed("--", "diff", "--nginx", ""),
      ]);
      for (const answer of left) assert.equal(answer, ":0\n");
      const kept = await Promise.all([
        printed("--", "ready", "house", ""),
        printed("--", "why", "x", "--at", ""),
      ]);
      for (const answer of kept) assert.equal(answer, ":4\n");
    });

    it("prints a script for each common shell", async () => {
      const shells = ["bash", "zsh", "fish"];
      const scripts = await Promise.all(shells.map((shell) => printed(shell)));
      for (const [i, script] of scripts.entries())
        assert.match(script, new RegExp(`${shells[i]} completion for pomerium-migration`));
      // Without this option, bash completes no files.
      assert.match(scripts[0]!, /^complete -o default -F __pomerium_migration_complete pomerium-migration$/m);
      assert.match(scripts[0]!, /^__pomerium_migration_complete\(\) \{$/m);
    });
  });

  it("answers a mistyped stack with the one that was meant", async () => {
    const { code, err } = await cli(project, ["access", "huose"]);
    assert.equal(code, 1);
    assert.equal(err, 'error: no stack "huose"; did you mean "house"?\n');
  });

  it("answers an unknown stack with the command that makes it", async () => {
    const { err } = await cli(project, ["check", "cottage"]);
    assert.match(
      err,
      /^error: no stack "cottage"; the project has .*\. npx pomerium-migration init cottage --context <context> makes it\n$/,
    );
  });

  it("takes a stack by the name of its file", async () => {
    assert.equal((await cli(project, ["access", "Pulumi.house.yaml"])).code, 0);
  });

  it("finds the project from a folder inside it, and from outside by --cwd", async () => {
    project.put("deep/down/here.txt", "");
    assert.equal((await cli({ directory: join(project.directory, "deep/down") }, ["check"])).code, 0);
    assert.equal((await cli({ directory: "/" }, ["check", "--cwd", project.directory])).code, 0);
    const { code, err } = await cli({ directory: "/" }, ["check"]);
    assert.equal(code, 1);
    assert.match(err, /no Pulumi\.yaml in \/ or any folder above; name the project's folder with --cwd/);
  });

  it("is coloured for a terminal only", async () => {
    const coloured = "\u001b[";
    assert.ok((await cli(project, ["check"], { colour: true })).out.includes(coloured));
    assert.ok(!(await cli(project, ["check"])).out.includes(coloured));
  });

  it("prints a refused stack file without a stack trace when it runs as a program", async () => {
    const broken = makeProject({ broken: { ...house(), phase: "cutovre" } });
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, "access"], {
      cwd: broken.directory,
      encoding: "utf8",
    });
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^Pulumi\.broken\.yaml: 1 problem\n\n {2}6:3 {3}phase /);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });

  describe("without a cluster that it can reach", () => {
    const home = makeProject({ house: house() });
    home.put("empty", "apiVersion: v1\n");
    const server = createServer((_, response) => response.end("<html>Sign in to the Wi-Fi</html>"));
    before(async () => {
      await once(server.listen(0, "127.0.0.1"), "listening");
      writeKubeconfig(
        join(home.directory, "portal"),
        `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        ["house"],
      );
    });
    after(() => void server.close());

    const cases: [kubeconfig: string | undefined, message: RegExp][] = [
      [
        undefined,
        /^error: there is no kubeconfig: KUBECONFIG is not set, and ~\/\.kube\/config does not exist; set KUBECONFIG to your file\n$/,
      ],
      ["missing", /^error: kubeconfig .*\/missing cannot be read: .*\n$/],
      ["empty", /^error: kubeconfig .*\/empty has no context "house"; it has none\n$/],
      ["portal", /^error: GET \S+ on http:\/\/127\.0\.0\.1:\d+: the answer is not JSON .*\n$/],
    ];
    for (const [kubeconfig, message] of cases)
      it(`a command says so in one line, without a stack trace (kubeconfig: ${kubeconfig ?? "none"})`, async () => {
        const { HOME: _, KUBECONFIG: __, ...env } = process.env;
        const child = spawn(process.execPath, [main, "access", "--at", "live"], {
          cwd: home.directory,
          env: {
            ...env,
            HOME: home.directory,
            ...(kubeconfig === undefined ? {} : { KUBECONFIG: join(home.directory, kubeconfig) }),
          },
        });
        const [stdout, stderr, [code]] = await Promise.all([
          text(child.stdout),
          text(child.stderr),
          once(child, "close"),
        ]);
        assert.deepEqual([code, stdout], [1, ""]);
        assert.match(stderr, message);
      });
  });
});

import { strict as assert } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertDocumented } from "../../../support/documented.ts";
import { cli, house, makeProject } from "../project.ts";

describe("test", () => {
  it("passes when every assertion holds, with a line for each app", async () => {
    const { code, out } = await cli(makeProject({ house: house() }), ["test"]);
    assert.equal(code, 0);
    assert.match(out, /^house: \d+ passed$/m);
    assert.match(out, /^komga +komga\.example\.org +4$/m);
    assert.match(out, /^wiki +wiki\.example\.org +3$/m);
  });

  it("fails on an assertion that does not hold, and names its line, the reason and the edit", async () => {
    const wrong = house();
    wrong.accessTests.apps.wiki = [{ allow: ["alice@gmail.com"], deny: ["stranger"] }];
    const { code, out } = await cli(makeProject({ wrong, good: house() }), ["test"]);
    assert.equal(code, 1);
    assert.match(out, /^wrong: 1 of \d+ failed$/m);
    assert.match(out, /^wiki .* 1 failed$/m);
    assert.match(out, /^accessTests\.apps\.wiki\[0\]\.allow\[0\] +alice@gmail\.com must pass/m);
    assert.match(out, /^good: \d+ passed$/m);
  });

  it("names the problems of every stack file that cannot be read, and tests the others", async () => {
    const broken = { ...house(), domain: undefined };
    const { code, out, err } = await cli(makeProject({ broken, good: house(), worse: {} }), ["test"]);
    assert.equal(code, 1);
    assert.match(err, /^Pulumi\.broken\.yaml: 1 problem$/m);
    assert.match(err, /^Pulumi\.worse\.yaml: \d+ problems$/m);
    assert.match(out, /^good: \d+ passed$/m);
  });

  it("names apps of which no test says that a stranger stays outside", async () => {
    const untested = house();
    delete untested.accessTests.apps.wiki;
    const project = makeProject({ untested });
    const lenient = await cli(project, ["test"]);
    assert.equal(lenient.code, 0);
    assert.match(lenient.out, /^untested: \d+ passed, 1 app untested$/m);
    assert.match(lenient.out, /^warning: accessTests\.apps\.wiki /m);
    untested.accessTests.strict = true;
    project.write("untested", untested);
    assert.equal((await cli(project, ["test"])).code, 1);
  });

  it("shows every single answer on request", async () => {
    const { out } = await cli(makeProject({ house: house() }), ["test", "--all"]);
    assert.match(out, /^✔ +anonymous +GET komga\.example\.org\/opds\/v1\.2 +allow /m);
  });

  it("gives programs the same as JSON", async () => {
    const wrong = house();
    wrong.accessTests.apps.wiki = [{ allow: ["alice@gmail.com"], deny: ["stranger"] }];
    const { code, out } = await cli(makeProject({ wrong }), ["test", "--json"]);
    assert.equal(code, 1);
    assertDocumented(JSON.parse(out));
    const { stacks } = JSON.parse(out) as {
      stacks: { stack: string; failed: number; results: { passed: boolean; at: string }[] }[];
    };
    assert.equal(stacks[0]!.stack, "wrong");
    assert.equal(stacks[0]!.failed, 1);
    assert.deepEqual(
      stacks[0]!.results.filter(({ passed }) => !passed).map(({ at }) => at),
      ["accessTests.apps.wiki[0].allow[0]"],
    );
  });

  it("gives programs the problems of a stack file that cannot be read, also if it is the only one", async () => {
    const typo = { ...house(), phase: "cutovre" };
    const project = makeProject({ good: house(), nameless: { ...house(), domain: undefined }, typo });
    const run = async (...stacks: string[]) => {
      const { code, out, err } = await cli(project, ["test", ...stacks, "--json"]);
      assertDocumented(JSON.parse(out));
      type Entry = { stack: string; problems?: { at: string; message: string; place?: { line: number } }[] };
      return { code, err, stacks: (JSON.parse(out) as { stacks: (Entry & { failed?: number })[] }).stacks };
    };
    const all = await run();
    assert.equal(all.code, 1);
    assert.match(all.err, /^Pulumi\.nameless\.yaml: 1 problem$/m);
    assert.deepEqual(
      all.stacks.map(({ stack, failed, problems: found = [] }) => [stack, failed, found.map(({ at }) => at)]),
      [
        ["good", 0, []],
        ["nameless", undefined, ["domain"]],
        ["typo", undefined, ["phase"]],
      ],
    );
    const only = await run("typo");
    assert.equal(only.code, 1);
    const [problem] = only.stacks[0]!.problems!;
    assert.equal(only.stacks.length, 1);
    assert.match(problem!.message, /^must be one of/);
    assert.equal(problem!.place!.line, 6);
  });

  describe("--write", () => {
    const fresh = () => {
      const stack = house();
      stack.accessTests.apps = { wiki: [{ deny: ["stranger"] }] };
      const project = makeProject({ house: stack });
      const read = (): string => readFileSync(join(project.directory, "Pulumi.house.yaml"), "utf8");
      return { project, read };
    };

    it("adds tests that hold, keeps those that are there, and adds nothing the second time", async () => {
      const { project, read } = fresh();
      const before = read();
      const first = await cli(project, ["test", "house", "--write"]);
      assert.deepEqual(
        [first.code, first.out],
        [0, "Pulumi.house.yaml: 5 tests for 2 apps added: komga, wiki\n"],
      );
      const after = read();
      assert.ok(after.includes("        - {paths: [/, /opdsxyz], deny: [stranger, anonymous]}\n"));
      for (const line of before.split("\n")) assert.ok(after.includes(line), line);
      const tested = await cli(project, ["test", "house"]);
      assert.equal(tested.code, 0);
      assert.match(tested.out, /^house: \d+ passed$/m);
      const second = await cli(project, ["test", "house", "--write"]);
      assert.equal(second.out, "Pulumi.house.yaml: every app is tested; nothing to add\n");
      assert.equal(read(), after);
    });

    it("prints the tests on request, as text and as JSON, and leaves the file alone", async () => {
      const { project, read } = fresh();
      const before = read();
      const { out } = await cli(project, ["test", "--write", "--stdout"]);
      assert.match(
        out,
        /^# Pulumi\.house\.yaml\nconfig:\n {2}pomerium-migration:accessTests:\n {4}apps:\n {6}komga:\n/,
      );
      assert.match(out, /^ {8}- \{path: \/opds\/x, allow: \[anonymous\]\}$/m);
      const programs = JSON.parse((await cli(project, ["test", "--write", "--stdout", "--json"])).out) as {
        written: boolean;
        stacks: { file: string; apps: { app: string; tests: object[] }[] }[];
      };
      assert.equal(programs.written, false);
      assertDocumented(programs);
      assert.deepEqual(programs.stacks[0]!.apps[1], {
        app: "wiki",
        tests: [{ allow: ["admin-user@gmail.com"] }, { deny: ["group:readers", "anonymous"] }],
      });
      assert.equal(read(), before);
    });

    it("leaves a file alone that is not UTF-8, and keeps the characters and the byte order mark of one that is", async () => {
      const { project, read } = fresh();
      const file = join(project.directory, "Pulumi.house.yaml");
      const text = read();
      const latin = Buffer.from(text.replace("config:", "# one\n# für\nconfig:"), "latin1");
      writeFileSync(file, latin);
      const refused = await cli(project, ["test", "house", "--write"]);
      assert.equal(refused.code, 1);
      assert.match(refused.err, /Pulumi\.house\.yaml: line 2 is not UTF-8, .* iconv -f LATIN1 -t UTF-8/);
      assert.deepEqual(readFileSync(file), latin);
      const marked = `\uFEFF# für\n${text}`;
      writeFileSync(file, marked);
      assert.equal((await cli(project, ["test", "house", "--write"])).code, 0);
      assert.ok(read().startsWith("\uFEFF# für\n"));
    });

    it("writes nothing if a present test fails, or if the file has a form that cannot take more", async () => {
      const { project } = fresh();
      const wrong = house();
      wrong.accessTests.apps.wiki = [{ allow: ["alice@gmail.com"] }];
      project.write("wrong", wrong);
      const failing = await cli(project, ["test", "wrong", "--write"]);
      assert.equal(failing.code, 1);
      assert.match(failing.err, /1 answer of present tests failed/);
      project.put(
        "Pulumi.shared.yaml",
        fresh().read().replace("wiki:\n        - deny:", "wiki: &shared\n        - deny:"),
      );
      const shared = await cli(project, ["test", "shared", "--write"]);
      assert.equal(shared.code, 1);
      assert.match(shared.err, /has an anchor .* --write --stdout prints the tests/);
      assert.equal((await cli(project, ["test", "house", "--stdout"])).code, 2);
      assert.equal((await cli(project, ["test", "house", "--write", "--format", "github"])).code, 2);
    });
  });
});

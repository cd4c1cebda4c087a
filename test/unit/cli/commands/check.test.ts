import { strict as assert } from "node:assert";
import { assertDocumented } from "../../../support/documented.ts";
import { cli, house, makeProject } from "../project.ts";

describe("check", () => {
  it("passes stack files without problems, and sums them up", async () => {
    const { code, out } = await cli(makeProject({ house: house() }), ["check"]);
    assert.equal(code, 0);
    assert.match(out, /^Pulumi\.house\.yaml: .* · coexist · 2 apps · 2 people$/m);
  });

  it("reports all problems of all stack files at once, each with its place", async () => {
    const one = house();
    one.apps.komga!.access = { groups: ["readrs"] };
    one.phase = "cutovre";
    const project = makeProject({ one, two: house(), three: { ...house(), userz: {} } });
    const { code, out } = await cli(project, ["check"]);
    assert.equal(code, 1);
    assert.match(out, /^Pulumi\.one\.yaml: 2 problems$/m);
    assert.match(out, /^ {2}✖ 6:3 +phase +.*did you mean "cutover"/m);
    assert.match(out, /^ {2}✖ 43:13 +apps\.komga\.access\.groups\[0\] +.*did you mean "readers"/m);
    assert.match(out, /^Pulumi\.three\.yaml: 1 problem$/m);
    assert.match(out, /userz .*did you mean "users"/);
    assert.match(out, /^Pulumi\.two\.yaml: .*2 apps/m);
  });

  it("reports a failed access test as a problem, with the edit that makes it pass", async () => {
    const untrue = house();
    untrue.accessTests = { strict: false, apps: { komga: [{ allow: ["stranger"] }] } };
    const { code, out } = await cli(makeProject({ untrue }), ["check"]);
    assert.equal(code, 1);
    assert.match(out, /^Pulumi\.untrue\.yaml: 1 problem/m);
    assert.match(
      out,
      /^ {2}✖ \d+:\d+ +accessTests\.apps\.komga\[0\]\.allow\[0\] +any signed-in stranger must pass/m,
    );
    assert.match(out, /^ {6}name people in accessTests/m);
  });

  it("checks only the stacks that are named", async () => {
    const project = makeProject({ good: house(), bad: { ...house(), phase: "cutovre" } });
    const { code, out } = await cli(project, ["check", "good"]);
    assert.equal(code, 0);
    assert.doesNotMatch(out, /bad/);
  });

  it("reports a missing secret as a warning, with its command", async () => {
    const unset = house();
    unset.pomerium.identityProvider = { provider: "google", clientId: "client" } as never;
    const { code, out } = await cli(makeProject({ unset }), ["check"]);
    assert.equal(code, 0);
    assert.match(out, /^ {2}! 13:5 .* {3}missing\n {6}pulumi config set --stack unset --secret --path/m);
  });

  it("never shows a secret that is not encrypted in the file", async () => {
    const plain = house();
    plain.pomerium.identityProvider.clientSecret = "hunter2-correct-horse" as never;
    const project = makeProject({ plain });
    for (const argv of [["check"], ["check", "--json"], ["access"], ["test"]]) {
      const { code, out, err } = await cli(project, argv);
      assert.equal(code, 1, argv.join(" "));
      assert.doesNotMatch(out + err, /hunter2/);
    }
  });

  it("gives programs the same as JSON", async () => {
    const project = makeProject({ bad: { ...house(), phase: "cutovre" }, good: house() });
    const { code, out } = await cli(project, ["check", "--json"]);
    assert.equal(code, 1);
    assertDocumented(JSON.parse(out));
    const { version, kind, stacks } = JSON.parse(out) as {
      version: number;
      kind: string;
      stacks: {
        stack: string;
        file: string;
        problems: { at: string; place: object }[];
        warnings: unknown[];
      }[];
    };
    assert.deepEqual([version, kind], [1, "check"]);
    assert.deepEqual(
      stacks.map(({ stack, file, problems }) => [stack, file, problems.map(({ at }) => at)]),
      [
        ["bad", "Pulumi.bad.yaml", ["phase"]],
        ["good", "Pulumi.good.yaml", []],
      ],
    );
    assert.deepEqual(stacks[0]!.problems[0]!.place, { line: 6, column: 3 });
    assert.doesNotMatch(out, /sealed|v1:/, "the file's content is no part of it");
  });
});

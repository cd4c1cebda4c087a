import { strict as assert } from "node:assert";
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
});

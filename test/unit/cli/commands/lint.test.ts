import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { positions } from "../../../../cli/policy-positions.ts";
import { assertDocumented } from "../../../support/documented.ts";
import { cli, makeProject } from "../project.ts";

describe("lint", () => {
  const project = makeProject();
  const lint = (stdin: string, ...options: string[]) => cli(project, ["lint", "-", ...options], { stdin });

  it("says nothing about a policy that does what it says", async () => {
    const { code, out } = await lint("allow:\n  or:\n    - email: alice@gmail.com\n");
    assert.equal(code, 0);
    assert.equal(out, "standard input: nothing to say\n");
  });

  it("names line and column of what Pomerium would refuse, and what was meant", async () => {
    const { code, out } = await lint("- allow:\n    or:\n      - emial: alice@gmail.com\n");
    assert.equal(code, 1);
    assert.match(out, /^standard input: 1 error$/m);
    assert.match(out, /^ {2}✖ 3:9 +unknown criterion "emial"\n.*did you mean "email"/m);
  });

  it("names line and column of what Pomerium accepts and does not do", async () => {
    const text = [
      "# who may read",
      "- deny:",
      "    not:",
      "      - source_ip: 10.0.0.0/8",
      "  allow:",
      "    or:",
      "      - email: alice@gmail.com",
      "      - groups: { has: readers }",
    ].join("\n");
    const { code, out } = await lint(text);
    assert.equal(code, 1);
    assert.match(out, /^ {2}✖ 8:9 +groups never match/m);
  });

  it("passes a policy that only deserves a look", async () => {
    const { code, out } = await lint("- allow:\n    or:\n      - email: Alice@gmail.com\n");
    assert.equal(code, 0);
    assert.match(out, /^ {2}! 3:9 +"Alice@gmail\.com" is compared letter by letter/m);
  });

  it("reads a file, and says when it cannot", async () => {
    project.put("policy.yaml", "[]");
    assert.notEqual((await cli(project, ["lint", "policy.yaml"])).code, 2);
    const { code, err } = await cli(project, ["lint", "none.yaml"]);
    assert.equal(code, 1);
    assert.equal(err, "error: cannot read none.yaml: ENOENT\n");
  });

  it("gives programs the same as JSON", async () => {
    const { out } = await lint("- allow:\n    or:\n      - groups: { has: readers }\n", "--json");
    assertDocumented(JSON.parse(out));
    const { findings } = JSON.parse(out) as { findings: { line: number; column: number; code: string }[] };
    assert.deepEqual(
      findings.filter(({ code }) => code === "groups").map(({ line, column }) => [line, column]),
      [[3, 9]],
    );
  });

  it("finds every criterion of a policy at its line", () => {
    const blocks = fc.record({ deny: fc.boolean(), allows: fc.nat(3), denies: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(blocks, { minLength: 1, maxLength: 4 }), (rules) => {
        const lines: string[] = [];
        const expected: [string, number][] = [];
        let rule = 0;
        for (const { deny, allows, denies } of rules) {
          // The allowing rule counts first, wherever it stands.
          const [allowing, denying] = [rule, rule + 1];
          rule += deny ? 2 : 1;
          const criteria = (at: string, count: number): void => {
            for (let i = 0; i <= count; i++) {
              lines.push(`      - claim/a.b${i}: x`);
              expected.push([`${at}[${i}].claim/a.b${i}`, lines.length]);
            }
          };
          if (deny) {
            lines.push("- deny:", "    or:");
            criteria(`[${denying}].deny.or`, denies);
          }
          lines.push(`${deny ? " " : "-"} allow:`, "    or:");
          criteria(`[${allowing}].allow.or`, allows);
        }
        const place = positions(lines.join("\n"));
        for (const [path, line] of expected) assert.deepEqual(place(path), { line, column: 9 }, path);
      }),
      { numRuns: 100 },
    );
  });

  it("stands at the nearest part that it knows", () => {
    const place = positions("- allow:\n    or:\n      - email: x\n");
    assert.deepEqual(place("[0].allow.or[0].email.is"), { line: 3, column: 9 });
    assert.deepEqual(place("[0].allow.or[7]"), { line: 2, column: 5 });
    assert.deepEqual(place("[9]"), { line: 1, column: 1 });
  });
});

import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { diffAccess } from "../../../policies/access/diff/diff.ts";
import { fromIngress } from "../../../policies/access/matrix/ingress.ts";
import { alikeOf, matrix } from "../../../policies/access/matrix/matrix.ts";
import { diffText } from "../../../report/diff-text.ts";
import { diffJson } from "../../../report/json.ts";
import { code, diffMarkdown, matrixMarkdown, plainText } from "../../../report/markdown.ts";
import { columns, matrixTable, merged } from "../../../report/table.ts";
import { directory, people, view } from "../policies/access/matrix/sample.ts";
import { stacks } from "../policies/access/matrix/stacks.ts";

const wide = Array.from({ length: 30 }, (_, i) => `person${String(i).padStart(2, "0")}@example.org`);

/** A cluster whose Ingress brings text that would like to be more than text. */
function hostile(text: string) {
  return fromIngress({
    namespace: "a",
    name: text,
    host: "komga.example.org",
    annotations: { "ingress.pomerium.io/policy": JSON.stringify({ allow: { or: [{ email: text }] } }) },
  });
}

describe("a report in text", () => {
  it("is as wide as the terminal allows, by numbering people and joining those who stand alike", () => {
    const all = matrix(view("now", [people("komga", { users: wide })]).apps, directory);
    for (const line of matrixTable(all, { width: 100 }).split("\n")) assert.ok(line.length <= 110, line);
    assert.match(
      matrixTable(all, { width: 100 }),
      /1 {2}admin-user@gmail\.com, person00@example\.org, .* and 28 more/,
    );
    assert.match(matrixTable(all, { width: 2000 }), /person29@example\.org {2}stranger {2}anonymous/);
  });

  it("has a column for each person, and one for all with the same marks", () => {
    fc.assert(
      fc.property(stacks, (stack) => {
        const all = matrix(view("now", stack.apps).apps, stack.directory);
        const everyone = [...all.people, "stranger", "anonymous"];
        const marksOf = (person: string): string[] => all.apps.map((app) => alikeOf(app, person).mark);
        assert.deepEqual(
          columns(all),
          everyone.map((person) => ({ people: [person], marks: marksOf(person) })),
        );
        const together = merged(columns(all));
        assert.deepEqual(together.flatMap(({ people }) => people).toSorted(), everyone.toSorted());
        for (const { people, marks } of together)
          for (const person of people) assert.deepEqual(marks, marksOf(person));
        const [strangers, unsigned] = together.slice(-2);
        assert.deepEqual([strangers?.people, unsigned?.people], [["stranger"], ["anonymous"]]);
        const kinds = together.slice(0, -2).map(({ marks }) => marks.join());
        assert.equal(new Set(kinds).size, kinds.length);
      }),
    );
  });

  it("shows the first changes and counts the rest", () => {
    const diff = diffAccess(view("a", [people("komga")]), view("b", [people("komga", { users: wide })]));
    const text = diffText(diff, { limit: 5 });
    assert.equal(text.match(/may reach/g)?.length, 5);
    assert.match(text, /25 more changes of people/);
  });

  it("joins the apps that one person gains for one reason", () => {
    const of = { ...directory, groups: { ...directory.groups, readers: ["zoe@example.org"] } };
    const some = (is: typeof directory) =>
      ["komga", "grafana", "ryot"].map((app) => people(app, { groups: ["readers"] }, { of: is }));
    const empty = { ...directory, groups: { ...directory.groups, readers: [] } };
    assert.match(
      diffText(diffAccess(view("a", some(empty), empty), view("b", some(of), of))),
      /^access {3}\+3 {2}zoe@example\.org {2}may reach {2}komga\.example\.org\/ and 2 more {2}group readers \(users\.groups\.readers\[0\]\)$/m,
    );
  });

  it("cannot be forged by texts of a cluster", () => {
    const evil = "x\u001b[2J\u202e\n+1  admin";
    const [table, diff] = [
      matrixTable(matrix([hostile(evil)])),
      diffText(diffAccess({ name: "live", apps: [] }, { name: "now", apps: [hostile(evil)] })),
    ];
    for (const text of [table, diff]) {
      assert.ok(text.includes("\\u001b[2J\\u202e\\u000a+1"), text);
      assert.ok(!text.includes("\u001b") && !text.includes("\u202e"));
    }
  });
});

describe("a report in Markdown", () => {
  it("shows names as text: no table border, no markup, no mention, no reference", () => {
    const evil = "a|b`c`<img src=x>**d**[e](http://f)@octocat #1\n| g";
    const text = [
      matrixMarkdown(matrix([hostile(evil)])),
      diffMarkdown(diffAccess({ name: "live", apps: [] }, { name: "now", apps: [hostile(evil)] })),
    ].join("\n");
    // GitHub reads nothing into a code span.
    const outside = text.replaceAll(/(`+)[\s\S]*?\1/g, "");
    assert.doesNotMatch(outside, /<img|\*\*d|\[e\]|@octocat|#1\b(?!;)|`|:\/\//);
    for (const line of text.split("\n").filter((one) => one.startsWith("|")))
      assert.ok([4, 5, 6].includes(line.split(" | ").length), line);
  });

  it("keeps GitHub from finding addresses, links, issues, emojis and formulas in a text", () => {
    assert.equal(
      plainText("alice@gmail.com #1 :x: $y$ https://example.org www.example.org"),
      "alice<span>@</span>gmail.com <span>#</span>1 <span>:</span>x: <span>$</span>y<span>$</span> https<span>:</span>//example.org www<span>.</span>example.org",
    );
  });

  it("shows code letter by letter, whatever it holds", () => {
    assert.equal(code("a@b.c"), "`a@b.c`");
    assert.equal(code("a`b"), "``a`b``");
    assert.equal(code("`a"), "`` `a ``");
    assert.equal(code("a|b"), "`a\\|b`");
  });

  it("folds a long list of people", () => {
    const diff = diffAccess(
      view("a", [people("komga")]),
      view("b", [people("komga", { users: [...wide, "zoe@example.org"] })]),
    );
    assert.match(diffMarkdown(diff), /<details>\n<summary>31 changes of people<\/summary>/);
  });
});

describe("a report for machines", () => {
  it("says its version and counts its rows", () => {
    const diff = diffAccess(view("a", [people("komga")]), view("b", [people("komga", { users: wide })]));
    const { version, kind, counts, rows } = JSON.parse(diffJson(diff)) as Record<string, unknown>;
    assert.deepEqual(
      [version, kind, counts, (rows as unknown[]).length],
      [1, "access-diff", { gain: 30 }, 30],
    );
  });
});

import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { parse, parseDocument, stringify } from "yaml";
import { InsertError, insertItems, textToInsertInto } from "../../../stack-file/insert.ts";

const insert = (text: string, items: readonly unknown[] = [{ deny: ["x"] }]): string =>
  insertItems(text, [{ path: ["config", "tests", "apps", "wiki"], items }]);

describe("an insertion into a stack file", () => {
  for (const [what, text, expected] of [
    [
      "at the end of a list",
      "config:\n  tests:\n    apps:\n      wiki: # why\n        - {deny: [a]} # and why\n      komga: []\n  phase: x\n",
      "config:\n  tests:\n    apps:\n      wiki: # why\n        - {deny: [a]} # and why\n        - {deny: [x]}\n      komga: []\n  phase: x\n",
    ],
    [
      "at the end of a list that is not indented",
      "config:\n  tests:\n    apps:\n      wiki:\n      - deny:\n          - a\n\n  # phase\n  phase: x\n",
      "config:\n  tests:\n    apps:\n      wiki:\n      - deny:\n          - a\n      - {deny: [x]}\n\n  # phase\n  phase: x\n",
    ],
    [
      "with its missing maps",
      "config:\n  phase: x # last\n",
      "config:\n  phase: x # last\n  tests:\n    apps:\n      wiki:\n        - {deny: [x]}\n",
    ],
    [
      "below a file without a line break at its end",
      "config:\n  tests:\n    strict: true",
      "config:\n  tests:\n    strict: true\n    apps:\n      wiki:\n        - {deny: [x]}\n",
    ],
    [
      "into lists and maps in one line",
      "config:\n  tests: {strict: true, apps: {wiki: [{deny: [a]}]}} # end\n",
      "config:\n  tests: {strict: true, apps: {wiki: [{deny: [a]}, {deny: [x]}]}} # end\n",
    ],
    [
      "into an empty map in one line",
      "config:\n  tests: {}\n",
      "config:\n  tests: {apps: {wiki: [{deny: [x]}]}}\n",
    ],
    [
      "behind a key without a value",
      "config:\n  tests:\n    apps: # none yet\n  phase: x\n",
      "config:\n  tests:\n    apps: {wiki: [{deny: [x]}]} # none yet\n  phase: x\n",
    ],
    [
      "behind a key without a value in one line",
      "config:\n  tests: {strict: true, apps: }\n",
      "config:\n  tests: {strict: true, apps: {wiki: [{deny: [x]}]} }\n",
    ],
    [
      "behind a last key without a value in one line",
      "config: {a: 1, b: }\n",
      "config: {a: 1, b:, tests: {apps: {wiki: [{deny: [x]}]}} }\n",
    ],
    [
      "before the comment of a last item without a value",
      "config: {tests: {apps: {wiki: [b: # why\n  ]}}}\n",
      "config: {tests: {apps: {wiki: [b: , {deny: [x]} # why\n  ]}}}\n",
    ],
    [
      "behind a last key with nothing but an anchor",
      "config: {a: 1, b: &t }\n",
      "config: {a: 1, b: &t, tests: {apps: {wiki: [{deny: [x]}]}} }\n",
    ],
    [
      "below a text of several lines",
      "config:\n  tests:\n    apps:\n      a: |\n        one\n        two\n  phase: x\n",
      "config:\n  tests:\n    apps:\n      a: |\n        one\n        two\n      wiki:\n        - {deny: [x]}\n  phase: x\n",
    ],
    [
      "in a file of another system, by its line breaks",
      "config:\r\n  tests:\r\n    apps:\r\n      wiki:\r\n        - {deny: [a]}\r\n",
      "config:\r\n  tests:\r\n    apps:\r\n      wiki:\r\n        - {deny: [a]}\r\n        - {deny: [x]}\r\n",
    ],
  ] as const)
    it(`goes ${what}`, () => {
      assert.equal(insert(text), expected);
    });

  for (const [what, text] of [
    ["an alias", "base: &b {}\nconfig:\n  tests: *b\n"],
    [
      "a list that other places have too",
      "config:\n  tests:\n    apps:\n      wiki: &w [{deny: [a]}]\n      komga: *w\n",
    ],
    ["a key with an anchor and no value", "config:\n  tests: &t\n  phase: x\n"],
    ["a key with a tag and no value", "config:\n  tests:\n    apps: !!null # none\n"],
    ["a key with an anchor in a line of its own", "config:\n  tests:\n    &t\n  phase: x\n"],
    ["a last item with nothing but an anchor", "config: {tests: {apps: {wiki: [a, &t ]}}}\n"],
    ["a key without a colon", "config: {tests, phase: x}\n"],
    ["a text", "config: {tests: x}\n"],
    ["a map in the place of the list", "config:\n  tests:\n    apps:\n      wiki: {a: 1}\n"],
    ["a file that is not YAML", "config: [\n"],
  ] as const)
    it(`is refused at ${what}`, () => {
      assert.throws(() => insert(text), InsertError);
    });

  it("keeps every line that was there, and adds just the items", () => {
    const name = fc.constantFrom("a", "wiki", "b-c", "yes", "1");
    const leaf = fc.oneof(
      fc.constantFrom("x", "group:readers", "a b", "*", "#", "multi\nline\n", "null"),
      fc.integer(),
    );
    const item = fc.dictionary(name, fc.oneof(leaf, fc.array(leaf, { maxLength: 2 })), {
      noNullPrototype: true,
    });
    const apps = fc.dictionary(name, fc.array(item, { maxLength: 3 }), { noNullPrototype: true });
    fc.assert(
      fc.property(
        apps,
        fc.array(item, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        (given, items, flow, indent) => {
          const data = { config: { before: 1, tests: { strict: true, apps: given }, after: "x" } };
          const text = stringify(data, {
            collectionStyle: flow ? "flow" : "any",
            indentSeq: indent,
            lineWidth: 0,
          }).replace(/^(\s*before: 1)$/m, "# a comment\n$1 # and another");
          const result = insert(text, items);
          const wiki = [...(given.wiki ?? []), ...items];
          assert.deepEqual(parse(result), {
            config: { ...data.config, tests: { strict: true, apps: { ...given, wiki } } },
          });
          if (flow) return;
          const lines = result.split("\n");
          let from = 0;
          for (const line of text.split("\n")) {
            // An empty list, or an empty map, is written in one line, and gets its items there.
            const at = lines.findIndex(
              (one, i) => i >= from && (one === line || one.startsWith(line.replace(/[\]}]$/, ""))),
            );
            assert.ok(at >= 0, `${line} is gone`);
            from = at + 1;
          }
        },
      ),
    );
  });
  it("into any form of a file adds just the items, or is refused", () => {
    const nothing = fc.constantFrom("", " ", " # why", " &t", " !!null", " &t !!null # why", " ~");
    const many = (open: string, inner: fc.Arbitrary<string>, close: string): fc.Arbitrary<string> =>
      fc
        .tuple(fc.array(inner, { maxLength: 3 }), fc.constantFrom("", " ", ", ", " # why\n    "))
        .map(([all, end]) => ` ${open}${all.join(", ")}${end}${close}`);
    const inLine = fc.constantFrom("", ":", ": ", ": 1", ": &t", ": !!null", ": 'x'", ": # why\n    ");
    const list = many("[", fc.constantFrom("a", "{deny: [a]}", "b:", "&t", "!!null", "{c}"), "]");
    const entry = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
      fc.oneof(
        fc.tuple(fc.constantFrom("a", "b", '"c"', name), inLine).map(([key, end]) => `${key}${end}`),
        value.map((one) => `${name}:${one}`),
      );
    const apps = fc.oneof(nothing, many("{", entry("wiki", fc.oneof(nothing, list)), "}"));
    const lines = (indent: string, name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
      fc
        .uniqueArray(fc.tuple(fc.constantFrom("a", "b", "? c\n", name), fc.oneof(nothing, value)), {
          minLength: 1,
          maxLength: 3,
          selector: ([key]) => key,
        })
        .map((all) =>
          all
            .map(([key, end]) => (key.startsWith("?") ? `\n${indent}? c` : `\n${indent}${key}:${end}`))
            .join(""),
        );
    const items = fc.array(fc.constantFrom("\n      -", "\n      - a", "\n      - &t", "\n      - b:"), {
      minLength: 1,
    });
    const block = lines(
      "    ",
      "wiki",
      items.map((all) => all.join("")),
    );
    const tests = fc.oneof(
      nothing,
      fc.constant("\n    &t"),
      many("{", entry("apps", apps), "}"),
      lines("   ", "apps", fc.oneof(apps, block)),
    );
    let written = 0;
    fc.assert(
      fc.property(tests, fc.boolean(), (value, isLast) => {
        const text = `config:\n  before: 1\n  tests:${value}${isLast ? "" : "\n  after: x\n"}`;
        const document = parseDocument(text, { logLevel: "error" });
        fc.pre(document.errors.length === 0);
        const expected = document.toJS() as {
          config: { tests: { apps?: { wiki?: unknown[] } | null } | null };
        };
        let result: string;
        try {
          result = insert(text);
        } catch (error) {
          assert.ok(error instanceof InsertError, String(error));
          return;
        }
        written++;
        const { config } = expected;
        config.tests ??= {};
        config.tests.apps ??= {};
        config.tests.apps.wiki = [...(config.tests.apps.wiki ?? []), { deny: ["x"] }];
        assert.deepEqual(parse(result, { logLevel: "error" }), expected, `${text}\n→\n${result}`);
      }),
      { numRuns: 300 },
    );
    assert.ok(written > 50, `only ${written} were written`);
  });

  it("reads a file only if its bytes come back unchanged", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 12 }),
          fc.string({ unit: "grapheme" }).map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const again = Buffer.from(Buffer.from(bytes).toString("utf8"));
          if (again.equals(bytes)) assert.deepEqual(Buffer.from(textToInsertInto(bytes)), again);
          else assert.throws(() => textToInsertInto(bytes), InsertError);
        },
      ),
    );
    for (const [bytes, line] of [
      [Buffer.from("a\nb\r\nü", "latin1"), 3],
      [Buffer.from("a\nü\nb\nü", "latin1"), 2],
      [Buffer.from("\uFEFFa\n", "utf16le"), 1],
    ] as const)
      assert.throws(() => textToInsertInto(bytes), { message: new RegExp(`^line ${line} is not UTF-8`) });
  });
});

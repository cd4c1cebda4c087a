import { strict as assert } from "node:assert";
import fc from "fast-check";
import { keyProblems, parseMap, placesBelow } from "../../../stack-file/yaml-map.ts";

/** A value of YAML, in which a map is a list of entries, so that a key can be there twice. */
type Value = string | { list: Value[] } | { entries: [string, Value][] };

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom("x", "1", "~", "'y'"),
    fc.record({ list: fc.array(tie("value"), { maxLength: 3 }) }),
    fc.record({
      entries: fc.array(fc.tuple(fc.constantFrom("a", "b", "c d", "1"), tie("value")), { maxLength: 3 }),
    }),
  ),
}));
const entries = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), value), { minLength: 1, maxLength: 4 });

function written(each: Value): string {
  if (typeof each === "string") return each;
  if ("list" in each) return `[${each.list.map(written).join(", ")}]`;
  return `{${each.entries.map(([key, below]) => `${key}: ${written(below)}`).join(", ")}}`;
}

function hasKeyTwice(each: Value): boolean {
  if (typeof each === "string") return false;
  if ("list" in each) return each.list.some(hasKeyTwice);
  const keys = each.entries.map(([key]) => key);
  return new Set(keys).size < keys.length || each.entries.some(([, below]) => hasKeyTwice(below));
}

const lines = (all: readonly [string, Value][]): string =>
  all.map(([key, below]) => `${key}: ${written(below)}\n`).join("");

describe("a YAML map with its places", () => {
  it("is refused with a key that is given twice, at any depth, and only then", () => {
    fc.assert(
      fc.property(entries, (all) => {
        const parsed = parseMap(lines(all), "no map");
        assert.equal(Array.isArray(parsed), hasKeyTwice({ entries: all }));
        if (Array.isArray(parsed))
          for (const { message } of parsed)
            assert.match(message, /given twice; the first one is at \d+:\d+$/);
      }),
    );
  });

  it("has the place of each entry, and no place besides", () => {
    fc.assert(
      fc.property(entries, (all) => {
        const text = lines(all);
        const parsed = parseMap(text, "no map");
        if (Array.isArray(parsed)) return;
        assert.deepEqual(keyProblems(parsed.root, parsed), []);
        const places = placesBelow(parsed.root, parsed);
        const expected = new Map(all.map(([key], i) => [key, { line: i + 1, column: 1 }]));
        const top = [...places].filter(([at]) => /^\w+$/.test(at));
        assert.deepEqual(new Map(top), expected);
        for (const [at, { line, column }] of places) {
          const key = /(?:^|\.)(\w+)$|\["([^"]*)"\]$/
            .exec(at)
            ?.slice(1)
            .find((one) => one !== undefined);
          const rest = text.split("\n")[line - 1]!.slice(column - 1);
          if (key !== undefined) assert.ok(rest.startsWith(`${key}:`), `${at} is not at ${line}:${column}`);
        }
      }),
    );
  });

  it("reports keys that are written differently and have one name", () => {
    const parsed = parseMap('a: {1: x, "1": y}\nb: {null: x}\nc: {&key d: x, *key : y}\n', "no map");
    assert.ok(!Array.isArray(parsed));
    assert.deepEqual(
      keyProblems(parsed.root, parsed).map(({ at, message }) => [at, message.split(";")[0]]),
      [
        ["a.1", "is given twice"],
        ["b", "has nothing in the place of a key"],
        ["c.d", "is given twice"],
      ],
    );
  });
});

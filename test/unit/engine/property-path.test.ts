import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { contains, formatPath, ignoreChanges, parsePath } from "../../../sandbox/engine/property-path.ts";
import { isSecret, type Properties, secret } from "../../../sandbox/engine/values.ts";

const key = fc.string({ minLength: 1 }).filter((text) => text !== "*" && text !== "__proto__");
const path = fc.array(fc.oneof(key, fc.nat(20)), { minLength: 1 });
const properties = fc.dictionary(
  key,
  fc.jsonValue().map((value) => value as Properties[string]),
  { noNullPrototype: true },
);

describe("a property path", () => {
  it("reads the forms that Pulumi takes", () => {
    assert.deepEqual(parsePath("spec.rules[0].host"), ["spec", "rules", 0, "host"]);
    assert.deepEqual(parsePath('metadata.annotations["a.b/c"]'), ["metadata", "annotations", "a.b/c"]);
    assert.deepEqual(parsePath("spec.ports[*].nodePort"), ["spec", "ports", "*", "nodePort"]);
    assert.deepEqual(parsePath('["a \\"quoted\\" key"].b'), ['a "quoted" key', "b"]);
    assert.deepEqual(parsePath("*"), ["*"]);
  });

  it("is refused where it is left open", () => {
    for (const text of ["spec[0", 'spec["a', "spec[a]", "a..b"])
      assert.throws(() => parsePath(text), SyntaxError, text);
  });

  it("survives being written and read, whatever its keys", () => {
    fc.assert(fc.property(path, (each) => assert.deepEqual(parsePath(formatPath(each)), each)));
  });

  it("contains itself and what is below it, with * for any key or index", () => {
    assert.ok(contains(parsePath("spec.ports[*]"), parsePath("spec.ports[3].name")));
    assert.ok(!contains(parsePath("spec.ports[1].name"), parsePath("spec.ports[1]")));
    assert.ok(!contains(parsePath("spec"), parsePath("specs")));
  });
});

describe("ignoreChanges", () => {
  const ignore = (inputs: Properties, old: Properties, ...paths: string[]): Properties =>
    ignoreChanges(inputs, old, paths).inputs;

  it('"*" keeps everything as it was: an adopted object is never changed', () => {
    fc.assert(
      fc.property(properties, properties, (inputs, old) => assert.deepEqual(ignore(inputs, old, "*"), old)),
    );
  });

  it("keeps one field as it was and lets the others change", () => {
    const old = { data: { a: "old", b: "old" } };
    assert.deepEqual(ignore({ data: { a: "new", b: "new" } }, old, "data.a"), {
      data: { a: "old", b: "new" },
    });
  });

  it("takes away a field that was not there, and brings back one that was", () => {
    assert.deepEqual(ignore({ data: { a: "new" } }, { data: {} }, "data.a"), { data: {} });
    assert.deepEqual(ignore({ data: {} }, { data: { a: "old" } }, "data.a"), { data: { a: "old" } });
  });

  it("goes through every element of an array, and says when elements came or went", () => {
    const old = { ports: [{ port: 1, nodePort: 30001 }] };
    assert.deepEqual(ignore({ ports: [{ port: 2, nodePort: 0 }] }, old, "ports[*].nodePort"), {
      ports: [{ port: 2, nodePort: 30001 }],
    });
    assert.deepEqual(ignoreChanges({ ports: [] }, old, ["ports[*].nodePort"]).failed, ["ports[*].nodePort"]);
    assert.deepEqual(ignoreChanges({}, { a: { b: 1 } }, ["a.b"]).failed, ["a.b"]);
  });

  it("keeps secret what was secret", () => {
    const result = ignore({ data: { a: "new" } }, { data: secret({ a: "old" }) }, "data.a");
    assert.ok(isSecret((result.data as Properties).a));
  });

  it("leaves what it was given unchanged", () => {
    fc.assert(
      fc.property(properties, properties, (inputs, old) => {
        const before = structuredClone([inputs, old]);
        ignoreChanges(inputs, old, ["*"]);
        assert.deepEqual([inputs, old], before);
      }),
    );
  });
});

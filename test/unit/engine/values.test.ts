import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  carrySecrets,
  equal,
  fromOutputs,
  hasSecret,
  hasUnknown,
  isSecret,
  mapChildren,
  mask,
  type Properties,
  reveal,
  secret,
  toOutputs,
  UNKNOWN,
  type Value,
} from "../../../sandbox/engine/values.ts";

const plain = fc.jsonValue({ maxDepth: 4 }).map((value) => value as Value);

/** A value with a secret around some of its parts. */
const marked = fc.tuple(plain, fc.infiniteStream(fc.boolean())).map(([value, coins]) => {
  const flip = (): boolean => coins.next().value === true;
  const mark = (each: Value): Value => {
    const inner = mapChildren(each, mark);
    return flip() ? secret(inner) : inner;
  };
  return mark(value);
});

describe("a value with secrets", () => {
  it("is shown with every secret named instead of given", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), (text) => {
        const shown = JSON.stringify(mask({ a: [secret({ b: text }), secret(text)] }));
        assert.equal(shown, '{"a":["[secret]","[secret]"]}');
      }),
    );
  });

  it("is what it was once the marks are off, and equal to it with or without them", () => {
    fc.assert(
      fc.property(marked, (value) => {
        const bare = reveal(value);
        assert.ok(!hasSecret(bare));
        assert.ok(equal(value, bare));
        assert.deepEqual(reveal(bare), bare);
      }),
    );
  });

  it("goes to a transform and back with its secrets and unknowns", () => {
    const value = { a: secret("x"), b: UNKNOWN, c: { d: [secret({ e: 1 })] }, f: "plain" };
    assert.deepEqual(fromOutputs(toOutputs(value)), value);
    assert.deepEqual(fromOutputs(toOutputs(secret(UNKNOWN))), secret(UNKNOWN));
    assert.ok(hasUnknown(value));
  });

  it("hands its marks on to outputs: key by key, and to an array as a whole", () => {
    const inputs = { data: { a: secret("1"), b: "2" }, list: [secret("3"), "4"], all: secret({ c: "5" }) };
    const outputs = {
      data: { a: "1", b: "2", extra: "6" },
      list: ["4", "3"],
      all: { c: "5" },
      status: "fine",
    };
    const result = carrySecrets(outputs, inputs);
    assert.deepEqual(result, {
      data: { a: secret("1"), b: "2", extra: "6" },
      list: secret(["4", "3"]),
      all: secret({ c: "5" }),
      status: "fine",
    });
    assert.ok(isSecret((result as Properties).all));
  });
});

import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { CreateOperand } from "../../../sandbox/engine/providers/provider.ts";
import { randomProvider } from "../../../sandbox/engine/providers/random.ts";
import { isSecret, type Properties, reveal, revealAll } from "../../../sandbox/engine/values.ts";

const provider = randomProvider();

function operand(type: string, inputs: Properties): CreateOperand {
  return {
    urn: `urn:pulumi:s::p::${type}::name`,
    type,
    name: "name",
    preview: false,
    signal: new AbortController().signal,
    log: () => {},
    inputs,
    resume: false,
  };
}

describe("random resources", () => {
  it("a password has its length, its minimums and no character that was excluded, and is secret", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          length: fc.integer({ min: 8, max: 64 }),
          minNumeric: fc.nat(4),
          minSpecial: fc.nat(4),
          upper: fc.boolean(),
        }),
        async (inputs) => {
          const type = "random:index/randomPassword:RandomPassword";
          const { id, outputs } = await provider.create(operand(type, { ...inputs, overrideSpecial: "_-" }));
          assert.equal(id, "none");
          assert.ok(isSecret(outputs.result));
          const result = String(reveal(outputs.result));
          assert.equal(result.length, inputs.length);
          assert.ok((result.match(/\d/g)?.length ?? 0) >= inputs.minNumeric);
          assert.ok((result.match(/[_-]/g)?.length ?? 0) >= inputs.minSpecial);
          assert.match(result, inputs.upper ? /^[A-Za-z0-9_-]+$/ : /^[a-z0-9_-]+$/);
        },
      ),
    );
  });

  it("bytes agree in both of their encodings, and their id gives nothing away", async () => {
    const type = "random:index/randomBytes:RandomBytes";
    const { id, outputs } = await provider.create(operand(type, { length: 32 }));
    assert.ok(isSecret(outputs.base64) && isSecret(outputs.hex));
    const { base64, hex } = revealAll(outputs);
    assert.equal(Buffer.from(String(base64), "base64").toString("hex"), hex);
    assert.equal(String(hex).length, 64);
    assert.equal(id, "none");
  });

  it("an id agrees in all of its encodings", async () => {
    const { id, outputs } = await provider.create(
      operand("random:index/randomId:RandomId", { byteLength: 8, prefix: "p-" }),
    );
    assert.equal(outputs.b64Url, `p-${id}`);
    assert.equal(BigInt(`0x${String(outputs.hex).slice(2)}`), BigInt(String(outputs.dec).slice(2)));
  });

  it("another input makes another one", () => {
    const old = { inputs: { length: 8 }, outputs: {} };
    const base = operand("random:index/randomString:RandomString", {});
    const diff = (inputs: Properties) => provider.diff({ ...base, old, inputs, ignoreChanges: [] });
    assert.deepEqual(diff({ length: 8 }).paths, []);
    assert.deepEqual(diff({ length: 9 }).replaces, ["length"]);
  });

  it("impossible wishes and unknown types are refused", async () => {
    const password = "random:index/randomPassword:RandomPassword";
    await assert.rejects(
      provider.create(operand(password, { length: 2, minNumeric: 3 })),
      /smaller than the minimums/,
    );
    await assert.rejects(provider.create(operand(password, { length: 0 })), /whole number from 1/);
    await assert.rejects(
      provider.create(operand("random:index/randomPet:RandomPet", {})),
      /use the Pulumi CLI/,
    );
  });
});

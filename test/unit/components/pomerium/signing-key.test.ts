import { strict as assert } from "node:assert";
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import * as fc from "fast-check";
import { signingKey, signingKeySeedBytes } from "../../../../components/pomerium/signing-key.ts";

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function seedOf(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(signingKeySeedBytes * 2, "0"), "hex");
}

function privateNumber(pem: string): bigint {
  const { d } = createPrivateKey(pem).export({ format: "jwk" });
  return BigInt(`0x${Buffer.from(d ?? "", "base64url").toString("hex")}`);
}

describe("the signing key", () => {
  it("is a working P-256 key in the PEM form that Pomerium reads, for every seed", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: signingKeySeedBytes, maxLength: signingKeySeedBytes }),
        (seed) => {
          const pem = signingKey(seed);
          assert.match(pem, /^-----BEGIN EC PRIVATE KEY-----\n[\s\S]+\n-----END EC PRIVATE KEY-----\n$/);
          const key = createPrivateKey(pem);
          assert.equal(key.asymmetricKeyDetails?.namedCurve, "prime256v1");
          const message = Buffer.from("a JWT");
          assert.ok(verify("sha256", message, createPublicKey(pem), sign("sha256", message, key)));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("is the same for the same seed, so that a later run changes nothing", () => {
    const seed = seedOf(123_456_789n);
    assert.equal(signingKey(seed), signingKey(seed));
    assert.notEqual(signingKey(seed), signingKey(seedOf(123_456_790n)));
  });

  it("has a private number of at least 1 that is less than the order of the curve", () => {
    assert.equal(privateNumber(signingKey(seedOf(0n))), 1n);
    assert.equal(privateNumber(signingKey(seedOf(order - 2n))), order - 1n);
    assert.equal(privateNumber(signingKey(seedOf(order - 1n))), 1n);
  });

  it("is refused for a seed of another length", () => {
    assert.throws(() => signingKey(Buffer.alloc(32)), /48 bytes, not 32/);
  });
});

import { strict as assert } from "node:assert";
import { createPrivateKey, X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { selfSigned } from "../../../../sandbox/cluster/x509.ts";

describe("a self-signed certificate", () => {
  it("is valid for each of its names and for no other name", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    const host = fc
      .array(label, { minLength: 1, maxLength: 3 })
      .map((labels) => [...labels, "test"].join("."));
    fc.assert(
      fc.property(fc.uniqueArray(host, { minLength: 1, maxLength: 12 }), (names) => {
        const certificate = new X509Certificate(selfSigned({ names }).certificate);
        for (const name of names) assert.equal(certificate.checkHost(name), name);
        assert.equal(certificate.checkHost(`another.${names[0]}`), undefined);
      }),
      { numRuns: 200 },
    );
  });

  it("is valid for its IP addresses", () => {
    const { certificate } = selfSigned({ names: ["127.0.0.1", "localhost"] });
    assert.equal(new X509Certificate(certificate).checkIP("127.0.0.1"), "127.0.0.1");
    assert.equal(new X509Certificate(certificate).checkIP("127.0.0.2"), undefined);
  });

  it("belongs to its key, is signed by it, and is its own authority", () => {
    const { certificate, privateKey } = selfSigned({ names: ["app.example.com"] });
    const read = new X509Certificate(certificate);
    assert.equal(read.checkPrivateKey(createPrivateKey(privateKey)), true);
    assert.equal(read.verify(read.publicKey), true);
    assert.equal(read.checkIssued(read), true);
    assert.equal(read.ca, true);
  });

  it("is valid from now on for the requested number of days", () => {
    const now = new Date("2026-03-01T12:34:56Z");
    const read = new X509Certificate(selfSigned({ names: ["app.example.com"], days: 90, now }).certificate);
    assert.equal(new Date(read.validFrom).getTime(), now.getTime());
    assert.equal(new Date(read.validTo).getTime(), now.getTime() + 90 * 86_400_000);
  });
});

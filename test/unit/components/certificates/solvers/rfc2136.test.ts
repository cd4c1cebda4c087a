import { strict as assert } from "node:assert";
import { challengeOf, mistakesOf } from "./challenge-of.ts";

describe("DNS by dynamic updates", () => {
  it("is solved with a TSIG key", () => {
    const value = { nameserver: "192.168.0.53:53", tsigKeyName: "acme", tsigAlgorithm: "HMACSHA512" };
    assert.deepEqual(challengeOf("rfc2136", { ...value, tsigSecret: "x" }), {
      rfc2136: { ...value, tsigSecretSecretRef: { name: "rfc2136-example.org", key: "tsig-secret" } },
    });
  });

  it("may be unsigned, and needs no Secret then", () => {
    assert.deepEqual(challengeOf("rfc2136", { nameserver: "[2001:db8::53]" }), {
      rfc2136: { nameserver: "[2001:db8::53]" },
    });
  });

  it("refuses a name server in a form that cert-manager cannot read, and a secret of a key without a name", () => {
    for (const nameserver of ["2001:db8::53", "ns.example.org:dns", "dns://ns.example.org", ""])
      assert.match(mistakesOf("rfc2136", { nameserver }).join(), /^nameserver: is not a name server/);
    const nameserver = "ns.example.org";
    for (const half of [{ tsigSecret: "x" }, { tsigAlgorithm: "HMACSHA1" }])
      assert.deepEqual(mistakesOf("rfc2136", { nameserver, ...half }), [
        "tsigKeyName: missing: the name of the TSIG key",
      ]);
  });
});

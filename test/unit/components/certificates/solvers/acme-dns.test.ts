import { strict as assert } from "node:assert";
import { challengeOf, mistakesOf } from "./challenge-of.ts";

describe("DNS by acme-dns", () => {
  it("is solved with the accounts that the server has given", () => {
    assert.deepEqual(challengeOf("acme-dns", { host: "https://auth.acme-dns.io", accounts: "{}" }), {
      acmeDNS: {
        host: "https://auth.acme-dns.io",
        accountSecretRef: { name: "acme-dns-example.org", key: "acmedns.json" },
      },
    });
  });

  it("needs the URL of the server", () => {
    assert.deepEqual(mistakesOf("acme-dns", { host: "auth.acme-dns.io", accounts: "{}" }), [
      "host: must be an http:// or https:// URL",
    ]);
  });
});

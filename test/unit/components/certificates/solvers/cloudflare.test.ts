import { strict as assert } from "node:assert";
import { challengeOf, mistakesOf } from "./challenge-of.ts";

describe("DNS at Cloudflare", () => {
  it("is solved with a token", () => {
    assert.deepEqual(challengeOf("cloudflare", { apiToken: "x" }), {
      cloudflare: { apiTokenSecretRef: { name: "cloudflare-example.org", key: "api-token" } },
    });
  });

  it("is solved with the global API key of an account, if the file names the account", () => {
    assert.deepEqual(challengeOf("cloudflare", { email: "root@example.org", apiKey: "x" }), {
      cloudflare: {
        email: "root@example.org",
        apiKeySecretRef: { name: "cloudflare-example.org", key: "api-key" },
      },
    });
  });

  it("takes either a token or the key of a named account, as cert-manager does", () => {
    assert.deepEqual(mistakesOf("cloudflare", { apiKey: "x" }), ["email: missing: the account of `apiKey`"]);
    assert.match(
      mistakesOf("cloudflare", { email: "root@example.org", apiToken: "x" }).join(),
      /^apiToken: contradicts/,
    );
    assert.match(mistakesOf("cloudflare", { email: "root" }).join(), /^email: is not an e-mail address/);
  });
});

import { strict as assert } from "node:assert";
import {
  identityProviders,
  providerProblems,
  providersWithUrl,
} from "../../../../components/pomerium/identity-providers.ts";
import { newestRelease } from "../../../../policies/language/releases.ts";

describe("an identity provider", () => {
  it("with a separate issuer for each customer needs the issuer's URL", () => {
    for (const provider of ["auth0", "cognito", "oidc", "okta", "ping"] as const) {
      assert.ok(providersWithUrl.includes(provider));
      assert.deepEqual(
        providerProblems(newestRelease, { provider }).map(({ key }) => key),
        ["url"],
        provider,
      );
      assert.deepEqual(providerProblems(newestRelease, { provider, url: "https://id.example.org" }), []);
    }
  });

  it("with one address for everybody needs no URL", () => {
    for (const provider of identityProviders.filter((each) => !providersWithUrl.includes(each)))
      assert.deepEqual(providerProblems(newestRelease, { provider }), [], provider);
  });

  it("that only later releases support is refused before the API server refuses it", () => {
    assert.deepEqual(providerProblems("v0.32.9", { provider: "apple" }), [
      { key: "provider", message: "apple needs Pomerium v0.33.0 or later; the stack runs v0.32.9" },
    ]);
    assert.deepEqual(providerProblems("v0.33.1", { provider: "apple" }), []);
  });
});

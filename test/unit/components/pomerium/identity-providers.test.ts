import { strict as assert } from "node:assert";
import {
  clientOf,
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

  it("at Microsoft must be one tenant's, by its id or its domain", () => {
    const problems = (url: string): string[] =>
      providerProblems(newestRelease, { provider: "azure", url }).map(({ message }) => message);
    const shared = ["", "common", "Common/v2.0", "organizations/v2.0", "consumers/v2.0"];
    for (const path of [...shared, "v2.0", "v2.0/", "oauth2/v2.0", "0c7a70e1-5e1f/v2.0", "{tenant}/v2.0"])
      assert.match(problems(`https://login.microsoftonline.com/${path}`).join(), /^names no tenant: /, path);
    for (const tenant of [
      "0c7a70e1-5e1f-4a5e-9d57-0123456789ab",
      "0C7A70E1-5E1F-4A5E-9D57-0123456789AB",
      "contoso.onmicrosoft.com",
      "example.org",
    ])
      assert.deepEqual(problems(`https://login.microsoftonline.com/${tenant}/v2.0`), [], tenant);
    assert.deepEqual(problems("https://sts.windows.net/0c7a70e1-5e1f-4a5e-9d57-0123456789ab/"), []);
  });

  it("that people run themselves is an OIDC provider, and the message has the form of its issuer", () => {
    const forms: [Parameters<typeof clientOf>[0], RegExp, string][] = [
      ["authelia", /write https:\/\/<host>/, "https://auth.example.org"],
      [
        "authentik",
        /\/application\/o\/<slug of the application>\//,
        "https://id.example.org/application/o/pomerium/",
      ],
      ["dex", /https:\/\/<host>\/dex/, "https://dex.example.org/dex"],
      ["kanidm", /\/oauth2\/openid\/<client id>/, "https://idm.example.org/oauth2/openid/pomerium"],
      ["keycloak", /\/realms\/<realm>/, "https://id.example.org/realms/home"],
      ["pocket-id", /Pocket ID's own host/, "https://id.example.org"],
      ["zitadel", /the instance's own host/, "https://id.example.org"],
    ];
    for (const [provider, message, url] of forms) {
      assert.equal(clientOf(provider), "oidc");
      assert.match(providerProblems(newestRelease, { provider })[0]!.message, message);
      assert.deepEqual(providerProblems(newestRelease, { provider, url }), [], provider);
    }
    assert.equal(clientOf("entra"), "azure");
    assert.equal(clientOf("okta"), "okta");
  });

  it("refuses a URL that is not its issuer", () => {
    const cases: [Parameters<typeof clientOf>[0], string, RegExp][] = [
      ["keycloak", "https://id.example.org", /does not have the form of its issuer/],
      ["keycloak", "https://id.example.org/realms/home/", /does not have the form/],
      ["authentik", "https://id.example.org/application/o/pomerium", /with the slash at its end/],
      ["entra", "https://login.microsoftonline.com/common/v2.0", /names no tenant/],
      ["entra", "https://login.microsoftonline.com/organizations/v2.0", /names no tenant/],
      ["oidc", "https://id.example.org/.well-known/openid-configuration", /write the issuer, without/],
      ["oidc", "https://id.example.org?realm=home", /an issuer has no \?/],
    ];
    for (const [provider, url, message] of cases)
      assert.match(providerProblems(newestRelease, { provider, url })[0]?.message ?? "", message, url);
    assert.deepEqual(
      providerProblems(newestRelease, {
        provider: "keycloak",
        url: "https://id.example.org/auth/realms/home",
      }),
      [],
    );
  });

  it("signs in nobody without the scope openid, GitHub apart", () => {
    const scopes = ["email"];
    assert.match(
      providerProblems(newestRelease, { provider: "google", scopes })[0]!.message,
      /\[openid, email\]/,
    );
    assert.deepEqual(providerProblems(newestRelease, { provider: "github", scopes }), []);
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

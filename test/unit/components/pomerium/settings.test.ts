import { strict as assert } from "node:assert";
import { type SettingsOptions, settings } from "../../../../components/pomerium/settings.ts";
import { atLeast, pinnedCommits } from "../../../../policies/language/releases.ts";

const google: SettingsOptions = {
  version: "v0.33.1",
  authenticateUrl: "https://authenticate.example.org:8443",
  identityProvider: { provider: "google", hasSecretParams: false, hasAuthority: false },
  storage: { pebble: {} },
  given: {},
  certificates: ["pomerium/pomerium-auth-tls"],
  session: "720h",
};

describe("Pomerium's settings", () => {
  it("are complete in the first write: sign-in pages together with the provider, secrets, store, certificate", () => {
    const spec = settings(google);
    assert.deepEqual(spec.authenticate, { url: "https://authenticate.example.org:8443" });
    assert.deepEqual(spec.identityProvider, { provider: "google", secret: "pomerium/idp-secret" });
    assert.equal(spec.secrets, "pomerium/bootstrap");
    assert.deepEqual(spec.certificates, ["pomerium/pomerium-auth-tls"]);
    assert.deepEqual(spec.storage, { file: { path: "/data/databroker" } });
    assert.deepEqual(spec.cookie, { expire: "720h" });
  });

  it("have either PostgreSQL or the file store, never both", () => {
    assert.deepEqual(settings({ ...google, storage: { postgres: {} } }).storage, {
      postgres: { secret: "pomerium/pomerium-storage" },
    });
  });

  it("have no read timeout for uploads, and no write timeout that Pomerium would refuse with it", () => {
    assert.deepEqual(settings(google).timeouts, { read: "0s" });
  });

  it("do not ask browsers to preload HSTS, and forbid other sites to frame the sign-in pages", () => {
    const { setResponseHeaders = {} } = settings(google);
    assert.doesNotMatch(setResponseHeaders["Strict-Transport-Security"] ?? "", /preload/);
    assert.equal(setResponseHeaders["X-Frame-Options"], "SAMEORIGIN");
  });

  it("replace all default response headers by those of the stack", () => {
    assert.deepEqual(
      settings({ ...google, given: { setResponseHeaders: { "X-Frame-Options": "DENY" } } })
        .setResponseHeaders,
      {
        "X-Frame-Options": "DENY",
      },
    );
  });

  it("leave identity headers to each app", () => {
    for (const version of Object.keys(pinnedCommits)) {
      assert.ok(!("passIdentityHeaders" in settings({ ...google, version })), version);
    }
  });

  it("treat requests as ingress-nginx did, from the first release with such settings", () => {
    for (const version of Object.keys(pinnedCommits))
      assert.equal(
        settings({ ...google, version }).mergeSlashes === true,
        atLeast(version, "v0.33.1"),
        version,
      );
    const { headersWithUnderscoresAction, pathWithEscapedSlashesAction } = settings(google);
    assert.equal(headersWithUnderscoresAction, "drop_header");
    assert.equal(pathWithEscapedSlashesAction, "unescape_and_redirect");
  });

  it("contain a provider's address and scopes only if they are given", () => {
    const spec = settings({
      ...google,
      identityProvider: {
        ...google.identityProvider,
        provider: "keycloak",
        url: "https://id.example.org",
        scopes: ["openid"],
      },
    });
    assert.deepEqual(spec.identityProvider, {
      provider: "oidc",
      secret: "pomerium/idp-secret",
      url: "https://id.example.org",
      scopes: ["openid"],
    });
  });
});

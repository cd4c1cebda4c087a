import { strict as assert } from "node:assert";
import { type SettingsOptions, settings } from "../../../../components/pomerium/settings.ts";
import { atLeast, pinnedCommits } from "../../../../policies/language/releases.ts";

const google: SettingsOptions = {
  version: "v0.33.1",
  authenticateUrl: "https://authenticate.example.org:8443",
  provider: "google",
  store: "pebble",
  certificates: ["pomerium/pomerium-auth-tls"],
  session: "720h",
};

describe("Pomerium's settings", () => {
  it("the first write has everything: sign-in pages together with the provider, secrets, store, certificate", () => {
    const spec = settings(google);
    assert.deepEqual(spec.authenticate, { url: "https://authenticate.example.org:8443" });
    assert.deepEqual(spec.identityProvider, { provider: "google", secret: "pomerium/idp-secret" });
    assert.equal(spec.secrets, "pomerium/bootstrap");
    assert.deepEqual(spec.certificates, ["pomerium/pomerium-auth-tls"]);
    assert.deepEqual(spec.storage, { file: { path: "/data/databroker" } });
    assert.deepEqual(spec.cookie, { expire: "720h" });
  });

  it("PostgreSQL takes the place of the file store, never both", () => {
    assert.deepEqual(settings({ ...google, store: "postgres" }).storage, {
      postgres: { secret: "pomerium/pomerium-storage" },
    });
  });

  it("an upload may take as long as it takes: no read timeout, and no write timeout that would have it refused", () => {
    assert.deepEqual(settings(google).timeouts, { read: "0s" });
  });

  it("no browser is told to preload HSTS, and sign-in pages are not framed by other sites", () => {
    const { setResponseHeaders } = settings(google);
    assert.doesNotMatch(setResponseHeaders["Strict-Transport-Security"] ?? "", /preload/);
    assert.equal(setResponseHeaders["X-Frame-Options"], "SAMEORIGIN");
  });

  it("response headers of the stack replace the default ones as a whole", () => {
    assert.deepEqual(
      settings({ ...google, responseHeaders: { "X-Frame-Options": "DENY" } }).setResponseHeaders,
      {
        "X-Frame-Options": "DENY",
      },
    );
  });

  it("identity headers are left to each app: none is told who signs in to another", () => {
    for (const version of Object.keys(pinnedCommits)) {
      assert.ok(!("passIdentityHeaders" in settings({ ...google, version })), version);
    }
  });

  it("requests are treated as ingress-nginx did, from the first release that can be told how", () => {
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

  it("a provider's own address and scopes are written only where given", () => {
    const spec = settings({
      ...google,
      provider: "oidc",
      providerUrl: "https://id.example.org",
      scopes: ["openid"],
    });
    assert.deepEqual(spec.identityProvider, {
      provider: "oidc",
      secret: "pomerium/idp-secret",
      url: "https://id.example.org",
      scopes: ["openid"],
    });
  });
});

import { strict as assert } from "node:assert";
import fc from "fast-check";
import { guardsOf } from "../../../../../components/ingress-nginx/annotations/guards.ts";
import { entryOf, protections } from "../../../../../components/ingress-nginx/annotations/table.ts";

const annotated = (given: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]),
  );
const guards = (given: Record<string, string>, settings = {}) => guardsOf(annotated(given), settings).guards;

describe("the guards of an nginx Ingress", () => {
  it("do not include limits and tuning, because everybody passes them", () => {
    for (const given of [
      {},
      { "proxy-body-size": "0", "limit-rps": "5", "ssl-redirect": "true" },
      { "denylist-source-range": "203.0.113.0/24" },
      { "whitelist-source-range": "0.0.0.0/0,::/0" },
      { "whitelist-source-range": "0.0.0.0/0" },
      { "whitelist-source-range": "128.0.0.0/1, 0.0.0.0/2, 64.0.0.0/2" },
      { "allowlist-source-range": "0.0.0.0/0", "whitelist-source-range": "10.0.0.0/8" },
      { "auth-tls-secret": "a/b", "auth-tls-verify-client": "optional" },
      { "configuration-snippet": "proxy_set_header X-A b;" },
    ] as Record<string, string>[])
      assert.deepEqual(guards(given), [], JSON.stringify(given));
  });

  it("are networks, passwords, another service and certificates", () => {
    assert.deepEqual(guards({ "allowlist-source-range": "10.0.0.0/8", "auth-type": "digest" }), [
      { kind: "network", detail: "10.0.0.0/8" },
      { kind: "password", detail: "" },
    ]);
    assert.deepEqual(guards({ "auth-tls-secret": "a/b" }), [{ kind: "certificate", detail: "" }]);
    const service = (url: string) => guards({ "auth-url": url });
    assert.deepEqual(service("https://$host/oauth2/auth"), [{ kind: "service", detail: "oauth2-proxy" }]);
    assert.deepEqual(service("http://oauth2-proxy.auth.svc.cluster.local/oauth2/auth"), [
      { kind: "service", detail: "oauth2-proxy.auth.svc.cluster.local" },
    ]);
    assert.deepEqual(service("https://user:pw@sso.lan:8443/x"), [{ kind: "service", detail: "sso.lan" }]);
    assert.deepEqual(service("https://sso.lan/outpost.goauthentik.io/auth/nginx"), [
      { kind: "service", detail: "sso.lan" },
    ]);
  });

  it("come from the controller's settings too, unless the Ingress replaces them", () => {
    const settings = { "global-auth-url": "https://sso.lan/x", "whitelist-source-range": "10.0.0.0/8" };
    assert.deepEqual(
      guards({}, settings).map(({ kind }) => kind),
      ["network", "service"],
    );
    assert.deepEqual(
      guards({ "enable-global-auth": "false" }, settings).map(({ kind }) => kind),
      ["network"],
    );
    for (const [value, expected] of [
      ["0", ["network"]],
      ["F", ["network"]],
      ["1", ["network", "service"]],
      ["no", ["network", "service"]],
    ] as const)
      assert.deepEqual(
        guards({ "enable-global-auth": value }, settings).map(({ kind }) => kind),
        expected,
        value,
      );
    assert.deepEqual(guards({}, { "server-snippet": "deny all;" }), [
      { kind: "unclear", detail: "server-snippet" },
    ]);
  });

  it("are networks where a part of all addresses is missing, and unclear where a text is no network", () => {
    const missing = "0.0.0.0/1, 128.0.0.0/2, 192.0.0.0/3, ::/0";
    assert.deepEqual(guards({ "whitelist-source-range": missing }), [{ kind: "network", detail: missing }]);
    assert.deepEqual(guards({ "whitelist-source-range": "0.0.0.0/0, hunter2" }), [
      { kind: "unclear", detail: "whitelist-source-range" },
    ]);
  });

  it("do not exist with `satisfy: any` and a range for everybody, whatever the sign-in", () => {
    const any = { satisfy: "any", "whitelist-source-range": "0.0.0.0/0,::/0" };
    assert.deepEqual(guards({ ...any, "auth-type": "basic" }), []);
    assert.deepEqual(guards({ ...any, "auth-url": "https://sso.lan/x" }), []);
    const inherited = { "whitelist-source-range": "0.0.0.0/1,128.0.0.0/1" };
    assert.deepEqual(guards({ satisfy: "any", "auth-type": "basic" }, inherited), []);
    assert.deepEqual(guards({ ...any, "auth-type": "basic", "auth-tls-secret": "a/b" }), [
      { kind: "certificate", detail: "" },
    ]);
    assert.deepEqual(guards({ ...any, satisfy: "all", "auth-type": "basic" }), [
      { kind: "password", detail: "" },
    ]);
  });

  it("hold no sign-in at a path of `no-auth-locations`, which has a default", () => {
    const basic = { "auth-type": "basic", "whitelist-source-range": "10.0.0.0/8" };
    const kinds = (path: string, list?: string) =>
      guardsOf(
        annotated(basic),
        {
          "global-auth-url": "https://sso.lan/x",
          ...(list === undefined ? {} : { "no-auth-locations": list }),
        },
        path,
      ).guards.map(({ kind }) => kind);
    const all = ["network", "password", "service"];
    assert.deepEqual(kinds("/.well-known/acme-challenge/x"), ["network"]);
    assert.deepEqual(kinds("/.well-known/acme-challenge/x", ""), all);
    assert.deepEqual(kinds("/", "/hook, ,/metrics"), all);
    // ingress-nginx compares letters, not parts of a path.
    assert.deepEqual(kinds("/hooks", "/hook, ,/metrics"), ["network"]);
    assert.deepEqual(kinds("/", "/.well-known/acme-challenge,/"), ["network"]);
  });

  it("may be one or the other with `satisfy: any`", () => {
    const both = { "whitelist-source-range": "10.0.0.0/8", "auth-type": "basic", satisfy: "any" };
    assert.equal(guardsOf(annotated(both)).either, true);
    assert.equal(guardsOf(annotated({ ...both, satisfy: "all" })).either, undefined);
    assert.equal(guardsOf(annotated({ "auth-type": "basic", satisfy: "any" })).either, undefined);
    assert.deepEqual(guards({ ...both, "auth-tls-secret": "a/b" }), [{ kind: "unclear", detail: "satisfy" }]);
  });

  it("name what is not recognised, and never take it for everybody or nobody", () => {
    for (const [given, detail] of [
      [{ "configuration-snippet": "if ($x) { return 403; }" }, "configuration-snippet"],
      [{ "auth-type": "jwt" }, "auth-type"],
      [{ "some-new-guard": "on" }, "some-new-guard"],
      [{ "ssl-passthrough": "true" }, "ssl-passthrough"],
      [{ "modsecurity-snippet": "SecRule x" }, "modsecurity-snippet"],
    ] as [Record<string, string>, string][])
      assert.ok(
        guards(given).some((one) => one.kind === "unclear" && one.detail === detail),
        detail,
      );
  });

  it("are never none for an annotation that protects and is not known to let everybody through", () => {
    const known =
      /^(limit-|global-rate-limit|enable-(modsecurity|owasp)|denylist-|enable-global-auth|auth-tls-)/;
    const names = protections.filter((name) => !known.test(name) && (entryOf(name)?.needs ?? name) === name);
    assert.ok(names.length >= 6, names.join());
    for (const name of names) assert.notDeepEqual(guards({ [name]: "10.0.0.0/8" }), [], name);
  });

  it("never hold the path, the query or the credentials of an address", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-f0-9]{12}$/), (secret) => {
        for (const url of [
          `https://user:${secret}@sso.lan/x`,
          `https://${secret}@sso.lan/x`,
          `https://${secret}:pw@sso.lan:8443/oauth2/auth`,
          `https://${secret}:p/w@sso.lan/x`,
          `https://${secret}%40sso.lan/x`,
          `https://a@${secret}@sso.lan/x`,
          `https://sso.lan/a/${secret}?t=${secret}`,
          `https://sso.lan/?${secret}`,
        ])
          assert.ok(!JSON.stringify(guards({ "auth-url": url })).includes(secret), url);
      }),
    );
  });
});

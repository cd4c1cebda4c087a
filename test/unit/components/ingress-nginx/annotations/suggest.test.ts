import { strict as assert } from "node:assert";
import fc from "fast-check";
import { classify } from "../../../../../components/ingress-nginx/annotations/classify.ts";
import { nginxPrefix } from "../../../../../components/ingress-nginx/annotations/judgement.ts";
import { suggestedRoute } from "../../../../../components/ingress-nginx/annotations/suggest.ts";
import { admittedToday } from "../../../../../components/ingress-nginx/annotations/today.ts";
import { routeSchema } from "../../../../../policies/annotations/annotations.ts";

const annotated = (given: Record<string, string>) =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [nginxPrefix + name, value]));
const suggested = (given: Record<string, string>, path?: string) => suggestedRoute(annotated(given), path);

/** What the table still misses once the suggestion is written. */
const lacking = (given: Record<string, string>, path = "/") =>
  classify(annotated(given)).flatMap(
    ({ lacks }) =>
      lacks(suggested(given, path), {
        paths: [path],
        isSettled: () => true,
        configMap: () => undefined,
        annotations: {},
      }) ?? [],
  );

describe("the route suggested for an nginx Ingress", () => {
  it("speaks to the backend as ingress-nginx did, and verifies it only where that was verified", () => {
    const https = { "backend-protocol": "HTTPS" };
    assert.deepEqual(suggested(https), { secure_upstream: true, tls_skip_verify: true });
    const verified = {
      ...https,
      "proxy-ssl-secret": "web/ca",
      "proxy-ssl-verify": "on",
      "proxy-ssl-name": "web.lan",
    };
    assert.deepEqual(suggested(verified), { secure_upstream: true, tls_server_name: "web.lan" });
    // Without a Secret, ingress-nginx verifies nothing.
    assert.deepEqual(
      suggested({ ...https, "proxy-ssl-verify": "on", "proxy-ssl-name": "x" }),
      suggested(https),
    );
    assert.deepEqual(suggested({ "service-upstream": "true" }), { service_proxy_upstream: true });
    assert.deepEqual(suggested({ "upstream-vhost": "web.lan" }), { host_rewrite: "web.lan" });
    assert.deepEqual(suggested({ "upstream-vhost": "$http_host" }), { preserve_host_header: true });
    assert.deepEqual(suggested({ "upstream-vhost": "$other" }), {});
  });

  it("rewrites paths with the same groups, and leaves out what Pomerium's expressions do not know", () => {
    assert.deepEqual(suggested({ "rewrite-target": "/$2" }, "/tool(/|$)(.*)"), {
      regex_rewrite_pattern: "^/tool(/|$)(.*)",
      regex_rewrite_substitution: "/\\2",
    });
    assert.deepEqual(suggested({ "rewrite-target": "/base" }), { prefix_rewrite: "/base" });
    assert.deepEqual(suggested({ "rewrite-target": "/" }), {});
    for (const path of ["/a(?=b)(.*)", "/(a)\\1", "/a(", "/plain"])
      assert.deepEqual(suggested({ "rewrite-target": "/$1" }, path), {}, path);
    assert.deepEqual(suggested({ "rewrite-target": "/base", "x-forwarded-prefix": "/tool" }), {
      prefix_rewrite: "/base",
      set_request_headers: { "X-Forwarded-Prefix": "/tool" },
    });
    assert.deepEqual(suggested({ "x-forwarded-prefix": "/tool" }), {});
  });

  it("has no time limit where bodies are large, streams are passed on, or pauses are long", () => {
    assert.deepEqual(suggested({ "proxy-body-size": "0" }), { timeout: "0s" });
    assert.deepEqual(suggested({ "proxy-body-size": "8m" }), {});
    assert.deepEqual(suggested({ "proxy-buffering": "off" }), { timeout: "0s" });
    assert.deepEqual(suggested({ "proxy-read-timeout": "3600", "proxy-send-timeout": "600" }), {
      timeout: "0s",
      idle_timeout: "3600s",
    });
    assert.deepEqual(suggested({ "proxy-read-timeout": "120" }), {});
    assert.deepEqual(suggested({ "proxy-read-timeout": "1h" }), {});
  });

  it("leaves the table nothing to ask for", () => {
    const examples: Record<string, string>[] = [
      { "backend-protocol": "HTTPS" },
      { "backend-protocol": "GRPCS", "service-upstream": "true" },
      { "upstream-vhost": "web.lan" },
      { "proxy-body-size": "10g" },
      { "load-balance": "ewma" },
      { "rewrite-target": "/base", "x-forwarded-prefix": "/tool" },
    ];
    for (const given of examples) assert.deepEqual(lacking(given), [], JSON.stringify(given));
    assert.deepEqual(lacking({ "rewrite-target": "/$2" }, "/tool(/|$)(.*)"), []);
  });

  it("is one that the stack file takes, whatever the annotations are", () => {
    const names = [
      "backend-protocol",
      "proxy-ssl-name",
      "proxy-ssl-secret",
      "upstream-vhost",
      "rewrite-target",
      "x-forwarded-prefix",
      "proxy-read-timeout",
      "proxy-body-size",
      "load-balance",
    ];
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...names),
          fc.oneof(fc.string(), fc.constantFrom("HTTPS", "/$1", "99999999999", "0")),
        ),
        fc.oneof(fc.string(), fc.constantFrom("/(.*)", "/")),
        (given, path) => {
          const result = routeSchema.safeParse(suggested(given, path));
          assert.ok(result.success, JSON.stringify([given, result.error?.issues]));
        },
      ),
    );
  });
});

describe("who an nginx Ingress admits today", () => {
  const today = (given: Record<string, string>, settings = {}) => admittedToday(annotated(given), settings);

  it("is everybody unless something restricts it", () => {
    assert.deepEqual(today({}), ["everybody"]);
    assert.deepEqual(today({ "whitelist-source-range": "0.0.0.0/0,::/0", "auth-tls-verify-client": "on" }), [
      "everybody",
    ]);
  });

  it("is named for networks, passwords, other services and certificates, also from the controller's settings", () => {
    assert.deepEqual(today({ "whitelist-source-range": "10.0.0.0/8", "auth-type": "basic" }), [
      "only 10.0.0.0/8",
      "people with the password (basic auth)",
    ]);
    assert.deepEqual(today({ "auth-tls-secret": "a/b" }), ["clients with a certificate (auth-tls-secret)"]);
    assert.deepEqual(today({ "auth-tls-secret": "a/b", "auth-tls-verify-client": "off" }), ["everybody"]);
    const settings = {
      "whitelist-source-range": "192.168.0.0/16",
      "global-auth-url": "https://sso.lan/auth",
    };
    assert.deepEqual(today({}, settings), [
      "only 192.168.0.0/16",
      "people whom another service lets in (auth-url sso.lan)",
    ]);
    assert.deepEqual(today({ "enable-global-auth": "false" }, settings), ["only 192.168.0.0/16"]);
  });

  it("never shows the path or the credentials of an address", () => {
    for (const url of ["https://user:hunter2@sso.lan/x", "https://sso.lan/auth?token=hunter2", "hunter2"])
      assert.ok(!today({ "auth-url": url }).join().includes("hunter2"), url);
  });
});

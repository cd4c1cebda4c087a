// biome-ignore-all lint/suspicious/noTemplateCurlyInString: nginx writes its variables like this
import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  type AnnotationFinding,
  classify,
} from "../../../../../components/ingress-nginx/annotations/classify.ts";
import {
  nginxPrefix,
  type Surroundings,
} from "../../../../../components/ingress-nginx/annotations/judgement.ts";
import { entryOf, protections, table } from "../../../../../components/ingress-nginx/annotations/table.ts";
import type { Route } from "../../../../../policies/annotations/annotations.ts";

/** The one finding of an Ingress with these annotations of ingress-nginx, of which the first is meant. */
function found(annotations: Record<string, string>) {
  const prefixed = Object.entries(annotations).map(([name, value]) => [nginxPrefix + name, value]);
  const [finding] = classify(Object.fromEntries(prefixed));
  assert.ok(finding !== undefined);
  return finding;
}
const outcome = (annotations: Record<string, string>) => found(annotations).outcome;
const protects = (annotations: Record<string, string>) => found(annotations).protects;

describe("an annotation of ingress-nginx", () => {
  it("whose work a key of the stack file does is equivalent, and names the key", () => {
    const [{ lacks, section, ...finding }, ...others] = classify({
      "nginx.ingress.kubernetes.io/upstream-vhost": "wiki.internal",
    }) as [AnnotationFinding, ...AnnotationFinding[]];
    assert.deepEqual(others, []);
    assert.deepEqual(finding, {
      annotation: "nginx.ingress.kubernetes.io/upstream-vhost",
      value: "wiki.internal",
      outcome: "equivalent",
      says: "`route.host_rewrite`",
      protects: false,
    });
    assert.equal(lacks({}), "host_rewrite: wiki.internal");
    assert.equal(section, "route");
  });

  it("shows no credentials of a URL where it shows a value", () => {
    for (const given of [
      {
        "proxy-redirect-from": "http://user:hunter2@wiki/",
        "proxy-redirect-to": "https://hunter2@wiki.org/",
      },
      { "rewrite-target": "https://hunter2@wiki.org/$1" },
      { "x-forwarded-prefix": "//hunter2:x@wiki.org", "rewrite-target": "/" },
    ] as Record<string, string>[]) {
      const lack = found(given).lacks({}) ?? "";
      assert.ok(lack.includes("wiki") && !lack.includes("hunter2"), lack);
    }
  });

  it("that tunes nginx itself is unnecessary", () => {
    for (const name of ["proxy-buffer-size", "proxy-request-buffering", "http2-push-preload"])
      assert.equal(outcome({ [name]: "16k" }), "unnecessary");
  });

  it("that works differently behind Pomerium is to be decided, and says how", () => {
    assert.match(found({ "proxy-read-timeout": "3600" }).says, /`route\.idle_timeout`/);
    assert.equal(outcome({ "proxy-read-timeout": "3600" }), "decide");
  });

  it("that nothing replaces is lost", () => {
    for (const name of ["affinity", "permanent-redirect", "mirror-target", "ssl-passthrough"])
      assert.equal(outcome({ [name]: "x" }), "lost", name);
  });

  it("that is unknown is for a person to decide", () => {
    for (const name of ["websocket-services", "block-everybody", "constructor", "__proto__", ""])
      assert.equal(outcome({ [name]: "true" }), "decide", name);
  });

  it("is judged by its value where that makes the difference", () => {
    assert.equal(outcome({ "backend-protocol": "HTTP" }), "unnecessary");
    assert.equal(outcome({ "backend-protocol": "https" }), "equivalent");
    assert.equal(outcome({ "backend-protocol": "FCGI" }), "lost");
    assert.equal(outcome({ "ssl-redirect": "true" }), "unnecessary");
    assert.equal(outcome({ "ssl-redirect": "false" }), "decide");
    assert.equal(outcome({ satisfy: "all" }), "unnecessary");
    assert.equal(outcome({ satisfy: "any" }), "decide");
    const secret = { "proxy-ssl-secret": "apps/ca" };
    assert.match(found({ "proxy-ssl-verify": "on", ...secret }).says, /leave `route\.tls_skip_verify` out/);
    assert.equal(found({ "proxy-ssl-verify": "off", ...secret }).says, "`route.tls_skip_verify`");
  });

  it("that is switched off protects nothing", () => {
    for (const name of protections)
      for (const value of ["", " ", "false"])
        if (name !== "auth-tls-verify-client") assert.equal(protects({ [name]: value }), false, name);
    assert.equal(protects({ "limit-rps": "0" }), false);
    assert.equal(protects({ "limit-rps": "5" }), true);
  });

  it("does nothing without the one that it belongs to", () => {
    assert.equal(protects({ "auth-realm": "Private" }), false);
    assert.equal(protects({ "auth-realm": "Private", "auth-type": "" }), false);
    assert.equal(protects({ "auth-realm": "Private", "auth-type": "basic" }), true);
    assert.equal(protects({ "auth-signin": "https://sign-in.example.org" }), false);
    assert.match(found({ "canary-weight": "10" }).says, /^does nothing without canary$/);
  });

  it("auth-tls-verify-client asks for nothing without the authority's Secret, whatever it says", () => {
    for (const value of ["on", "false", "optional", "off"]) {
      assert.equal(outcome({ "auth-tls-verify-client": value }), "unnecessary", value);
      assert.equal(protects({ "auth-tls-verify-client": value }), false, value);
    }
  });

  it("auth-tls-verify-client switches client certificates off by `off` alone: nginx takes `false` for `on`", () => {
    const secret = (value: string) => ({ "auth-tls-secret": "a/ca", "auth-tls-verify-client": value });
    assert.equal(protects(secret("off")), false);
    for (const value of ["false", "on", "optional", ""]) assert.equal(protects(secret(value)), true, value);
    assert.match(found({ "auth-tls-verify-client": "false", "auth-tls-secret": "a/ca" }).says, /for `on`$/);
  });

  it("with a source range that holds every address restricts nobody", () => {
    assert.equal(protects({ "whitelist-source-range": "0.0.0.0/0,::/0" }), false);
    assert.equal(protects({ "whitelist-source-range": "0.0.0.0/0" }), true);
    assert.equal(protects({ "whitelist-source-range": "10.244.0.0/16" }), true);
    assert.equal(protects({ "allowlist-source-range": "nonsense" }), true);
  });
});

describe("a snippet of nginx's configuration", () => {
  const snippet = (text: string) => found({ "configuration-snippet": text });

  it("that only sets headers has an equivalent", () => {
    for (const text of [
      'more_set_headers "X-Frame-Options: DENY";',
      'proxy_set_header Host "a;b";\n# deny all;\nproxy_set_header X-Forwarded-Proto https;',
      "add_header X-Robots-Tag 'none; deny all' always;",
      "proxy_set_header X-Host ${host};",
    ]) {
      assert.equal(snippet(text).outcome, "equivalent", text);
      assert.equal(snippet(text).protects, false, text);
    }
  });

  it("that only sets what nginx and Pomerium set anyway is unnecessary", () => {
    for (const text of [
      'more_set_headers "server: hide";',
      "proxy_set_header Host $host;\nproxy_set_header X-Forwarded-Proto $scheme;",
      "proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-Proto https;",
    ])
      assert.equal(snippet(text).outcome, "unnecessary", text);
  });

  it("names the headers that the app's route does not set", () => {
    const text = `proxy_set_header X-Mine "a"; proxy_set_header Accept-Encoding "";
      more_set_headers -s 404 "X-Robots-Tag: none" 'X-Other: 1'; add_header Permissions-Policy x always;`;
    const { lacks } = snippet(text);
    assert.equal(
      lacks({}),
      "set_request_headers with X-Mine; remove_request_headers with Accept-Encoding; set_response_headers with X-Robots-Tag, X-Other, Permissions-Policy",
    );
    assert.equal(
      lacks({
        set_request_headers: { "x-mine": "a" },
        remove_request_headers: ["accept-encoding"],
        set_response_headers: { "X-Robots-Tag": "none", "x-other": "1", "permissions-policy": "x" },
      }),
      undefined,
    );
  });

  it("that tunes nginx restricts nobody", () => {
    assert.deepEqual(
      [snippet("gzip off; proxy_read_timeout 5m;")].map(({ outcome, protects }) => [outcome, protects]),
      [["decide", false]],
    );
  });

  it("that may restrict callers is a protection, known directive or not", () => {
    for (const text of [
      "allow 10.0.0.0/8; deny all;",
      "deny all",
      'more_set_headers "a: b"; deny all;',
      'if ($http_x != "secret") { return 403; }',
      "limit_req zone=one;",
      "auth_basic on;",
      "frobnicate;",
      'more_set_headers "a: b; deny all;',
      "gzip on;} location /x { deny all;",
      "# more\ndeny all;",
      "# don't\ndeny all; # can't",
      "proxy_set_header A b#c; deny all;",
      "'deny' all;",
    ]) {
      assert.equal(snippet(text).outcome, "lost", text);
      assert.equal(snippet(text).protects, true, text);
    }
  });

  it("is never cleared by headers around what restricts", () => {
    const harmless = fc.constantFrom(
      'more_set_headers "a: b";',
      "add_header X-A 'b;c';",
      "# it's a comment",
      "gzip on;",
      'proxy_set_header X "\\"";',
    );
    fc.assert(
      fc.property(fc.array(harmless), fc.array(harmless), (before, after) => {
        const text = [...before, "deny all;", ...after].join("\n");
        assert.equal(snippet(text).protects, true, text);
      }),
    );
  });
});

describe("an annotation of somebody else", () => {
  it("that ingress-nginx does not read protects nothing, and that is said", () => {
    for (const annotation of [
      "ingress.kubernetes.io/whitelist-source-range",
      "ingress.kubernetes.io/force-ssl-redirect",
      "nginx.org/rewrites",
    ]) {
      const [finding] = classify({ [annotation]: "10.0.0.0/8" });
      assert.equal(finding?.protects, false);
      assert.match(finding?.says ?? "", /^does nothing today/);
    }
  });

  it("for WebSockets needs a route that allows them", () => {
    const [finding] = classify({ "nginx.org/websocket-services": "wiki" });
    assert.match(finding?.says ?? "", /`route\.allow_websockets`/);
    assert.match(finding?.lacks({}) ?? "", /^allow_websockets: true, if /);
    for (const allow_websockets of [true, false])
      assert.equal(finding?.lacks({ allow_websockets }), undefined);
  });

  it("for certificates is unnecessary, because the stack has its own", () => {
    for (const annotation of [
      "kubernetes.io/tls-acme",
      "acme.cert-manager.io/http01-edit-in-place",
      "cert-manager.io/cluster-issuer",
    ])
      assert.equal(classify({ [annotation]: "true" })[0]?.outcome, "unnecessary");
  });

  it("that another controller reads is deleted with the Ingress, unless the app has it", () => {
    for (const annotation of [
      "external-dns.alpha.kubernetes.io/hostname",
      "gethomepage.dev/enabled",
      "forecastle.stakater.com/expose",
      "hajimari.io/icon",
      "traefik.ingress.kubernetes.io/router.middlewares",
      "alb.ingress.kubernetes.io/scheme",
      "haproxy-ingress.github.io/whitelist-source-range",
      "service.beta.kubernetes.io/aws-load-balancer-type",
      "kubernetes.io/ingress.global-static-ip-name",
      "networking.gke.io/managed-certificates",
      "konghq.com/plugins",
      "link.argocd.argoproj.io/external-link",
      "notifications.argoproj.io/subscribe.on-sync-failed.slack",
      "reloader.stakater.com/auto",
      "external-dns.kubernetes.io/hostname",
    ]) {
      const [finding] = classify({ [annotation]: "true" });
      assert.equal(finding?.section, "annotations", annotation);
      assert.match(finding.lacks({}) ?? "", /it is deleted with the Ingress$/, annotation);
      const around = { paths: [], isSettled: () => false, configMap: () => undefined };
      assert.equal(finding.lacks({}, { ...around, annotations: { [annotation]: "other" } }), undefined);
    }
  });

  it("that a tool has written for itself is ignored", () => {
    assert.deepEqual(
      classify({
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "kubernetes.io/ingress.class": "nginx",
        "meta.helm.sh/release-name": "wiki",
        "argocd.argoproj.io/tracking-id": "wiki:x",
        "argocd.argoproj.io/sync-wave": "1",
        "config.kubernetes.io/origin": "x",
        "app.kubernetes.io/managed-by": "Helm",
        "objectset.rio.cattle.io/id": "default-wiki",
        "checksum/config": "0123",
        "kustomize.toolkit.fluxcd.io/prune": "disabled",
        "field.cattle.io/publicEndpoints": "[]",
        "nginx.ingress.kubernetes.io.example.org/auth-url": "x",
        plain: "x",
      }),
      [],
    );
  });
});

describe("an annotation that a key of the app's route replaces", () => {
  /** What the route lacks for the first of these annotations. */
  const lacks = (annotations: Record<string, string>, route: Route = {}) => found(annotations).lacks(route);

  it("backend-protocol HTTPS needs TLS to the backend, and a word about its certificate", () => {
    for (const value of ["HTTPS", "https", "GRPCS"]) {
      assert.equal(lacks({ "backend-protocol": value }), "secure_upstream: true, tls_skip_verify: true");
      assert.equal(
        lacks({ "backend-protocol": value }, { secure_upstream: true }),
        "tls_skip_verify: true",
        "ingress-nginx does not verify the certificate",
      );
    }
    for (const decided of [
      { tls_skip_verify: true },
      { tls_skip_verify: false },
      { tls_custom_ca_secret: "ca" },
    ] as const)
      assert.equal(lacks({ "backend-protocol": "HTTPS" }, { secure_upstream: true, ...decided }), undefined);
    assert.equal(lacks({ "backend-protocol": "HTTP" }), undefined);
  });

  it("proxy-ssl-verify and its kin do nothing without proxy-ssl-secret", () => {
    for (const name of ["proxy-ssl-verify", "proxy-ssl-name", "proxy-ssl-server-name", "proxy-ssl-ciphers"])
      assert.match(found({ [name]: "on" }).says, /^does nothing without proxy-ssl-secret$/, name);
    const https = { "backend-protocol": "HTTPS", "proxy-ssl-verify": "on" };
    assert.equal(lacks(https, { secure_upstream: true }), "tls_skip_verify: true");
    assert.equal(lacks({ ...https, "proxy-ssl-secret": "a/ca" }, { secure_upstream: true }), undefined);
    const verified = { "proxy-ssl-verify": "on", "proxy-ssl-secret": "a/ca" };
    assert.equal(lacks(verified, { tls_skip_verify: true }), "tls_skip_verify: false");
    assert.equal(lacks(verified), undefined);
  });

  /** Surroundings of an Ingress in which nothing is known, with changes. */
  const around = (more: Partial<Surroundings> = {}): Surroundings => ({
    paths: [],
    isSettled: () => false,
    configMap: () => undefined,
    annotations: {},
    ...more,
  });

  // Name, value, what an empty route lacks, routes that do the same, routes that do something else.
  for (const [name, value, missing, same, other] of [
    [
      "rewrite-target",
      "/",
      "prefix_rewrite: /",
      [{ prefix_rewrite: "/" }],
      [{ prefix_rewrite: "/app" }, { regex_rewrite_pattern: "^/x", regex_rewrite_substitution: "/y" }],
    ],
    [
      "rewrite-target",
      "/$2",
      "regex_rewrite_pattern for the paths, regex_rewrite_substitution: /\\2",
      [
        { regex_rewrite_pattern: "^/api(/|$)(.*)", regex_rewrite_substitution: "/\\2" },
        { regex_rewrite_pattern: "^/api/?(.*)", regex_rewrite_substitution: "/\\1" },
        { prefix_rewrite: "/" },
      ],
      [
        { regex_rewrite_pattern: "^/api(.*)", regex_rewrite_substitution: "/v1/\\1" },
        { regex_rewrite_pattern: "^/api(.*)" },
        { prefix_rewrite: "/v1" },
      ],
    ],
    [
      "rewrite-target",
      "/v1/$1/$2",
      "regex_rewrite_pattern for the paths, regex_rewrite_substitution: /v1/\\1/\\2",
      [{ regex_rewrite_pattern: "^/(a)/(.*)", regex_rewrite_substitution: "/v1/\\1/\\2" }],
      [{ prefix_rewrite: "/v1/" }],
    ],
    [
      "upstream-vhost",
      "wiki.lan",
      "host_rewrite: wiki.lan",
      [{ host_rewrite: "wiki.lan" }],
      [{ host_rewrite: "x" }, { preserve_host_header: true }],
    ],
    [
      "upstream-vhost",
      "$host",
      "preserve_host_header: true",
      [{ preserve_host_header: true }],
      [{ preserve_host_header: false }, { host_rewrite: "$host" }],
    ],
    [
      "upstream-vhost",
      "$service_name.local",
      "host_rewrite: $service_name.local",
      [{ host_rewrite: "wiki.local" }],
      [{ preserve_host_header: true }],
    ],
    [
      "service-upstream",
      "true",
      "service_proxy_upstream: true",
      [{ service_proxy_upstream: true }],
      [{ service_proxy_upstream: false }],
    ],
    [
      "custom-headers",
      "apps/headers",
      "set_response_headers with the data of ConfigMap apps/headers",
      [{ set_response_headers: { "X-A": "b" } }, { set_response_headers_secret: "headers" }],
      [{ set_request_headers: { "X-A": "b" } }],
    ],
    [
      "proxy-ssl-secret",
      "apps/ca",
      "tls_client_secret: ca",
      [{ tls_client_secret: "ca" }],
      [{ tls_client_secret: "other" }, { tls_custom_ca_secret: "ca" }],
    ],
    [
      "load-balance",
      "ewma",
      "load_balancing_policy: least_request",
      [{ load_balancing_policy: "least_request" }, { lb_policy: "LEAST_REQUEST" }],
      [{ load_balancing_policy: "random" }, { lb_policy: "ROUND_ROBIN" }],
    ],
  ] satisfies [string, string, string, Route[], Route[]][])
    it(`${name}: ${value} needs ${missing}, and nothing else does the same`, () => {
      assert.equal(lacks({ [name]: value }), missing);
      for (const route of same)
        assert.equal(lacks({ [name]: value }, route), undefined, JSON.stringify(route));
      for (const route of other)
        assert.equal(lacks({ [name]: value }, route), missing, JSON.stringify(route));
    });

  it("rewrite-target needs nothing where it is the path, and names the pattern of a single path", () => {
    const rewrite = (value: string, paths: string[], route: Route = {}) =>
      found({ "rewrite-target": value }).lacks(route, around({ paths }));
    assert.equal(rewrite("/", ["/"]), undefined);
    assert.equal(rewrite("/", ["/app"]), "prefix_rewrite: /");
    assert.equal(rewrite("/", ["/", "/app"]), "prefix_rewrite: /");
    assert.equal(
      rewrite("/$2", ["/app(/|$)(.*)"]),
      "regex_rewrite_pattern: ^/app(/|$)(.*), regex_rewrite_substitution: /\\2",
    );
  });

  it("proxy-ssl-secret needs the authority as well, where ingress-nginx verified by it", () => {
    const verified = { "proxy-ssl-secret": "apps/ca", "proxy-ssl-verify": "on" };
    assert.equal(lacks(verified), "tls_client_secret: ca, tls_custom_ca_secret: ca");
    const both = { tls_client_secret: "ca", tls_custom_ca_secret: "ca" };
    assert.equal(lacks(verified, both), undefined);
    assert.equal(lacks(verified, { ...both, tls_custom_ca_secret: "roots" }), "tls_custom_ca_secret: ca");
  });

  it("proxy-ssl-verify off needs a word about the certificate, which a stricter route has", () => {
    const off = { "proxy-ssl-verify": "off", "proxy-ssl-secret": "apps/ca" };
    assert.equal(lacks(off), "tls_skip_verify: true");
    for (const route of [
      { tls_skip_verify: true },
      { tls_skip_verify: false },
      { tls_custom_ca_secret: "ca" },
    ])
      assert.equal(lacks(off, route), undefined, JSON.stringify(route));
  });

  it("load-balance means round robin for every value but ewma", () => {
    for (const value of ["round_robin", "ip_hash", "least_conn"])
      assert.equal(outcome({ "load-balance": value }), "unnecessary", value);
  });

  it("custom-headers needs each header of its ConfigMap with its value", () => {
    const configMap = (id: string) =>
      id === "apps/headers" ? { "X-Frame-Options": "DENY", "X-A": "b\n" } : undefined;
    const of = (route: Route) =>
      found({ "custom-headers": "apps/headers" }).lacks(route, around({ configMap }));
    assert.equal(of({}), "set_response_headers: { X-Frame-Options: DENY, X-A: b }");
    assert.equal(
      of({ set_response_headers: { "x-frame-options": "SAMEORIGIN", "X-A": "b" } }),
      "set_response_headers: { X-Frame-Options: DENY }",
    );
    assert.equal(of({ set_response_headers: { "x-frame-options": "DENY", "x-a": "b" } }), undefined);
  });

  it("server-alias needs an app for each further host, unless it is abandoned", () => {
    const finding = found({ "server-alias": "b.example.org, C.example.org" });
    assert.equal(finding.section, "apps");
    assert.equal(
      finding.lacks({}),
      "b.example.org, c.example.org under aliases of an app, or as an app of its own; or abandon it",
    );
    const settled = (...hosts: string[]) =>
      finding.lacks({}, around({ isSettled: (host) => hosts.includes(host) }));
    assert.equal(
      settled("b.example.org"),
      "c.example.org under aliases of an app, or as an app of its own; or abandon it",
    );
    assert.equal(settled("b.example.org", "c.example.org"), undefined);
  });

  it("proxy-redirect-from and -to need the same change of Location", () => {
    const both = {
      "proxy-redirect-from": "http://wiki.lan/",
      "proxy-redirect-to": "https://wiki.example.org/",
    };
    const missing =
      "rewrite_response_headers: [{ header: Location, prefix: http://wiki.lan/, value: https://wiki.example.org/ }]";
    const route = (prefix: string, value: string): Route => ({
      rewrite_response_headers: [{ header: "location", prefix, value }],
    });
    assert.equal(lacks(both), missing);
    assert.equal(lacks(both, route("http://wiki.lan/", "https://wiki.example.org/")), undefined);
    assert.equal(lacks(both, route("http://wiki.lan/", "https://other.example.org/")), missing);
    assert.equal(lacks({ "proxy-redirect-from": "default" }), undefined);
    const expression = { ...both, "proxy-redirect-from": "~^http://(.*)$" };
    assert.equal(lacks(expression, route("http://", "https://")), undefined);
    assert.notEqual(lacks(expression), undefined);
  });

  it("a snippet's headers need their values, and no message contains one", () => {
    const text = 'proxy_set_header Authorization "Basic c2VjcmV0"; more_set_headers "X-Frame-Options: DENY";';
    const of = (route: Route) => found({ "configuration-snippet": text }).lacks(route);
    const missing = "set_request_headers with Authorization; set_response_headers with X-Frame-Options";
    assert.equal(of({}), missing);
    const headers = (authorization: string, frame: string): Route => ({
      set_request_headers: { authorization },
      set_response_headers: { "x-frame-options": frame },
    });
    assert.equal(of(headers("Basic b3RoZXI=", "SAMEORIGIN")), missing);
    assert.equal(of(headers("Basic c2VjcmV0", "DENY")), undefined);
    const variable = found({ "configuration-snippet": "proxy_set_header X-User $remote_user;" });
    assert.equal(variable.lacks({ set_request_headers: { "X-User": "anybody" } }), undefined);
  });

  it("is compared with the route, whichever it is", () => {
    const equivalents = table.filter(({ outcome }) => outcome === "equivalent");
    assert.ok(equivalents.length > 5);
    for (const { names, lacks: compared } of equivalents) assert.ok(compared !== undefined, names.join());
    // Entries that only some values make an equivalent.
    for (const [name, value] of [
      ["backend-protocol", "HTTPS"],
      ["backend-protocol", "GRPCS"],
      ["proxy-body-size", "0"],
      ["proxy-buffering", "off"],
      ["configuration-snippet", "more_set_headers 'X-A: b';"],
    ] as const) {
      assert.equal(outcome({ [name]: value }), "equivalent", name);
      assert.notEqual(lacks({ [name]: value }), undefined, name);
    }
  });

  it("x-forwarded-prefix counts only where the path is rewritten", () => {
    assert.equal(outcome({ "x-forwarded-prefix": "/" }), "unnecessary");
    const both = { "x-forwarded-prefix": "/wiki", "rewrite-target": "/" };
    assert.equal(lacks(both), "set_request_headers: { X-Forwarded-Prefix: /wiki }");
    assert.equal(lacks(both, { set_request_headers: { "x-forwarded-prefix": "/wiki" } }), undefined);
    assert.notEqual(lacks(both, { set_request_headers: { "x-forwarded-prefix": "/docs" } }), undefined);
  });
});

describe("an annotation of an earlier release", () => {
  it("that did nothing but trace or tune is unnecessary", () => {
    for (const name of ["enable-opentracing", "enable-influxdb", "secure-verify-ca-secret", "grpc-backend"])
      assert.match(found({ [name]: "true" }).says, /^does nothing today/, name);
  });

  it("that limits rates is a protection, unless it is off", () => {
    assert.equal(protects({ "global-rate-limit": "100", "global-rate-limit-window": "1m" }), true);
    assert.equal(protects({ "global-rate-limit": "0" }), false);
    assert.equal(protects({ "global-rate-limit-window": "1m" }), false);
  });
});

describe("annotations of any kind", () => {
  const known = fc.constantFrom(...table.flatMap(({ names }) => names));
  const unknown = fc
    .tuple(
      fc.constantFrom("auth", "limit", "deny", "block", "allow", "whitelist", "waf", "secure", "x"),
      fc.stringMatching(/^[a-z-]{0,12}$/),
    )
    .map(([word, rest]) => `${word}-${rest}`)
    .filter((name) => entryOf(name) === undefined);
  const name = fc.oneof(known, unknown, fc.string(), fc.constantFrom("__proto__", "constructor", "toString"));
  const value = fc.oneof(
    fc.constantFrom(
      "true",
      "false",
      "",
      "0",
      "off",
      "10.0.0.0/8",
      "0.0.0.0/0,::/0",
      'a "b',
      "{}",
      "deny all;",
    ),
    fc.string({ unit: "binary" }),
  );
  const prefix = fc.constantFrom(nginxPrefix, "ingress.kubernetes.io/", "nginx.org/", "kubernetes.io/", "");
  const ingress = fc
    .array(fc.tuple(prefix, name, value), { maxLength: 8 })
    .map((all) => Object.fromEntries(all.map(([prefix, name, value]) => [prefix + name, value])));

  it("are classified without an exception, each of ingress-nginx exactly once", () => {
    fc.assert(
      fc.property(ingress, (annotations) => {
        const findings = classify(annotations);
        const own = (names: string[]) => names.filter((name) => name.startsWith(nginxPrefix));
        assert.deepEqual(own(findings.map(({ annotation }) => annotation)), own(Object.keys(annotations)));
        for (const { says } of findings) assert.notEqual(says, "");
      }),
      { numRuns: 500 },
    );
  });

  it("need a decision if the table of ingress-nginx does not contain them", () => {
    fc.assert(
      fc.property(ingress, unknown, value, (others, name, value) => {
        const annotation = nginxPrefix + name;
        const finding = classify({ ...others, [annotation]: value }).find(
          (finding) => finding.annotation === annotation,
        );
        assert.equal(finding?.outcome, "decide");
      }),
    );
  });

  it("that protect stay so whatever stands beside them, client certificates apart", () => {
    const alone = ["whitelist-source-range", "denylist-source-range", "auth-type", "auth-url", "limit-rps"];
    fc.assert(
      fc.property(ingress, fc.constantFrom(...alone), (others, name) => {
        const annotation = nginxPrefix + name;
        const finding = classify({ ...others, [annotation]: "10" }).find(
          (finding) => finding.annotation === annotation,
        );
        assert.equal(finding?.protects, true);
        assert.ok(finding.outcome === "lost" || finding.outcome === "decide");
      }),
    );
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Pomerium writes its substitutions like this
import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import YAML from "yaml";
import { z } from "zod";
import {
  annotations,
  type Form,
  type Route,
  routeSchema,
} from "../../../../policies/annotations/annotations.ts";
import { checkRoute, routeWarnings } from "../../../../policies/annotations/check.ts";
import { RouteError, renderRoute } from "../../../../policies/annotations/render.ts";
import { yamlFlow, yamlText } from "../../../../policies/annotations/text.ts";
import { newestRelease } from "../../../../policies/language/releases.ts";
import { route, text } from "./arbitrary.ts";

const prefix = "ingress.pomerium.io/";

const messages = (value: unknown, version = newestRelease): string[] =>
  checkRoute(value, version).map(({ at, message }) => `${at}: ${message}`);

/** What is left of a request header's template once Pomerium has filled it in, with nothing known. */
function fill(template: string): string {
  return template.replace(/\$\$|\$\{\s*[\w-]+(?:\.[\w-]+)*\s*\}|\$[\w-]+(?:\.[\w-]+)*/g, (match) =>
    match === "$$" ? "$" : match.startsWith("${pomerium.") ? match : "",
  );
}

/** What Pomerium makes of an annotation's text. */
function readBack(form: Form, value: string): unknown {
  const parsed: unknown = YAML.parse(value);
  const values = (change: (value: string) => string): unknown =>
    Object.fromEntries(Object.entries(parsed as Record<string, string>).map(([k, v]) => [k, change(v)]));
  if (form === "requestHeaders") return values(fill);
  if (form === "responseHeaders") return values((header) => header.replaceAll("%%", "%"));
  return parsed;
}

describe("a route", () => {
  it("is read back by Pomerium as exactly what the stack file says", () => {
    fc.assert(
      fc.property(route, (value) => {
        const rendered = renderRoute(value, newestRelease);
        assert.equal(Object.keys(rendered).length, Object.keys(value).length);
        for (const [name, annotation] of Object.entries(rendered)) {
          const key = name.slice(prefix.length) as keyof Route;
          assert.deepEqual(readBack(annotations[key].form, annotation), value[key], `${name}: ${annotation}`);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("renders the same whatever order its keys were written in", () => {
    const one = renderRoute(
      { set_request_headers: { B: "2", A: "1" }, timeout: "0s", name: "x" },
      newestRelease,
    );
    const other = renderRoute(
      { name: "x", timeout: "0s", set_request_headers: { A: "1", B: "2" } },
      newestRelease,
    );
    assert.equal(JSON.stringify(one), JSON.stringify(other));
  });

  it("has only strings as annotations, as Kubernetes wants them", () => {
    assert.deepEqual(
      renderRoute(
        {
          allow_websockets: true,
          secure_upstream: false,
          healthy_panic_threshold: 27,
          timeout: "0s",
          tls_custom_ca_secret: "backend-ca",
          mcp_server: true,
          mcp_server_max_request_bytes: 1048576,
          mcp_server_upstream_oauth2_scopes: ["read", "write"],
          depends_on: ["a.example.org"],
        },
        newestRelease,
      ),
      {
        [`${prefix}allow_websockets`]: "true",
        [`${prefix}depends_on`]: '["a.example.org"]',
        [`${prefix}healthy_panic_threshold`]: "27.0",
        [`${prefix}mcp_server`]: "true",
        [`${prefix}mcp_server_max_request_bytes`]: "1048576",
        [`${prefix}mcp_server_upstream_oauth2_scopes`]: "read,write",
        [`${prefix}secure_upstream`]: "false",
        [`${prefix}timeout`]: "0s",
        [`${prefix}tls_custom_ca_secret`]: "backend-ca",
      },
    );
  });

  it("quotes what YAML would take for a number, a boolean or a map", () => {
    const rendered = (name: string): string | undefined =>
      renderRoute({ name }, newestRelease)[`${prefix}name`];
    assert.equal(rendered("Grafana of octavo"), "Grafana of octavo");
    assert.equal(rendered("2048"), '"2048"');
    assert.equal(rendered("yes"), '"yes"');
    assert.equal(rendered("Foo: bar"), '"Foo: bar"');
  });

  it("keeps a header's dollar and percent signs, and Pomerium's own substitutions", () => {
    const rendered = renderRoute(
      {
        set_request_headers: { Authorization: "Bearer ${pomerium.id_token}", "X-Price": "5$ ${b}" },
        set_response_headers: { "X-Share": "100%", "X-Price": "5$" },
      },
      newestRelease,
    );
    assert.equal(
      rendered[`${prefix}set_request_headers`],
      '{"Authorization":"Bearer ${pomerium.id_token}","X-Price":"5$$ $${b}"}',
    );
    assert.equal(rendered[`${prefix}set_response_headers`], '{"X-Price":"5$","X-Share":"100%%"}');
  });

  it("does not compile with an annotation that Pomerium does not know or a value of another type", () => {
    // @ts-expect-error no such annotation
    const unknown: Route = { allow_websocket: true };
    // @ts-expect-error who may pass is not the route's business
    const access: Route = { policy: "[]" };
    // @ts-expect-error a boolean, not text
    const quoted: Route = { allow_websockets: "true" };
    // @ts-expect-error no days in Go's durations
    const days: Route = { timeout: "2d" };
    // @ts-expect-error no bare number
    const bare: Route = { timeout: "30" };
    // @ts-expect-error v0.31's spelling
    const policy: Route = { load_balancing_policy: "ROUND_ROBIN" };
    for (const wrong of [unknown, access, quoted, days, bare, policy])
      assert.throws(() => renderRoute(wrong, newestRelease), RouteError);
  });

  it("suggests the right name for a misspelt annotation", () => {
    assert.deepEqual(messages({ allow_websocket: true, preserve_host: true, timeuot: "0s" }), [
      'allow_websocket: not an annotation of Pomerium; did you mean "allow_websockets"?',
      'preserve_host: not an annotation of Pomerium; did you mean "preserve_host_header"?',
      'timeuot: not an annotation of Pomerium; did you mean "timeout"?',
    ]);
    assert.deepEqual(messages({ [`${prefix}timeout`]: "0s" }), [
      `${prefix}timeout: write it without "${prefix}": timeout`,
    ]);
  });

  it("leaves who may pass to the app's access", () => {
    for (const name of ["policy", "allowed_users", "allow_public_unauthenticated_access"])
      assert.deepEqual(messages({ [name]: "true" }), [
        `${name}: who may pass is said by the app's \`access\`, not by its route`,
      ]);
  });

  it("is refused where this version of Pomerium does not know an annotation", () => {
    assert.deepEqual(messages({ lb_policy: "RANDOM" }, "v0.31.3"), []);
    assert.deepEqual(messages({ lb_policy: "RANDOM" }, "v0.32.0"), [
      "lb_policy: gone since Pomerium v0.32.0; write load_balancing_policy",
    ]);
    assert.deepEqual(messages({ load_balancing_policy: "random" }, "v0.31.3"), [
      "load_balancing_policy: needs Pomerium v0.32.0 or later; the stack runs v0.31.3",
    ]);
    assert.deepEqual(messages({ allow_upgrades: ["x"] }, "v0.32.9"), [
      "allow_upgrades: needs Pomerium v0.33.0 or later; the stack runs v0.32.9",
    ]);
    assert.deepEqual(messages({ allow_upgrades: ["x"] }, "v0.33.0"), []);
    assert.throws(() => checkRoute({ lb_policy: "RANDOM" }, "main"), RangeError);
    const later = (key: string): string => `${key}: needs Pomerium v0.34.0 or later; the stack runs v0.33.1`;
    for (const [route, key] of [
      [{ h2c_upstream: true }, "h2c_upstream"],
      [{ bearer_token_format: "jwt" }, "bearer_token_format"],
    ] as const) {
      assert.deepEqual(messages(route, "v0.33.1"), [later(key)]);
      assert.deepEqual(messages(route, "v0.34.0"), []);
      assert.deepEqual(messages(route, "v1.0.0"), []);
    }
    assert.deepEqual(messages({ bearer_token_format: "idp_access_token" }, "v0.33.1"), []);
    for (const other of ["secure_upstream", "tcp_upstream", "udp_upstream", "ssh_upstream"])
      assert.match(
        messages({ h2c_upstream: true, [other]: true }, "v0.34.0").join(),
        /: only one of /,
        other,
      );
    assert.match(messages({ identity_providers: ["a"] }, "v0.34.0").join(), /this program sets up one$/);
  });

  it("is refused where its keys contradict each other", () => {
    const refused: [unknown, string][] = [
      [{ prefix_rewrite: "/", regex_rewrite_pattern: "^/a" }, "regex_rewrite_pattern: only one of"],
      [{ regex_rewrite_substitution: "/" }, "regex_rewrite_substitution: has no effect without"],
      [{ host_rewrite: "a", preserve_host_header: true }, "preserve_host_header: only one of host_rewrite"],
      [{ tcp_upstream: true, udp_upstream: true }, "udp_upstream: only one of"],
      [{ tcp_upstream: true, secure_upstream: true }, "tcp_upstream: only one of"],
      [{ ssh_upstream: true, tcp_upstream: true }, "ssh_upstream: only one of tcp_upstream and"],
      [{ mcp_client: true, mcp_server_path: "/mcp" }, "mcp_server_path: a backend is"],
      [{ set_request_headers: { A: "1", a: "2" } }, "set_request_headers.a: the same header as A"],
      [
        { set_request_headers: { A: "1" }, remove_request_headers: ["a"] },
        "set_request_headers.A: is removed",
      ],
      [
        { set_request_headers: { A: "${pomerium.jtw}" } },
        "set_request_headers.A: ${pomerium.jtw} is unknown",
      ],
      [
        { regex_rewrite_pattern: "^/(?!api)" },
        "regex_rewrite_pattern: Pomerium's expressions are those of RE2: invalid or unsupported Perl syntax: `(?!`",
      ],
      [{ depends_on: ["a", "b", "c", "d", "e", "f"] }, "depends_on: at most five hosts"],
      [
        { health_checks: [{ timeout: "1s", interval: "9s", unhealthy_threshold: 1, healthy_threshold: 1 }] },
        "health_checks[0]: needs exactly one of http_health_check",
      ],
      [{ mcp_server: false }, "mcp_server: "],
      [
        { set_request_headers: { A: "1\r\nB: 2" } },
        "set_request_headers.A: a header's value holds no line break",
      ],
    ];
    for (const [value, expected] of refused) {
      const found = messages(value);
      assert.equal(found.length, 1, `${JSON.stringify(value)}: ${found.join(" | ")}`);
      assert.ok(found[0]?.startsWith(expected), `${found[0]} instead of ${expected}`);
    }
    assert.deepEqual(messages({ host_rewrite: "a", preserve_host_header: false }), []);
  });

  it("causes a warning for keys without effect", () => {
    assert.deepEqual(
      routeWarnings({
        tls_skip_verify: true,
        timeout: "30s",
        idle_timeout: "1m",
        allow_websockets: true,
        path_regex: true,
      }).map(({ at }) => at),
      ["tls_skip_verify", "path_regex", "timeout", "idle_timeout"],
    );
    assert.deepEqual(routeWarnings({ tls_skip_verify: true, secure_upstream: true, timeout: "0s" }), []);
  });

  it("is described for editors: every annotation with its meaning", () => {
    const schema = z.toJSONSchema(routeSchema) as {
      additionalProperties: boolean;
      properties: Record<string, { description?: string }>;
    };
    assert.equal(schema.additionalProperties, false);
    for (const [name, { meaning }] of Object.entries(annotations))
      assert.equal(schema.properties[name]?.description, meaning, name);
  });
});

describe("annotation text", () => {
  it("is one YAML scalar for any text", () => {
    fc.assert(fc.property(text, (value) => assert.equal(YAML.parse(yamlText(value)), value)));
  });

  it("contains no invisible characters, so that a reviewer sees all of it", () => {
    assert.equal(yamlText("a\u202eb\u200b"), '"a\\u202eb\\u200b"');
    assert.equal(yamlFlow({ b: "\ufeff", a: ["\u0085"] }), '{"a":["\\u0085"],"b":"\\ufeff"}');
  });
});

describe("a duration of a route", () => {
  it("is refused without a unit, if negative, or if longer than Pomerium can count", () => {
    assert.deepEqual(messages({ timeout: "30" }), [
      'timeout: not a duration; write it like "30s", "1h30m" or "0s" for none',
    ]);
    assert.deepEqual(messages({ timeout: "-5s" }).length, 1);
    assert.deepEqual(messages({ timeout: "9999999h" }), [
      "timeout: longer than Pomerium can count (292 years)",
    ]);
  });
});

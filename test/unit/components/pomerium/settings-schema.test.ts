import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { settings } from "../../../../components/pomerium/settings.ts";
import { computedFields, settingsSchema } from "../../../../components/pomerium/settings-schema.ts";
import { firstWith } from "../../../../policies/language/releases.ts";
import { goodStack, parse, problemsOf, put, warnings } from "../../stack/base.ts";

interface Schema {
  type?: string;
  enum?: string[];
  format?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
}

/** The CRD of the newest release. Another test compares it with upstream's, digest by digest. */
const crd = parseYaml(
  readFileSync(new URL("../../../../sandbox/base/settings-crd.yaml", import.meta.url), "utf8"),
) as { spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: Schema } } } }[] } };
const upstream = crd.spec.versions[0]!.schema.openAPIV3Schema.properties.spec;
const ours = z.toJSONSchema(settingsSchema, { io: "input", unrepresentable: "any" }) as Schema;

/** The types of a schema, field by field: `cookie.sameSite` → `string strict|lax|none`. */
function types(schema: Schema, path = ""): string[] {
  if (schema.properties)
    return Object.entries(schema.properties).flatMap(([name, field]) =>
      types(field, path === "" ? name : `${path}.${name}`),
    );
  if (schema.items) return types(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === "object") return types(schema.additionalProperties, `${path}.*`);
  const values = (schema.enum ?? []).toSorted();
  return [`${path} ${schema.type}${values.length > 0 ? ` ${values.join("|")}` : ""}`];
}

/** A good stack with these settings. */
const stack = (given: unknown, version?: string) => {
  const raw = put(goodStack(), "pomerium.settings", given);
  return version === undefined ? raw : put(raw, "pomerium.version", version);
};
const problems = (given: unknown, version?: string) => problemsOf(stack(given, version)).join("\n");
const warned = (given: unknown) =>
  warnings(parse(stack(given))).filter((line) => line.startsWith("pomerium.settings"));

describe("the settings of the stack file", () => {
  it("are refused where Pomerium refuses all of them, or would find no app any more", () => {
    const ca = Buffer.from("-----BEGIN CERTIFICATE-----").toString("base64");
    const patterned = (dns: string) => ({ downstreamMtls: { ca, matchSubjectAltNames: { dns } } });
    for (const [given, expected] of [
      [{ setResponseHeaders: { Host: "x" } }, /Host: cannot be set/],
      [{ jwtClaimHeaders: { host: "email" } }, /host: cannot be set/],
      [{ jwtClaimHeaders: { ":path": "email" } }, /is not the name of a header/],
      ...["100%", "50% x", "%REQ(", "%a%", "a;b=%20"].map(
        (value) =>
          [{ setResponseHeaders: { "X-A": value } }, /X-A.*: has a percent sign .* write %%/] as const,
      ),
      [{ dns: { refreshRate: "0s" } }, /refreshRate: is too short/],
      [{ dns: { failureRefreshRate: "1ns" } }, /failureRefreshRate: is too short/],
      [patterned("("), /matchSubjectAltNames\.dns: is no pattern/],
      [patterned("(?=a)"), /RE2/],
    ] as const)
      assert.match(problems(given), expected, JSON.stringify(given));
    for (const given of [
      {
        setResponseHeaders: {
          "Strict-Transport-Security": "max-age=1",
          "X-A": "100%% %REQ(a)% %START_TIME%",
        },
      },
      { jwtClaimHeaders: { "X-Email": "email", "X-Forwarded-Host": "name" } },
      { dns: { refreshRate: "1ms", failureRefreshRate: "2s", queryTimeout: "0s" } },
      { ...patterned(".*\\.example\\.org") },
    ])
      assert.equal(problems(given), "", JSON.stringify(given));
  });

  it("are the fields of the CRD of the newest release with their types, without the computed ones", () => {
    const computed = (field: string) =>
      Object.hasOwn(computedFields, field.split(/[. []/)[0]!) || field.startsWith("cookie.expire ");
    assert.deepEqual(
      types(ours).sort(),
      types(upstream)
        .filter((field) => !computed(field))
        .sort(),
    );
    for (const name of Object.keys(computedFields)) assert.ok(upstream.properties?.[name], name);
  });

  it("that an object needs are those that the CRD needs", () => {
    const needed = (schema: Schema, path = ""): string[] => [
      ...(schema.required ?? []).map((name) => `${path}.${name}`),
      ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => needed(field, `${path}.${name}`)),
    ];
    const computed = Object.keys(computedFields).map((name) => `.${name}`);
    assert.deepEqual(
      needed(ours).sort(),
      needed(upstream)
        .filter((path) => !computed.some((name) => path === name || path.startsWith(`${name}.`)))
        .sort(),
    );
  });

  it("that the program computes are refused with the key that decides them", () => {
    const cases: [Record<string, unknown>, RegExp][] = [
      [
        { authenticate: { url: "https://x" } },
        /settings\.authenticate: is not for the stack file: .*authenticateHost/,
      ],
      [{ identityProvider: {} }, /settings\.identityProvider: .*write `pomerium\.identityProvider`/],
      [{ secrets: "a/b" }, /settings\.secrets: .*makes once and protects/],
      [{ storage: {} }, /settings\.storage: .*write `pomerium\.storage`/],
      [{ certificateAutoProvision: {} }, /settings\.certificateAutoProvision: .*`certificates`/],
      [{ cookie: { expire: "1h" } }, /settings\.cookie\.expire: .*write `pomerium\.session`/],
    ];
    for (const [given, message] of cases) assert.match(problems(given), message);
  });

  it("are refused before anything is written where Pomerium or the API server would refuse them", () => {
    const cases: [unknown, RegExp][] = [
      [{ timeouts: { idle: "5" } }, /timeouts\.idle: not a duration/],
      [{ timeouts: { read: "60s", write: "30s" } }, /timeouts\.write: write must be longer than read/],
      [{ cookie: { sameSite: "Lax" } }, /cookie\.sameSite: must be one of strict, lax, none/],
      [{ acessLogFields: ["path"] }, /settings\.acessLogFields: unknown key; did you mean "accessLogFields"/],
      [{ accessLogFields: "path" }, /accessLogFields: must be a list/],
      [{ circuitBreakerThresholds: { maxRequests: -1 } }, /maxRequests: must not be negative/],
      [{ circuitBreakerThresholds: { maxRequests: "10" } }, /maxRequests: must be a number, not text/],
      [{ otel: { endpoint: "http://otel:4318" } }, /otel\.protocol: missing/],
      [
        { otel: { endpoint: "http://otel:4318", protocol: "grpc", sampling: "10" } },
        /sampling: is not a share/,
      ],
      [{ caSecrets: ["idp-ca"] }, /caSecrets\[0\]: is not a Secret of the cluster: write namespace\/name/],
      [{ downstreamMtls: { ca: "-----BEGIN CERTIFICATE-----" } }, /ca: is PEM text: write it in base64/],
      [{ downstreamMtls: { ca: "aGVsbG8=" } }, /ca: is not a certificate in PEM form/],
      [{ setResponseHeaders: { "X Frame": "DENY" } }, /is not the name of a header/],
      [{ setResponseHeaders: { "X-A": "a\nb" } }, /has a line end/],
      [{ normalizePath: false }, /must stay true: otherwise `\/open\/\.\.\/admin`/],
      [{ pathWithEscapedSlashesAction: "keep_unchanged" }, /policy and app can read different paths/],
      [{ runtimeFlags: { a: "true" } }, /runtimeFlags\.a: must be true or false/],
    ];
    for (const [given, message] of cases) assert.match(problems(given), message);
  });

  it("that a release lacks are refused with the first release that has them", () => {
    for (const field of ["mergeSlashes", "allowUpgrades", "mcpAllowedClientIdDomains"] as const) {
      const value = field === "mergeSlashes" ? true : ["websocket"];
      const since = firstWith("settings", field);
      assert.match(
        problems({ [field]: value }, "v0.31.3"),
        new RegExp(
          `settings\\.${field}: needs Pomerium ${since?.replaceAll(".", "\\.")} or later; the stack runs v0\\.31\\.3`,
        ),
      );
      assert.equal(problems({ [field]: value }, "v0.33.1"), "");
    }
  });

  it("are warned of where the cookie's domain is not that of the sign-in pages", () => {
    for (const domain of ["other.com", "ample.org", "x.authenticate.example.org"])
      assert.match(
        warned({ cookie: { domain } })[0]!,
        /cookie\.domain: does not contain authenticate\.example\.org, .*nobody can sign in/,
      );
    for (const domain of ["example.org", ".example.org", "authenticate.example.org"])
      assert.deepEqual(warned({ cookie: { domain } }), []);
  });

  it("are warned of where they change more than they seem to", () => {
    assert.match(
      warned({ setResponseHeaders: { "X-Frame-Options": "DENY" } })[0]!,
      /Strict-Transport-Security is no longer sent/,
    );
    assert.deepEqual(warned({ setResponseHeaders: { "strict-transport-security": "max-age=1" } }), []);
    assert.match(
      warned({ downstreamMtls: {} })[0]!,
      /refuses every caller without a valid client certificate/,
    );
    assert.deepEqual(warned({ downstreamMtls: { enforcement: "policy" } }), []);
    assert.match(warned({ useProxyProtocol: true })[0]!, /tunnels included/);
    assert.deepEqual(warned({ timeouts: { idle: "10m" } }), []);
  });
});

describe("Pomerium's settings object", () => {
  const base = {
    version: "v0.33.1",
    authenticateUrl: "https://authenticate.example.org",
    identityProvider: { provider: "google", hasSecretParams: false, hasAuthority: false },
    storage: { pebble: {} },
    certificates: ["pomerium/pomerium-auth-tls"],
    session: "720h",
  } as const;

  it("has the stack file's settings over the defaults, and the computed fields in any case", () => {
    const spec = settings({
      ...base,
      given: {
        accessLogFields: ["path", "ip"],
        cookie: { sameSite: "lax" },
        timeouts: { idle: "10m" },
        headersWithUnderscoresAction: "allow",
        certificates: ["web/extra-tls", "pomerium/pomerium-auth-tls"],
      },
    });
    assert.deepEqual(spec.accessLogFields, ["path", "ip"]);
    assert.deepEqual(spec.cookie, { sameSite: "lax", expire: "720h" });
    assert.deepEqual(spec.timeouts, { read: "0s", idle: "10m" });
    assert.equal(spec.headersWithUnderscoresAction, "allow");
    assert.equal(spec.pathWithEscapedSlashesAction, "unescape_and_redirect");
    assert.deepEqual(spec.certificates, ["pomerium/pomerium-auth-tls", "web/extra-tls"]);
  });

  it("has the same computed fields, whatever the stack file sets", () => {
    const given = fc.record(
      {
        timeouts: fc.constant({ write: "60s" as const }),
        cookie: fc.constant({ name: "_session" }),
        certificates: fc.constant<string[]>(["web/extra-tls"]),
        caSecrets: fc.constant<string[]>(["web/ca"]),
        mergeSlashes: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const computed = ["authenticate", "identityProvider", "secrets", "storage"] as const;
    const plain = settings({ ...base, given: {} });
    fc.assert(
      fc.property(given, (some) => {
        const spec = settings({ ...base, given: some });
        for (const field of computed) assert.deepEqual(spec[field], plain[field]);
        assert.equal(spec.cookie.expire, "720h");
        assert.ok(spec.certificates.includes("pomerium/pomerium-auth-tls"));
      }),
    );
  });

  it("has what the identity provider needs: parameters, secret ones, a private authority", () => {
    const spec = settings({
      ...base,
      identityProvider: {
        provider: "authelia",
        url: "https://auth.example.org",
        scopes: ["openid", "groups"],
        requestParams: { prompt: "login" },
        hasSecretParams: true,
        hasAuthority: true,
      },
      given: { caSecrets: ["web/other-ca"] },
    });
    assert.deepEqual(spec.identityProvider, {
      provider: "oidc",
      secret: "pomerium/idp-secret",
      url: "https://auth.example.org",
      scopes: ["openid", "groups"],
      requestParams: { prompt: "login" },
      requestParamsSecret: "pomerium/idp-request-params",
    });
    assert.deepEqual(spec.caSecrets, ["pomerium/idp-ca", "web/other-ca"]);
  });

  it("names the store of each storage, and none for memory", () => {
    const stores = [{ pebble: {} }, { cluster: {} }, { memory: {} }, { postgres: { caSecret: "db/ca" } }];
    assert.deepEqual(
      stores.map((storage) => settings({ ...base, storage, given: {} }).storage),
      [
        { file: { path: "/data/databroker" } },
        { file: { path: "/var/pomerium/databroker/store" } },
        undefined,
        { postgres: { secret: "pomerium/pomerium-storage", caSecret: "db/ca" } },
      ],
    );
  });
});

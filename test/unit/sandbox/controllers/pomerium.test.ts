import { strict as assert } from "node:assert";
import { generateKeyPairSync } from "node:crypto";
import type { Ingress, Lookup, Secret, Service } from "../../../../sandbox/controllers/objects.ts";
import { checkAnnotations } from "../../../../sandbox/controllers/pomerium-annotations.ts";
import { checkIngress } from "../../../../sandbox/controllers/pomerium-ingress.ts";
import { checkPolicy } from "../../../../sandbox/controllers/pomerium-policy.ts";
import { checkSettings, type Settings } from "../../../../sandbox/controllers/pomerium-settings.ts";

const check = (annotations: Record<string, string>, minor?: number) =>
  checkAnnotations(
    Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`ingress.pomerium.io/${key}`, value]),
    ),
    minor,
  );

function secret(name: string, data: Record<string, string | Buffer>, type = "Opaque"): Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "pomerium" },
    type,
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    ),
  };
}

function cluster(secrets: Secret[], services: Service[] = []): Lookup {
  const find =
    <T extends Secret | Service>(list: T[]) =>
    (namespace: string, name: string) =>
      list.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  return { secret: find(secrets), service: find(services) };
}

describe("the stand-in for Pomerium, checking annotations", () => {
  it("accepts the examples of Pomerium's documentation", () => {
    const shown = {
      policy: '[{"allow":{"or":[{"email":{"is":"alice@gmail.com"}},{"http_path":{"starts_with":"/api/"}}]}}]',
      allow_websockets: "true",
      timeout: "0s",
      idle_timeout: "1h30m",
      set_request_headers: '{"X-Forwarded-Proto": "https"}',
      load_balancing_policy: "LEAST_REQUEST",
      remove_request_headers: "[Cookie]",
      secure_upstream: "true",
    };
    assert.equal(check(shown), undefined);
  });

  it("ignores annotations with other prefixes", () => {
    assert.equal(checkAnnotations({ "nginx.ingress.kubernetes.io/whatever": "yes" }), undefined);
  });

  for (const [title, annotations, complaint] of [
    ["a misspelt name", { polcy: "x" }, /^unknown ingress\.pomerium\.io\/polcy$/],
    ["a name that a release removed", { lb_policy: "x" }, /^unknown ingress\.pomerium\.io\/lb_policy$/],
    ["groups, which need the Enterprise edition", { allowed_groups: "[a]" }, /no longer supported/],
    ["yes for a boolean", { allow_websockets: "yes" }, /not a value of kind bool/],
    ["a quoted boolean", { tls_skip_verify: '"true"' }, /not a value of kind bool/],
    ["a duration without a unit", { timeout: "30" }, /not a value of kind duration/],
    ["a duration in days", { idle_timeout: "2d" }, /not a value of kind duration/],
    ["a text that YAML reads as a map", { description: "Foo: bar" }, /not a value of kind string/],
    ["a text that YAML reads as a number", { name: "42" }, /not a value of kind string/],
    ["a scalar for a list", { allowed_domains: "example.com" }, /not a value of kind list/],
    ["an unknown strategy", { load_balancing_policy: "fastest" }, /one of round_robin/],
    ["a text that is not YAML", { set_request_headers: "{a: b" }, /not YAML/],
    [
      "public access together with any signed-in user",
      { allow_public_unauthenticated_access: "true", allow_any_authenticated_user: "true" },
      /marked as public but contains whitelists/,
    ],
    [
      "two kinds of path rewriting",
      { prefix_rewrite: "/a", regex_rewrite_pattern: "^/b" },
      /only prefix_rewrite or/,
    ],
  ] as const) {
    it(`refuses ${title}`, () => assert.match(check(annotations) ?? "taken", complaint));
  }

  it("accepts only annotations and values that the running version knows", () => {
    assert.equal(check({ allow_upgrades: "[websocket]" }, 33), undefined);
    assert.equal(check({ allow_upgrades: "[websocket]" }, 32), "unknown ingress.pomerium.io/allow_upgrades");
    assert.equal(check({ load_balancing_policy: "random" }, 32), undefined);
    assert.equal(
      check({ load_balancing_policy: "random" }, 31),
      "unknown ingress.pomerium.io/load_balancing_policy",
    );
  });
});

describe("the stand-in for Pomerium, checking policies", () => {
  for (const policy of [
    "allow:\n  or:\n    - email:\n        is: alice@gmail.com",
    "- allow: {or: [{domain: example.com}]}\n- deny: {not: [{source_ip: [10.244.0.0/16]}]}",
    "allow: {and: [{claim/groups: admin}, {http_method: {in: [GET, HEAD]}}]}",
    "allow: {or: [{accept: true}]}",
    "[]",
  ]) {
    it(`accepts the policy ${JSON.stringify(policy)}`, () => assert.equal(checkPolicy(policy), undefined));
  }

  for (const [policy, complaint] of [
    ["", /EOF/],
    ["allow: {any: true}", /unsupported conditional "any"/],
    ["permit: {or: []}", /unsupported action "permit"/],
    ["email: is: x", /[Nn]ested mappings|mapping/],
    ["allow: {or: [{emial: {is: a}}]}", /unknown policy criterion: emial/],
    ["allow: {or: [{email: {matches: a}}]}", /unknown string matcher operator: matches/],
    ["allow: {or: [{claim/a: {contains: b}}]}", /unknown list matcher operator: contains/],
    ["allow: {or: [{email: a, domain: b}]}", /single key and value/],
    ["allow: {or: {email: a}}", /unsupported type for criteria array/],
    ["allow: {or: [a]}", /unsupported type for criterion/],
  ] as const) {
    it(`refuses the policy ${JSON.stringify(policy)}`, () =>
      assert.match(checkPolicy(policy) ?? "taken", complaint));
  }
});

describe("the stand-in for Pomerium, checking settings", () => {
  const ecKey = (namedCurve: string) =>
    generateKeyPairSync("ec", { namedCurve }).privateKey.export({ type: "sec1", format: "pem" });
  const bootstrap = {
    shared_secret: Buffer.alloc(32, 1),
    cookie_secret: Buffer.alloc(32, 2),
    signing_key: ecKey("P-256"),
  };
  const idp = { client_id: "id", client_secret: "secret" };
  const settings = (spec: Partial<Settings["spec"]> = {}): Settings => ({
    apiVersion: "ingress.pomerium.io/v1",
    kind: "Pomerium",
    metadata: { name: "global" },
    spec: {
      secrets: "pomerium/bootstrap",
      identityProvider: { provider: "google", secret: "pomerium/idp" },
      storage: { file: { path: "/data" } },
      ...spec,
    },
  });
  const complete = cluster([secret("bootstrap", bootstrap), secret("idp", idp)]);

  it("accepts complete settings", () => {
    assert.deepEqual(checkSettings(settings(), complete), { warnings: [], skipped: [] });
  });

  it("warns about settings without a persistent store", () => {
    assert.deepEqual(checkSettings(settings({ storage: undefined }), complete).warnings, [
      "storage: please specify a persistent storage backend",
    ]);
  });

  it("skips a certificate that does not exist yet", () => {
    const { error, skipped } = checkSettings(settings({ certificates: ["pomerium/tls"] }), complete);
    assert.equal(error, undefined);
    assert.deepEqual(skipped, ["certificate secret pomerium/tls not found, skipping"]);
  });

  it("needs no secret for the hosted identity provider", () => {
    const { error } = checkSettings(settings({ identityProvider: { provider: "hosted" } }), complete);
    assert.equal(error, undefined);
  });

  const rejected: [string, Partial<Settings["spec"]>, Secret[] | undefined, RegExp][] = [
    ["a missing bootstrap secret", {}, [secret("idp", idp)], /bootstrap secret: get pomerium\/bootstrap/],
    [
      "a shared secret of the wrong length",
      {},
      [secret("bootstrap", { ...bootstrap, shared_secret: Buffer.alloc(44) }), secret("idp", idp)],
      /key shared_secret should be 32 bytes, got 44/,
    ],
    [
      "a signing key on the wrong curve",
      {},
      [secret("bootstrap", { ...bootstrap, signing_key: ecKey("P-384") }), secret("idp", idp)],
      /key signing_key should be a PEM-encoded EC P-256 private key/,
    ],
    [
      "an identity provider without a client secret",
      {},
      [secret("bootstrap", bootstrap), secret("idp", { client_id: "id" })],
      /client_secret key is required/,
    ],
    ["a store without a kind", { storage: {} }, undefined, /either file or postgres/],
    [
      "a database without a connection",
      { storage: { postgres: { secret: "pomerium/idp" } } },
      undefined,
      /connection key is required/,
    ],
    [
      "a read timeout as long as the write timeout",
      { timeouts: { read: "60s", write: "1m" } },
      undefined,
      /must be less than/,
    ],
    [
      "a certificate in a Secret of the wrong type",
      { certificates: ["pomerium/idp"] },
      undefined,
      /expected secret type/,
    ],
    ["a reference without a namespace", { secrets: "bootstrap" }, undefined, /expected namespace\/name/],
  ];
  for (const [title, spec, secrets, complaint] of rejected) {
    it(`rejects settings with ${title}`, () => {
      const lookup = secrets === undefined ? complete : cluster(secrets);
      assert.match(checkSettings(settings(spec), lookup).error ?? "taken", complaint);
    });
  }
});

describe("the stand-in for Pomerium, checking an Ingress", () => {
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "pomerium" },
    spec: { ports: [{ name: "http", port: 80 }] },
  };
  const live = cluster(
    [secret("web-tls", { "tls.crt": "c", "tls.key": "k" }, "kubernetes.io/tls"), secret("empty", {})],
    [service],
  );
  const rule = (port: { number?: number; name?: string }, name = "web") => ({
    host: "web.example.com",
    http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name, port } } }] },
  });
  const ingress = (
    spec: Partial<Ingress["spec"]> = {},
    annotations: Record<string, string> = {},
  ): Ingress => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", namespace: "pomerium", annotations },
    spec: { tls: [{ secretName: "web-tls" }], rules: [rule({ number: 80 })], ...spec },
  });

  it("accepts an Ingress whose Service, port and certificate exist", () => {
    assert.equal(checkIngress(ingress(), live), undefined);
    assert.equal(checkIngress(ingress({ rules: [rule({ name: "http" })] }), live), undefined);
  });

  it("does not require a certificate for the Ingress of cert-manager's solver", () => {
    const solver = ingress({ tls: [{ secretName: "not-there" }] });
    solver.metadata.labels = { "acme.cert-manager.io/http01-solver": "true" };
    assert.equal(checkIngress(solver, live), undefined);
  });

  for (const [title, refused, complaint] of [
    ["whose certificate does not exist", ingress({ tls: [{ secretName: "x" }] }), /get secret pomerium\/x/],
    [
      "whose certificate Secret has another type",
      ingress({ tls: [{ secretName: "empty" }] }),
      /expected secret type/,
    ],
    [
      "whose Service does not exist",
      ingress({ rules: [rule({ number: 80 }, "x")] }),
      /service pomerium\/x: failed/,
    ],
    [
      "that names the pod's port instead of the Service's",
      ingress({ rules: [rule({ number: 8080 })] }),
      /could not find port 8080 on service web/,
    ],
    [
      "that names a path twice",
      ingress({ rules: [rule({ number: 80 }), rule({ name: "http" })] }),
      /duplicate route \{Host:web\.example\.com Path:\/\}/,
    ],
    ["without a host", ingress({ rules: [{ ...rule({ number: 80 }), host: "" }] }), /empty host/],
    [
      "whose custom CA has no ca.crt",
      ingress({}, { "ingress.pomerium.io/tls_custom_ca_secret": "empty" }),
      /references secret empty, key ca\.crt has no data/,
    ],
    [
      "whose Secret with headers does not exist",
      ingress({}, { "ingress.pomerium.io/set_request_headers_secret": "x" }),
      /get secret pomerium\/x/,
    ],
  ] as const) {
    it(`refuses an Ingress ${title}`, () => assert.match(checkIngress(refused, live) ?? "taken", complaint));
  }
});

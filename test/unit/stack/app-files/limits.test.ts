// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Pomerium writes its substitutions like this
import { strict as assert } from "node:assert";
import { z } from "zod";
import { catalogue } from "../../../../policies/catalogue/catalogue.ts";
import { beyondNamespaces } from "../../../../stack/app-files/limits.ts";
import { beyondTheApp } from "../../../../stack/app-files/route-limits.ts";
import { appSchema } from "../../../../stack/schema.ts";

type Content = Record<string, unknown>;

const wiki: Content = {
  namespace: "wiki",
  service: { name: "wiki", port: 80 },
  access: { groups: ["readers"] },
};

const refused = (raw: Content, whole: Content = {}): string[] =>
  beyondNamespaces({ path: "teams/wiki.yaml", raw }, ["wiki", "docs"], whole).map(({ at }) => at);

const refusedWith = (app: Content, whole: Content = {}): string[] =>
  refused({ apps: { wiki: { ...wiki, ...app } } }, whole);

describe("an app file that is limited to namespaces", () => {
  it("defines apps in them, with everything that stays there", () => {
    const app = {
      host: "wiki.example.org",
      aliases: ["w.example.org"],
      access: {
        users: ["a@example.org"],
        claims: { groups: ["x"] },
        domains: ["example.org"],
        api: ["/api"],
        from: ["10.0.0.0/8"],
      },
      paths: { "/hub": { service: { name: "hub", port: 80 }, access: "admins", route: { timeout: "0s" } } },
      profile: "komga",
      route: { set_request_headers: { A: "${pomerium.jwt}", B: "5 ${dollars}" }, tls_custom_ca_secret: "ca" },
      tls: { existing: "wiki-tls" },
      replaces: "wiki",
      accept: { "limit-rps": "why" },
      migrated: true,
      isolate: true,
      allowFrom: [{ namespace: "monitoring" }],
    };
    assert.deepEqual(refusedWith(app), []);
    for (const access of ["admins", { signedIn: true }, { apiOnly: ["/hook"] }])
      assert.deepEqual(refusedWith({ access }), []);
    assert.deepEqual(
      refused({ apps: { docs: { ...wiki, namespace: "docs" } }, accessTests: { apps: { docs: [] } } }),
      [],
    );
  });

  it("has no app elsewhere, and is told the namespaces", () => {
    assert.deepEqual(refusedWith({ namespace: "payroll" }), ["apps.wiki.namespace"]);
    const [problem] = beyondNamespaces(
      { path: "teams/wiki.yaml", raw: { apps: { a: { namespace: "dosc" } } } },
      ["wiki", "docs"],
      {},
    );
    assert.equal(
      problem!.message,
      'teams/wiki.yaml may define apps in wiki, docs only, by appFiles in the stack file; did you mean "docs"?',
    );
  });

  it("opens no app to everybody, nor any of its paths", () => {
    const open = [
      "public",
      { public: { consent: "wiki.example.org" } },
      { policy: "allow: {or: [{accept: true}]}", consent: "x" },
    ];
    for (const access of open) {
      assert.deepEqual(refusedWith({ access }), ["apps.wiki.access"]);
      assert.deepEqual(refusedWith({ paths: { "/x": { access } } }), ['apps.wiki.paths["/x"].access']);
    }
  });

  it("takes no wildcard host, which is every host that nobody has", () => {
    assert.deepEqual(refusedWith({ host: "*.example.org", aliases: ["a.example.org", "*.example.net"] }), [
      "apps.wiki.host",
      "apps.wiki.aliases[1]",
    ]);
  });

  it("takes no host from the wildcard of an app in another file", () => {
    const previews = {
      namespace: "previews",
      host: "*.preview.example.org",
      aliases: ["*.demo.example.org"],
    };
    const whole = { domain: "example.org", apps: { previews, wiki } };
    assert.deepEqual(
      refusedWith(
        { host: "login.preview.example.org", aliases: ["a.b.demo.example.org", "w.example.org"] },
        whole,
      ),
      ["apps.wiki.host", "apps.wiki.aliases[0]"],
    );
    // A wildcard of the whole domain is for the hosts that no app has.
    for (const domain of ["demo.example.org", "a.demo.example.org"])
      assert.deepEqual(refusedWith({ host: "x.demo.example.org" }, { ...whole, domain }), []);
    const fallback = { namespace: "web", host: "*.example.org" };
    assert.deepEqual(refusedWith({}, { domain: "example.org", apps: { fallback, wiki } }), []);
    for (const host of ["preview.example.org", "wikipreview.example.org", "wiki.example.org"])
      assert.deepEqual(refusedWith({ host }, whole), []);
    // One of its own is refused for itself alone.
    assert.deepEqual(refusedWith({ host: "*.example.org", aliases: ["a.example.org"] }, whole), [
      "apps.wiki.host",
    ]);
    const [problem] = beyondNamespaces(
      { path: "teams/wiki.yaml", raw: { apps: { wiki: { ...wiki, host: "x.preview.example.org" } } } },
      ["wiki"],
      whole,
    );
    assert.equal(
      problem!.message,
      "takes x.preview.example.org from *.preview.example.org of apps.previews; teams/wiki.yaml is limited to namespace wiki: remove this, or move the app to the stack file",
    );
  });

  it("leads to no Service of an app in another file, which may be in one of its namespaces", () => {
    const vault = {
      namespace: "docs",
      service: { name: "vault", port: 80 },
      access: "admins",
      paths: { "/hub": { service: { name: "hub", port: 80 } }, "/x": { access: "admins" } },
    };
    const whole = { domain: "example.org", apps: { vault, wiki } };
    for (const [name, port] of [
      ["vault", 80],
      ["hub", 8080],
    ])
      assert.deepEqual(refusedWith({ namespace: "docs", service: { name, port } }, whole), [
        "apps.wiki.service.name",
      ]);
    const paths = {
      "/a": { service: { name: "vault", port: 80 } },
      "/b": { service: { name: "own", port: 80 } },
    };
    assert.deepEqual(refusedWith({ namespace: "docs", paths }, whole), [
      'apps.wiki.paths["/a"].service.name',
    ]);
    // A Service of the same name in another namespace, and its own Service for two of its apps.
    assert.deepEqual(refusedWith({ service: { name: "vault", port: 80 } }, whole), []);
    assert.deepEqual(refused({ apps: { wiki, second: wiki } }, { apps: { wiki, second: wiki, vault } }), []);
    const [problem] = beyondNamespaces(
      { path: "teams/wiki.yaml", raw: { apps: { wiki: { ...vault, paths: {} } } } },
      ["docs"],
      whole,
    );
    assert.equal(
      problem!.message,
      "leads to the Service of apps.vault past the access of that app; teams/wiki.yaml is limited to namespace docs: remove this, or move the app to the stack file",
    );
  });

  it("sets nothing that other tools or the whole cluster act on", () => {
    assert.deepEqual(
      refusedWith({ annotations: { "external-dns.alpha.kubernetes.io/hostname": "x" }, labels: {} }),
      ["apps.wiki.annotations", "apps.wiki.labels"],
    );
    const route = {
      set_request_headers: { A: "x", B: "Bearer ${pomerium.access_token}", C: "${pomerium.id_token}" },
      upstream_tunnel: true,
      enable_google_cloud_serverless_authentication: true,
    };
    const at = [
      "upstream_tunnel",
      "enable_google_cloud_serverless_authentication",
      "set_request_headers.B",
      "set_request_headers.C",
    ];
    assert.deepEqual(
      refusedWith({ route }),
      at.map((key) => `apps.wiki.route.${key}`),
    );
    assert.deepEqual(
      refusedWith({ paths: { "/x": { route } } }),
      at.map((key) => `apps.wiki.paths["/x"].route.${key}`),
    );
  });

  it("neither changes what Pomerium knows about people, nor sends its requests or callers' tokens elsewhere", () => {
    const route = {
      identity_provider_secret: "own-client",
      bearer_token_format: "idp_access_token",
      idp_access_token_allowed_audiences: ["another-program"],
      mcp_client: true,
      mcp_server_upstream_oauth2_token_url: "http://metadata.example.org/",
      mcp_server_authorization_server_url: "https://kubernetes.default.svc/",
    };
    assert.deepEqual(
      refusedWith({ route }),
      Object.keys(route).map((key) => `apps.wiki.route.${key}`),
    );
    assert.deepEqual(
      refusedWith({ route: { mcp_server: true, kubernetes_service_account_token_secret: "own" } }),
      [],
    );
  });

  it("gets none of this from an entry of the stack's catalogue", () => {
    const route = {
      set_request_headers: { Authorization: "Bearer ${pomerium.access_token}" },
      timeout: "0s",
    };
    const whole = { catalogue: { wiki: { route }, portal: { route }, plain: { route: { timeout: "0s" } } } };
    assert.deepEqual(refusedWith({}, whole), ["apps.wiki.profile"]);
    assert.deepEqual(refusedWith({ profile: "portal" }, whole), ["apps.wiki.profile"]);
    for (const profile of ["none", "plain", "__proto__"])
      assert.deepEqual(refusedWith({ profile }, whole), []);
  });

  it("may use every entry of the project's catalogue", () => {
    for (const [name, { route }] of Object.entries(catalogue))
      assert.deepEqual([name, ...beyondTheApp(route)], [name]);
  });

  it("tests no app of another file", () => {
    assert.deepEqual(refused({ apps: { wiki }, accessTests: { apps: { wiki: [], payroll: [] } } }), [
      "accessTests.apps.payroll",
    ]);
  });

  it("may have any form: what has the wrong one is left to the schema", () => {
    const odd = [
      null,
      3,
      "x",
      [],
      [null],
      { wiki: null },
      { wiki: { access: 3, paths: [], route: "x", aliases: {} } },
    ];
    for (const apps of odd) assert.deepEqual(refused({ apps }), []);
    // The schemas transform none of the values that are looked at.
    assert.ok(appSchema.shape.namespace instanceof z.ZodString);
    for (const access of ["Public", ["public"], { Public: {} }, " public"])
      assert.equal(appSchema.shape.access.safeParse(access).success, false);
  });
});

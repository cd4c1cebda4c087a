// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Pomerium writes its substitutions like this
import { strict as assert } from "node:assert";
import { z } from "zod";
import { beyondNamespaces } from "../../../../stack/app-files/limits.ts";
import { appSchema } from "../../../../stack/schema.ts";

type Content = Record<string, unknown>;

const wiki: Content = {
  namespace: "wiki",
  service: { name: "wiki", port: 80 },
  access: { groups: ["readers"] },
};

const refused = (raw: Content): string[] =>
  beyondNamespaces({ path: "teams/wiki.yaml", raw }, ["wiki", "docs"]).map(({ at }) => at);

const refusedWith = (app: Content): string[] => refused({ apps: { wiki: { ...wiki, ...app } } });

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

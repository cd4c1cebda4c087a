import { strict as assert } from "node:assert";
import { anonymous, decider, stranger } from "../../../../policies/access/matrix/decider.ts";
import { appsOf } from "../../../../policies/access/matrix/view.ts";
import { accessRoutes } from "../../../../policies/access/routes.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, problemsOf, put, warnings } from "../../stack/base.ts";

/** The good stack with some of its values replaced. */
function raw(edits: Record<string, unknown>) {
  const file = goodStack();
  for (const [path, value] of Object.entries(edits)) put(file, path, value);
  return file;
}

const edited = (edits: Record<string, unknown>): Stack => parse(raw(edits));

/** Problems of a path of the wiki. */
const pathProblems = (access: unknown): string[] =>
  problemsOf(raw({ "apps.wiki.paths": { "/x": { access } }, "accessTests.strict": false }));

/** Problems and warnings of komga's access. */
const saidOf = (access: unknown, edits: Record<string, unknown> = {}) => {
  const file = raw({ "apps.komga.access": access, "accessTests.apps.komga": undefined, ...edits });
  // The catalogue has an opinion of its own about komga's access.
  put(file, "apps.komga.profile", "none");
  put(file, "accessTests.strict", false);
  const problems = problemsOf(file);
  return problems.length > 0
    ? problems
    : warnings(parse(file)).filter((line) => line.startsWith("apps.komga"));
};

const policyOf = (stack: Stack, app: string) => {
  const [{ authorization }] = accessRoutes(stack.apps.find(({ name }) => name === app)!.access);
  return authorization.public ? undefined : authorization.policy;
};

describe("access by claims, domains and sign-in", () => {
  it("becomes one allow rule with a criterion for each", () => {
    const stack = edited({
      "apps.wiki.access": {
        users: ["eve@example.org"],
        claims: { groups: ["family", "staff"], "realm_access.roles": ["wiki"] },
        domains: ["example.org"],
      },
    });
    assert.deepEqual(policyOf(stack, "wiki"), [
      {
        allow: {
          or: [
            { email: { in: ["admin-user@gmail.com", "eve@example.org"] } },
            { domain: { in: ["example.org"] } },
            { "claim/groups": "family" },
            { "claim/groups": "staff" },
            { "claim/realm_access.roles": "wiki" },
          ],
        },
      },
    ]);
    assert.deepEqual(policyOf(edited({ "apps.wiki.access": { signedIn: true } }), "wiki"), [
      { allow: { or: [{ authenticated_user: true }] } },
    ]);
  });

  it("can stand in a group or among the admins, and reaches every app that names them", () => {
    const stack = edited({
      "users.admins": ["admin-user@gmail.com", "claim:groups=admins"],
      "users.groups.readers": ["@example.org", "alice@gmail.com"],
    });
    assert.deepEqual(policyOf(stack, "komga")?.[0]?.allow?.or, [
      { email: { in: ["admin-user@gmail.com", "carol@gmail.com", "alice@gmail.com"] } },
      { domain: { in: ["example.org"] } },
      { "claim/groups": "admins" },
    ]);
    assert.deepEqual(policyOf(stack, "wiki")?.[0]?.allow?.or?.at(-1), { "claim/groups": "admins" });
  });

  it("is refused where it is malformed, with the form to write", () => {
    const cases: [unknown, RegExp][] = [
      [{ domains: ["@example.org"] }, /domains\[0\]: write example\.org, without "@"/],
      [{ domains: ["gmail.com"] }, /anybody can have an address at gmail\.com/],
      [{ domains: ["example"] }, /"example" is not a domain/],
      [{ claims: { groups: [] } }, /claims\.groups: is empty/],
      [{ claims: { groups: "family" } }, /claims\.groups: must be a list/],
      [{ claims: ["groups"] }, /claims: must be a map/],
      [{ claims: { "a b": ["x"] } }, /not the name of a claim/],
      [{ signedIn: false }, /signedIn: must be true/],
      [{ users: ["claim:groups"] }, /write claim:<name>=<value>/],
      [{}, /names nobody/],
    ];
    for (const [access, message] of cases) assert.match(saidOf(access).join("\n"), message);
  });

  it("warns of capitals with their consequence, and does not refuse them", () => {
    for (const access of [{ users: ["Eve@example.org"] }, { domains: ["Example.org"] }])
      assert.match(saidOf(access).join("\n"), /lets in nobody whose identity provider says .*example\.org/);
  });

  it("says who can sign in where that is anybody", () => {
    assert.match(
      saidOf({ signedIn: true })[0]!,
      /anybody with a Google account passes, unless the OAuth client/,
    );
    const own = {
      "pomerium.identityProvider.provider": "oidc",
      "pomerium.identityProvider.url": "https://id.example.org",
    };
    assert.deepEqual(saidOf({ signedIn: true }, own), []);
  });

  it("says that a claim lets in nobody where the identity provider does not send it", () => {
    const inGroup = edited({ "users.groups.readers": ["alice@gmail.com", "claim:groups=readers"] });
    assert.match(
      warnings(inGroup).join("\n"),
      /users\.groups\.readers\[1\]: nobody passes by this claim: google does not send it/,
    );
    assert.match(
      saidOf({ claims: { groups: ["family"] } })[0]!,
      /nobody passes by this claim: google does not send it/,
    );
    assert.deepEqual(saidOf({ claims: { hd: ["example.org"] } }), []);
    const authelia = {
      "pomerium.identityProvider.provider": "authelia",
      "pomerium.identityProvider.url": "https://auth.example.org",
    };
    assert.match(
      saidOf({ claims: { groups: ["family"] } }, authelia)[0]!,
      /authelia sends it only for the scope groups; write pomerium\.identityProvider\.scopes: \[openid, profile, email, offline_access, groups\]/,
    );
    const scoped = { ...authelia, "pomerium.identityProvider.scopes": ["openid", "email", "groups"] };
    assert.deepEqual(saidOf({ claims: { groups: ["family"] } }, scoped), []);
  });
});

describe("a claim that everybody has", () => {
  const everybody =
    /of everybody, so this lets in everybody who can sign in \(anybody with a Google account\)/;

  it("is warned of wherever people are named", () => {
    assert.match(saidOf({ claims: { email_verified: [true] } })[0]!, everybody);
    assert.match(saidOf({ users: ["claim:iss=https://accounts.google.com"] })[0]!, everybody);
    const [admins] = warnings(
      edited({ "users.admins": ["admin-user@gmail.com", "claim:email_verified=true"] }),
    );
    assert.match(admins!, /^users\.admins\[1\]: the identity provider says email_verified of everybody/);
  });

  it("is distinguished from a claim that only some people have", () => {
    assert.deepEqual(saidOf({ claims: { hd: ["example.org"] } }), []);
    assert.deepEqual(saidOf({ users: ["claim:email=eve@example.org"] }), []);
  });
});

describe("a hand-written policy that lets in everybody", () => {
  const open = "allow:\n  or:\n    - accept: true\n";
  const named = "allow:\n  or:\n    - email: alice@gmail.com\n";
  const notMallory = "allow:\n  or:\n    - accept: true\ndeny:\n  or:\n    - http_method: DELETE\n";

  it("needs the consent that `public` needs", () => {
    for (const policy of [open, notMallory])
      assert.match(
        saidOf({ policy }).join("\n"),
        /access\.policy: public, and the cluster's 443 is exposed directly.*\{ policy: …, consent: komga\.example\.org \}/,
        policy,
      );
    assert.match(
      saidOf({ policy: open, consent: "wiki.example.net" })[0]!,
      /access\.consent: consents to wiki\.example\.net, but the app's host is komga\.example\.org/,
    );
    assert.match(
      saidOf({ policy: open, consent: "komga.example.org" }).join("\n"),
      /public: everybody on the internet reaches komga\.example\.org/,
    );
  });

  it("needs it as well if a condition closes a part of the app", () => {
    const accepting = "- allow: {or: [{accept: true}]}\n";
    for (const policy of [
      `${accepting}- deny: {or: [{http_path: {is: /zzz}}]}`,
      `${accepting}- deny: {or: [{http_path: {is: /}}, {http_path: {starts_with: /x}}]}`,
      `${accepting}- deny: {or: [{http_method: {in: [GET, POST]}}]}`,
      `${accepting}- deny: {or: [{source_ip: 203.0.113.7}, {http_path: {starts_with: /admin}}]}`,
      `${accepting}- deny: {or: [{client_certificate: {san_email: alice@gmail.com}}]}`,
      "- allow: {nor: [{http_path: {is: /zzz}}]}",
      "- allow: {not: [{http_path: {is: /}}, {http_method: POST}]}",
    ]) {
      assert.match(saidOf({ policy }).join("\n"), /access\.policy: public, and the cluster's 443/, policy);
      assert.match(
        saidOf({ policy, consent: "komga.example.org" }).join("\n"),
        /^apps\.komga\.access\.policy: public: everybody on the internet/,
        policy,
      );
      assert.match(
        pathProblems({ policy }).join("\n"),
        /paths\["\/x"\]\.access\.policy: public, and/,
        policy,
      );
    }
  });

  const exceptInvalid = "- allow: {or: [{accept: true}]}\n- deny: {or: [{invalid_client_certificate: true}]}";
  const ca = Buffer.from("-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n").toString("base64");
  const authority = { "pomerium.settings": { downstreamMtls: { ca, enforcement: "policy" } } };
  const ownAuthority = { "apps.komga.route": { tls_downstream_client_ca_secret: "komga-clients" } };

  it("needs it where a rule refuses invalid certificates and Pomerium knows no authority of them", () => {
    for (const policy of [
      exceptInvalid,
      "- allow: {not: [{invalid_client_certificate: true}]}",
      "- allow: {or: [{accept: true}]}\n- deny: {or: [{invalid_client_certificate: true}, {http_method: DELETE}]}",
    ]) {
      assert.match(saidOf({ policy }).join("\n"), /access\.policy: public, and the cluster's 443/, policy);
      for (const edits of [authority, ownAuthority]) {
        assert.doesNotMatch(saidOf({ policy }, edits).join("\n"), /public/, policy);
        assert.match(
          saidOf({ policy, consent: "komga.example.org" }, edits)[0]!,
          /consents to a public app, but the policy is not public/,
          policy,
        );
      }
    }
  });

  it("needs it where no certificate is what opens", () => {
    const policy = "- allow: {or: [{invalid_client_certificate: true}]}";
    assert.doesNotMatch(saidOf({ policy }).join("\n"), /public/);
    for (const edits of [authority, ownAuthority])
      assert.match(saidOf({ policy }, edits).join("\n"), /access\.policy: public, and/);
  });

  it("needs it at a path whose Service has no authority, although the app has one", () => {
    const of = (path: object): string =>
      saidOf("admins", {
        ...ownAuthority,
        "apps.komga.paths": { "/x": { access: { policy: exceptInvalid }, ...path } },
      }).join("\n");
    const service = { name: "other", port: 80 };
    assert.doesNotMatch(of({}), /public/);
    assert.match(of({ service }), /paths\["\/x"\]\.access\.policy: public, and/);
    assert.doesNotMatch(
      of({ service, route: { tls_downstream_client_ca_secret: "other-clients" } }),
      /public/,
    );
  });

  it("is refused at a path that inherits it, if only one of both routes has an authority", () => {
    const service = { name: "other", port: 80 };
    const route = { tls_downstream_client_ca_secret: "other-clients" };
    const of = (path: object, access: object | string, edits: object): string =>
      saidOf(access, { ...edits, "apps.komga.paths": { "/x": path } }).join("\n");
    const refused = /paths\["\/x"\]: is public, and the app is not/;
    assert.match(of({ service }, { policy: exceptInvalid }, ownAuthority), refused);
    const opening = "- allow: {or: [{invalid_client_certificate: true}]}";
    assert.match(of({ route }, { policy: opening }, {}), refused);
    for (const [path, edits] of [
      [{ service, route }, ownAuthority],
      [{ service }, { ...ownAuthority, ...authority }],
      [{ service, access: "admins" }, ownAuthority],
      [{ route: { timeout: "1s" } }, ownAuthority],
    ] as const)
      assert.doesNotMatch(of(path, { policy: exceptInvalid }, edits), /public/);
  });

  it("is open in the matrix and in access tests as well", () => {
    const decided = (access: object, edits: Record<string, unknown> = {}): string[] => {
      const { apps, pomerium } = edited({
        ...{ "apps.komga.access": access, "apps.komga.profile": "none", "accessTests.strict": false },
        ...{ "accessTests.apps.komga": undefined, ...edits },
      });
      const [app] = appsOf(
        apps.filter(({ name }) => name === "komga"),
        pomerium.version,
        pomerium.settings,
      );
      return [anonymous, stranger].map(
        (who) => decider(app!).verdict(who, { path: "/", method: "GET" }).decision,
      );
    };
    const policy = exceptInvalid;
    assert.deepEqual(decided({ policy, consent: "komga.example.org" }), ["allow", "allow"]);
    assert.deepEqual(decided({ policy }, authority), ["unknown", "unknown"]);
    assert.deepEqual(decided({ policy }, ownAuthority), ["unknown", "unknown"]);
    assert.deepEqual(decided({ policy: "- allow: {or: [{invalid_client_certificate: true}]}" }), [
      "deny",
      "deny",
    ]);
  });

  it("needs none where nobody passes who has not signed in or shown a certificate", () => {
    for (const policy of [
      "- allow: {or: [{email: alice@gmail.com}]}\n- deny: {or: [{http_path: {is: /zzz}}]}",
      "- allow: {or: [{client_certificate: {san_email: alice@gmail.com}}]}",
      "- allow: {or: [{accept: true}]}\n- deny: {or: [{http_path: {starts_with: /}}]}",
    ])
      assert.doesNotMatch(saidOf({ policy }).join("\n"), /public/, policy);
  });

  it("names the path in its warning, if it is a path's", () => {
    const [line] = warnings(
      edited({
        "apps.wiki.paths": { "/x": { access: { policy: open, consent: "wiki.example.net" } } },
        "accessTests.strict": false,
      }),
    ).filter((one) => one.includes("/x"));
    assert.match(line!, /everybody on the internet reaches wiki\.example\.net\/x without signing in/);
  });

  it("is only warned of where nothing but a tunnel leads to the cluster", () => {
    assert.match(
      saidOf({ policy: open }, { "cluster.exposure": "tunnelOnly", tunnels: undefined }).join("\n"),
      /public: everybody on the internet/,
    );
  });

  it("takes no consent where the policy is not public", () => {
    assert.deepEqual(saidOf({ policy: named }), []);
    assert.match(
      saidOf({ policy: named, consent: "komga.example.org" })[0]!,
      /consents to a public app, but the policy is not public/,
    );
  });
});

describe("the consent to a public app", () => {
  const consentTo = (consent: unknown, edits: Record<string, unknown>): string[] =>
    saidOf(consent === undefined ? "public" : { public: { consent } }, edits);
  const aliases = { "apps.komga.aliases": ["komga.example.net", "*.komga.example.org"] };

  it("names each of its hosts", () => {
    assert.deepEqual(consentTo("komga.example.org", aliases), [
      'apps.komga.access.public.consent: lacks komga.example.net, *.komga.example.org, which everybody on the internet reaches as well; write consent: [komga.example.org, komga.example.net, "*.komga.example.org"]',
    ]);
    const all = ["*.komga.example.org", "komga.example.net", "komga.example.org"];
    assert.match(
      consentTo(all, aliases).join("\n"),
      /^apps\.komga\.access: public: .* reaches komga\.example\.org, komga\.example\.net, \*\.komga\.example\.org without/,
    );
    assert.match(
      consentTo([...all, "old.example.org"], aliases)[0]!,
      /consents to old\.example\.org, but the app's hosts are komga\.example\.org, /,
    );
    assert.match(consentTo([], {})[0]!, /consent: lacks komga\.example\.org/);
  });

  it("can be a wildcard's, and is proposed with the quotes that YAML needs", () => {
    const wildcard = { "apps.komga.host": "*.example.org" };
    assert.match(
      consentTo(undefined, wildcard)[0]!,
      /consent with \{ public: \{ consent: "\*\.example\.org" \} \}$/,
    );
    assert.match(
      consentTo("*.example.org", wildcard).join("\n"),
      /^apps\.komga\.access: public: everybody on the internet reaches \*\.example\.org without/,
    );
  });

  it("is no other text", () => {
    assert.match(consentTo("yes", {})[0]!, /access\.public\.consent: is not a host name/);
    assert.match(consentTo(true, {})[0]!, /consent: must be the app's host, or a list/);
  });
});

describe("access tests about claims", () => {
  const claims = { "apps.wiki.access": { claims: { groups: ["staff"] } } };

  it("may assume the claims of a person whom no list names", () => {
    const assume = { "alice@example.org": { groups: ["staff"] } };
    const tests = [{ allow: ["alice@example.org", "claim:groups=staff"], deny: ["stranger"] }];
    const stack = edited({ ...claims, "accessTests.assume": assume, "accessTests.apps.wiki": tests });
    assert.deepEqual(stack.accessTests.assume, assume);
    assert.match(
      problemsOf(raw({ ...claims, "accessTests.apps.wiki": tests })).join("\n"),
      /the stack file does not know alice@example\.org/,
    );
  });

  it("refuse a claim without a value, and a text that is not a person", () => {
    const test = (allow: string) =>
      problemsOf(raw({ "accessTests.apps.wiki": [{ allow: [allow], deny: ["stranger"] }] }));
    assert.match(test("claim:groups").join("\n"), /write claim:<name>=<value>/);
    assert.match(test("@example").join("\n"), /is not a domain/);
    assert.match(
      problemsOf(raw({ "accessTests.assume": { alice: { groups: ["x"] } } })).join("\n"),
      /accessTests\.assume\.alice: is not an e-mail address/,
    );
  });
});

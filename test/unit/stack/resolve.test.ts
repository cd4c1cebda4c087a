import { strict as assert } from "node:assert";
import { newestRelease } from "../../../policies/language/releases.ts";
import type { Stack } from "../../../stack/stack.ts";
import { goodStack, parse, problemsOf, put, warnings } from "./base.ts";

/** What a stack's file makes of an edit of the good one. */
function edited(edits: Record<string, unknown>): Stack {
  const raw = goodStack();
  for (const [path, value] of Object.entries(edits)) put(raw, path, value);
  return parse(raw);
}

const app = (stack: Stack, name: string) => stack.apps.find((candidate) => candidate.name === name)!;

describe("a default of the stack file", () => {
  it("is another issuer for the staging server, so that all certificates are issued again after the rehearsal", () => {
    const { certificates } = edited({ "certificates.staging": true });
    assert.equal(certificates.server, "https://acme-staging-v02.api.letsencrypt.org/directory");
    assert.equal(certificates.issuer, "letsencrypt-staging");
    assert.equal(edited({}).certificates.server, "https://acme-v02.api.letsencrypt.org/directory");
    const named = edited({ "certificates.staging": true, "certificates.issuer": "mine" });
    assert.equal(named.certificates.issuer, "mine");
  });

  it("is the one that the schema describes", () => {
    const raw = goodStack();
    for (const key of [
      "phase",
      "tunnels",
      "ingressNginx",
      "accessTests",
      "cluster.exposure",
      "pomerium.session",
    ])
      put(raw, key, undefined);
    const stack = parse(raw);
    assert.equal(stack.phase, "coexist");
    assert.equal(stack.cluster.exposure, "direct");
    assert.deepEqual(stack.tunnels, []);
    assert.equal(stack.ingressNginx, undefined);
    assert.deepEqual(stack.accessTests, { strict: false, assume: {}, tests: [] });
    assert.deepEqual(stack.pomerium.resources, {
      requests: { cpu: "300m", memory: "200Mi" },
      limits: { cpu: "5", memory: "1Gi" },
    });
    assert.deepEqual(
      [stack.pomerium.version, stack.pomerium.session, stack.pomerium.coexistPort],
      [newestRelease, "14h", 8443],
    );
    assert.equal(stack.pomerium.authenticateHost, "authenticate.example.org");
    assert.deepEqual(stack.pomerium.storage, { pebble: { hostPath: "/data/pomerium", size: "2Gi" } });
    assert.equal(stack.certificates.issuer, "letsencrypt-prod");
    assert.equal(stack.certificates.zones["example.org"]?.wildcard, false);
  });

  it("gives each app its host, zone, certificate and the catalogue's route", () => {
    const komga = app(parse(goodStack()), "komga");
    assert.equal(komga.host, "komga.example.org");
    assert.equal(komga.zone, "example.org");
    assert.equal(komga.tlsSecret, "komga-tls");
    assert.deepEqual(komga.replaces, ["komga-ingress"]);
    assert.equal(komga.profile, "komga");
    assert.equal(komga.route.preserve_host_header, true);
    assert.equal(komga.migrated, undefined);
  });

  it("leaves a quantity alone that is written as a number", () => {
    const { resources } = edited({ "pomerium.resources": { limits: { cpu: 2 } } }).pomerium;
    assert.equal(resources.limits.cpu, "2");
  });
});

describe("an app", () => {
  it("follows the catalogue entry that it names, under its own settings", () => {
    const stack = edited({ "apps.wiki.profile": "unifi", "apps.wiki.route": { tls_skip_verify: false } });
    assert.equal(app(stack, "wiki").route.secure_upstream, true);
    assert.equal(app(stack, "wiki").route.tls_skip_verify, false);
  });

  it("tells the app who is signed in where people sign in, and not where nobody does", () => {
    const route = (access: unknown) =>
      app(edited({ "apps.wiki.access": access, "apps.wiki.route": {} }), "wiki").route;
    assert.equal(route("admins").pass_identity_headers, true);
    assert.equal(route({ apiOnly: ["/api"] }).pass_identity_headers, undefined);
    const off = edited({ "apps.wiki.access": "admins", "apps.wiki.route": { pass_identity_headers: false } });
    assert.equal(app(off, "wiki").route.pass_identity_headers, false);
  });

  it("follows no catalogue entry with `profile: none`", () => {
    const stack = edited({ "apps.komga.profile": "none" });
    assert.deepEqual(app(stack, "komga").route, { pass_identity_headers: true });
    assert.equal(app(stack, "komga").profile, undefined);
  });

  it("can follow an entry that the stack file adds", () => {
    const stack = edited({
      "catalogue.wiki": { api: [{ path: "/rest", reason: "bots" }], route: { timeout: "5m" } },
      "apps.wiki.access": { api: "wiki" },
      "apps.wiki.route": undefined,
    });
    const { access, route } = app(stack, "wiki");
    assert.equal(route.timeout, "5m");
    assert.deepEqual(access.kind === "people" && access.api, [{ path: "/rest", reason: "bots" }]);
  });

  it("is in the longest zone that its host ends in", () => {
    const stack = edited({
      'certificates.zones["sub.example.org"]': { cloudflare: { apiToken: "token" } },
      "apps.wiki.host": "wiki.sub.example.org",
      "apps.komga.host": "komgasub.example.org",
    });
    assert.equal(app(stack, "wiki").zone, "sub.example.org");
    assert.equal(app(stack, "komga").zone, "example.org");
  });

  it("may share an Ingress that it takes over from with another app", () => {
    const stack = edited({ "apps.wiki.replaces": ["old"], "apps.influxdb.replaces": ["old"] });
    assert.deepEqual([app(stack, "wiki").replaces, app(stack, "influxdb").replaces], [["old"], ["old"]]);
  });
});

describe("an answer about ingress-nginx in the stack file", () => {
  it("has its reason in the stack: a protection at its app, a host and a gate at ingress-nginx", () => {
    const stack = edited({ "ingressNginx.abandon": { "*.old.example.org": "moved away" } });
    assert.deepEqual(app(stack, "komga").accept, { "limit-rps": "Komga bears it" });
    assert.deepEqual(stack.ingressNginx?.abandon, { "*.old.example.org": "moved away" });
    assert.deepEqual(stack.ingressNginx?.override, { canaries: "the zone is proven already" });
    assert.deepEqual(stack.ingressNginx?.installations, [
      { namespace: "ingress-nginx", from: { helmRelease: "ingress-nginx" } },
    ]);
  });

  it("is empty by default", () => {
    const stack = edited({ "ingressNginx.abandon": undefined, "ingressNginx.override": undefined });
    assert.deepEqual(app(stack, "wiki").accept, {});
    assert.deepEqual([stack.ingressNginx?.abandon, stack.ingressNginx?.override], [{}, {}]);
  });

  it("may be prepared ahead of phase retired, without a warning", () => {
    assert.deepEqual(warnings(edited({ "ingressNginx.override": { hosts: "later" } })), []);
  });
});

describe("access in a stack file", () => {
  it("lets in the admins, an app's own users and its groups, each with the line that does", () => {
    const { access } = app(parse(goodStack()), "komga");
    assert.deepEqual(access.kind === "people" && access.people, [
      { principal: "admin-user@gmail.com", grantedAt: "users.admins[0]" },
      { principal: "carol@gmail.com", grantedAt: "apps.komga.access.users[0]" },
      { principal: "alice@gmail.com", grantedAt: "users.groups.readers[0]" },
      { principal: "bob@gmail.com", grantedAt: "users.groups.readers[1]" },
    ]);
  });

  it("`admins` is for the admins alone", () => {
    const { access } = app(parse(goodStack()), "wiki");
    assert.deepEqual(access, {
      kind: "people",
      people: [{ principal: "admin-user@gmail.com", grantedAt: "users.admins[0]" }],
      api: [],
      from: [],
    });
  });

  it("`apiOnly` names no person", () => {
    const { access } = app(parse(goodStack()), "influxdb");
    assert.deepEqual(access, {
      kind: "apiOnly",
      api: [{ path: "/write" }, { path: "/query", exact: true }],
      from: [],
    });
  });

  it("an open path that Pomerium answers itself is mentioned, because it never reaches the app", () => {
    const said = (place: string, path: string) =>
      `${place}: has no effect: Pomerium answers ${path} itself on every host, so it never reaches the app`;
    const listed = edited({
      "apps.influxdb.access": { apiOnly: ["/write", { path: "/ping", exact: true }] },
    });
    assert.deepEqual(warnings(listed), [said("apps.influxdb.access.apiOnly[1]", "/ping")]);
    const catalogued = edited({
      catalogue: { shop: { api: [{ path: "/healthz", exact: true }, { path: "/api" }] } },
      "apps.komga.access.api": "shop",
      "apps.komga.profile": "none",
    });
    assert.deepEqual(warnings(catalogued), [said("apps.komga.access.api", "/healthz")]);
    const open = { "apps.komga.profile": "none", "apps.komga.access.api": ["/ping/x", "/status"] };
    assert.deepEqual(warnings(edited(open)), []);
  });

  it("a public app on a directly exposed cluster needs consent, elsewhere it is only mentioned", () => {
    const host = "wiki.example.net";
    const said = `apps.wiki.access: public: everybody on the internet reaches ${host} without signing in`;
    const consenting = edited({ "apps.wiki.access": { public: { consent: host } } });
    assert.deepEqual(app(consenting, "wiki").access, { kind: "public" });
    assert.deepEqual(warnings(consenting), [said]);
    const tunnelled = edited({
      "cluster.exposure": "tunnelOnly",
      domain: "example.net",
      'certificates.zones["example.org"]': undefined,
      "tunnels.home.apps": ["wiki", "komga", "influxdb"],
      "apps.wiki.access": "public",
    });
    assert.deepEqual(warnings(tunnelled), [said]);
  });

  it("by networks is taken without a warning where Pomerium sees callers' own addresses", () => {
    const stack = edited({
      "apps.komga.profile": "none",
      "apps.komga.access": { groups: ["readers"], from: ["10.244.0.0/16"] },
    });
    const { access } = app(stack, "komga");
    assert.deepEqual(access.kind === "people" && [access.people.length, access.from], [3, ["10.244.0.0/16"]]);
    assert.deepEqual(warnings(stack), []);
  });

  it("warns an app that asks who people are of headers that a caller may forge, until they are removed", () => {
    const said = (route: object) => warnings(edited({ "apps.wiki.route": route }));
    assert.match(
      said({ pass_identity_headers: true })[0] ?? "",
      /^apps\.wiki\.route\.pass_identity_headers: .*remove_request_headers: \[X-Pomerium-Claim-Email\]$/,
    );
    for (const name of ["X-Pomerium-Claim-Email", "x-pomerium-claim-groups"])
      assert.deepEqual(said({ pass_identity_headers: true, remove_request_headers: [name] }), []);
    assert.equal(said({ pass_identity_headers: true, remove_request_headers: ["X-Other"] }).length, 1);
    assert.deepEqual(said({ timeout: "5m" }), [], "set for everybody who signs in");
  });

  it("can be a policy in Pomerium's language, which is parsed and linted", () => {
    const policy = (criterion: string) => ({ policy: `- allow:\n    or:\n      - ${criterion}\n` });
    const stack = edited({ "apps.wiki.access": policy("email: alice@gmail.com") });
    assert.deepEqual(app(stack, "wiki").access, {
      kind: "policy",
      policy: [{ allow: { or: [{ email: "alice@gmail.com" }] } }],
    });
    const raw = put(goodStack(), "apps.wiki.access", policy("domain: gmail.com"));
    assert.deepEqual(problemsOf(raw), [
      "apps.wiki.access.policy: [0].allow.or[0].domain: anybody can have an address at gmail.com, so that this lets anybody in who signs in; list the people: email: { in: [...] }",
    ]);
  });
});

describe("a warning", () => {
  it("is given for an address with capitals, which is right only if the identity provider sends them", () => {
    const said = (place: string, address: string) =>
      `${place}: "${address}" lets in nobody whose identity provider says ${address.toLowerCase()}: Pomerium compares letter by letter; write ${address.toLowerCase()} unless the provider sends these capitals`;
    for (const [place, address] of [
      ["users.admins[1]", "Admin@Example.com"],
      ["users.groups.readers[2]", "Dave@gmail.com"],
      ["apps.komga.access.users[0]", "Carol@gmail.com"],
    ] as const)
      assert.deepEqual(warnings(edited({ [place]: address })), [said(place, address)]);
    // Both spellings side by side are two callers to Pomerium.
    const both = edited({ "users.groups.readers[2]": "Alice@gmail.com" });
    assert.deepEqual(both.directory.groups.readers, ["alice@gmail.com", "bob@gmail.com", "Alice@gmail.com"]);
  });

  it("is given once for releases in which an escaped slash leads out of an open path", () => {
    const said = (version: string, more = {}) =>
      edited({ "pomerium.version": version, ...more })
        .warnings.filter(({ message }) => message.includes("keeps escaped slashes: "))
        .map(({ at, message }) => `${at}: ${message}`);
    assert.deepEqual(said("v0.32.9"), [
      `pomerium.version: v0.32.9 keeps escaped slashes: /api/..%2fadmin is below an open path, and many apps read it as /admin; this concerns komga, influxdb; use ${newestRelease}`,
    ]);
    assert.match(
      said("v0.31.3", { "apps.komga.access": "admins" })[0] ?? "",
      /: \/write\/\.\.%2fadmin .* concerns influxdb;/,
    );
    assert.deepEqual(
      said("v0.32.9", {
        "apps.komga.access": { users: ["carol@gmail.com"] },
        "apps.influxdb.access": { apiOnly: [{ path: "/write", exact: true }] },
      }),
      [],
    );
    for (const version of ["v0.33.0", "v0.33.1"]) assert.deepEqual(said(version), []);
  });

  it("is given for a group that no app names, and for one that holds nobody", () => {
    const stack = edited({
      "users.groups.idle": ["alice@gmail.com"],
      "users.groups.none": [],
      "apps.komga.access.groups[1]": "none",
    });
    assert.deepEqual(warnings(stack), [
      "users.groups.none: is empty: apps that name it are for their other people",
      "users.groups.idle: no app names this group",
    ]);
  });

  it("is given for a zone without a host", () => {
    const stack = edited({ 'certificates.zones["idle.org"]': { cloudflare: { apiToken: "token" } } });
    assert.deepEqual(warnings(stack), ['certificates.zones["idle.org"]: no host is in this zone']);
  });

  it("is given for HTTP-01 wherever Let's Encrypt would not reach Pomerium, and nowhere else", () => {
    const said = (exposure: string, phase: string) =>
      warnings(
        edited({
          'certificates.zones["example.org"]': { http01: true },
          "cluster.exposure": exposure,
          phase,
          tunnels: undefined,
        }),
      );
    const text = (why: string): string =>
      `certificates.zones["example.org"].http01: ports 80 and 443 of every host must reach Pomerium from the internet, but ${why}; DNS-01 needs neither`;
    assert.deepEqual(said("direct", "coexist"), [text("ingress-nginx holds these ports until the cutover")]);
    assert.deepEqual(said("direct", "cutover"), []);
    assert.ok(said("tunnelOnly", "cutover").includes(text("nothing but a tunnel leads here")));
  });

  it("is given for releases with a known fault, and for one that was not tried", () => {
    const said = (version: string, more = {}) => warnings(edited({ "pomerium.version": version, ...more }));
    assert.match(said("v0.31.3")[0] ?? "", /lacks a security fix/);
    assert.match(said("v0.32.8")[0] ?? "", /lacks a security fix/);
    assert.deepEqual(said("v0.32.9"), []);
    assert.match(said("v0.33.0")[0] ?? "", /use v0\.33\.1$/);
    const untried = `pomerium.version: this project has not been tried with v9.0.0; its controller keeps all rights that upstream gives it, perhaps to change every Secret of the cluster`;
    for (const edits of [
      { "pomerium.commit": "0123456789abcdef0123456789abcdef01234567" },
      { "pomerium.source": "../ingress-controller" },
    ])
      assert.equal(said("v9.0.0", edits).at(-1), untried);
    // The licence is of every later release, whatever the newest supported one is.
    for (const version of ["v0.34.0", "v0.34.2", "v9.0.0"])
      assert.match(
        said(version, { "pomerium.commit": "0123456789abcdef0123456789abcdef01234567" })[0] ?? "",
        /since v0\.34\.0, .* Community Edition License, .* stay on v\d/,
      );
  });

  it("is given for what does not work, or not for long, through a tunnel", () => {
    const stack = edited({
      "apps.wiki.host": "wiki.house.example.net",
      "apps.wiki.profile": "jellyfin",
    });
    const ofTunnels = (one: string): boolean => one.startsWith("tunnels.");
    assert.deepEqual(warnings(stack).filter(ofTunnels), [
      "tunnels.home.apps[0]: wiki.house.example.net is more than one level below example.net: Cloudflare's own certificate does not cover it, browsers will refuse it",
      "tunnels.home.apps[0]: wiki streams media, which Cloudflare's terms for its free plan do not allow",
    ]);
  });

  it("is given for large uploads, which Cloudflare refuses", () => {
    assert.deepEqual(
      warnings(edited({ "apps.wiki.profile": "portainer" })).filter((one) => one.startsWith("tunnels.")),
      [
        "tunnels.home.apps[0]: wiki receives large files, and Cloudflare refuses requests of more than 100 MB on its free plan",
      ],
    );
  });

  it("is given for programs that cannot sign in, until a path is open for them", () => {
    const said = (edits: Record<string, unknown>): string[] =>
      warnings(edited(edits)).filter((one) => one.includes("cannot sign in"));
    assert.deepEqual(said({ "apps.komga.access": { groups: ["readers"] } }), [
      "apps.komga.access: mobile apps and e-readers cannot sign in to Pomerium: if they are used, write `api: komga` (`npx pomerium-migration catalogue komga` shows what it opens)",
    ]);
    const asAdmins = said({ "apps.komga.access": "admins" });
    assert.match(asAdmins.join("\n"), /write `access: \{api: komga\}` \(/);
    // The line that it names lets in the same people.
    assert.deepEqual(said({ "apps.komga.access": { api: "komga" } }), []);
    assert.deepEqual(said({ "apps.wiki.profile": "transmission" }), [
      "apps.wiki.access: remote controls cannot sign in to Pomerium: if they are used, read `npx pomerium-migration catalogue transmission`, and write `access: {api: [/transmission/rpc]}`",
    ]);
    assert.match(
      said({ "apps.wiki.profile": "gitlab" }).join("\n"),
      /git over HTTPS cannot .* no path can be opened/,
    );
    assert.deepEqual(said({ "apps.komga.access": { groups: ["readers"], api: ["/opds"] } }), []);
    assert.deepEqual(
      said({ "apps.komga.profile": "none", "apps.komga.access": { groups: ["readers"] } }),
      [],
    );
  });

  it("is given for an open path that must stay closed in the app, if another Service answers there", () => {
    const said = (path: object): string[] =>
      warnings(
        edited({
          "catalogue.wiki": { neverOpen: [{ path: "/", reason: "it asks for nothing" }] },
          "apps.wiki.paths": { "/hook": path },
        }),
      ).filter((one) => one.includes("/hook"));
    const access = { public: { consent: "wiki.example.net" } };
    assert.deepEqual(said({ access, service: { name: "hooks", port: 80 } }), [
      'apps.wiki.paths["/hook"].access: public: everybody on the internet reaches wiki.example.net/hook without signing in',
      'apps.wiki.paths["/hook"].access: opens /hook, but the whole app must never be open to anybody: it asks for nothing',
    ]);
    assert.deepEqual(said({ service: { name: "hooks", port: 80 } }), []);
  });

  it("is given for what a public app must not show, whichever way it is public", () => {
    const exposed = "apps.wiki.access: public also opens /admin/…: administration of all users";
    const said = (access: object): string[] =>
      warnings(edited({ "apps.wiki.profile": "vaultwarden", "apps.wiki.access": access })).filter((one) =>
        one.startsWith(exposed),
      );
    const consent = "wiki.example.net";
    assert.equal(said({ public: { consent } }).length, 1);
    assert.equal(said({ policy: "allow: {or: [{accept: true}]}", consent }).length, 1);
    assert.equal(said({ policy: "allow: {or: [{email: alice@gmail.com}]}" }).length, 0);
    assert.equal(said({ groups: ["readers"] }).length, 0);
  });

  it("is given for every host of a tunnel that Cloudflare's own certificate does not cover", () => {
    const stack = edited({
      "tunnels.home.authenticate": true,
      "tunnels.home.extraRules": [
        { hostname: "ssh.example.net", service: "ssh://192.168.0.10:22" },
        { hostname: "*.house.example.net", service: "https://192.168.0.11" },
      ],
      "pomerium.authenticateHost": "authenticate.house.example.net",
    });
    const why =
      "is more than one level below example.net: Cloudflare's own certificate does not cover it, browsers will refuse it";
    assert.deepEqual(warnings(stack), [
      `tunnels.home.authenticate: authenticate.house.example.net ${why}`,
      `tunnels.home.extraRules[1].hostname: *.house.example.net ${why}`,
    ]);
  });

  it("is given for what nothing leads to on a cluster behind tunnels", () => {
    const stack = edited({ "cluster.exposure": "tunnelOnly", "tunnels.home.authenticate": false });
    assert.deepEqual(warnings(stack), [
      "apps.komga: no tunnel carries this app, and nothing else leads to the cluster",
      "apps.influxdb: no tunnel carries this app, and nothing else leads to the cluster",
      "tunnels: no tunnel carries the sign-in pages, and nothing else leads to the cluster: set `authenticate: true` on one",
    ]);
  });

  it("is given in place of an error for an untested app, unless the tests are strict", () => {
    const stack = edited({ "accessTests.strict": false, "accessTests.apps.wiki": undefined });
    assert.deepEqual(warnings(stack), [
      "accessTests.apps.wiki: no test denies this app to a stranger; add { deny: [stranger, anonymous] }",
    ]);
  });

  it("is given for somebody unknown who is denied and looks like somebody known", () => {
    const stack = edited({
      "accessTests.apps.wiki[0].deny": ["stranger", "alicia@gmail.com", "zoe@gmail.com"],
    });
    assert.deepEqual(warnings(stack), [
      'accessTests.apps.wiki[0].deny[1]: the stack file does not know alicia@gmail.com; did you mean "alice@gmail.com"?',
    ]);
  });
});

describe("a cluster behind tunnels", () => {
  it("has its sign-in pages carried by its only tunnel, and rehearses on 443", () => {
    const stack = edited({
      "cluster.exposure": "tunnelOnly",
      "pomerium.authenticateHost": "authenticate.example.net",
    });
    assert.equal(stack.tunnels[0]?.authenticate, true);
    assert.equal(stack.pomerium.coexistPort, 443);
    assert.equal(parse(goodStack()).tunnels[0]?.authenticate, false);
  });
});

describe("the cluster's UID", () => {
  it("is unset while it is absent or all zero, so that it is asked for", () => {
    assert.equal(edited({ "cluster.uid": "00000000-0000-0000-0000-000000000000" }).cluster.uid, undefined);
    const uid = "6c5f2f1e-0b5e-4d8e-9a57-0123456789ab";
    assert.equal(edited({ "cluster.uid": uid }).cluster.uid, uid);
  });
});

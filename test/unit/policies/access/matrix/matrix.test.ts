import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { decider } from "../../../../../policies/access/matrix/decider.ts";
import { alikeOf, matrix, openMatrix } from "../../../../../policies/access/matrix/matrix.ts";
import { personal } from "../../../../../policies/access/matrix/reasons.ts";
import { appsOf } from "../../../../../policies/access/matrix/view.ts";
import type { Policy } from "../../../../../policies/language/types.ts";
import { type Cell, cells } from "./cells.ts";
import { apiOnly, apps, directory, open, people, raw, type SampleApp } from "./sample.ts";
import { stacks } from "./stacks.ts";

const of = (some: SampleApp[]) => matrix(appsOf(some, "v0.33.1"), directory);

function cell(some: SampleApp[], principal: string, path: string, sourceIp?: string): Cell {
  for (const one of cells(of(some)))
    if (one.principal === principal && one.probe.path === path && one.probe.sourceIp === sourceIp) return one;
  throw new Error(`no cell for ${principal} at ${path}`);
}

const marks = (some: SampleApp[], principals: string[]): string[] =>
  of(some).apps.map((app) => principals.map((one) => alikeOf(app, one).mark).join(" "));

describe("the access matrix", () => {
  it("shows for each app who passes by name, who reaches open paths alone, and who nothing", () => {
    assert.deepEqual(marks(apps, ["admin-user@gmail.com", "bob@gmail.com", "stranger", "anonymous"]), [
      "people people api api",
      "people none none none",
      "people api api api",
      "api api api api",
      "people none none none",
      "public public public public",
    ]);
  });

  it("asks for each open path itself, what lies below it and what only begins alike", () => {
    const [app] = of([
      people("komga", {}, { api: [{ path: "/api" }, { path: "/query", exact: true }] }),
    ]).apps;
    assert.deepEqual(
      app?.probes.map(({ path }) => path),
      [
        "/",
        "/api",
        "/api/",
        "/api/x",
        "/apixyz",
        "/?/api",
        "/?/api/",
        "/query",
        "/query/x",
        "/queryxyz",
        "/?/query",
      ],
    );
    assert.deepEqual(
      app?.open.map(({ path, self, below, beside }) => [path, self, below, beside]),
      [
        ["/api", true, true, false],
        ["/query", true, false, false],
      ],
    );
  });

  it("asks below and beside a path for one that no rule names by chance", () => {
    const [app] = of([
      apiOnly("komga", [{ path: "/api" }, { path: "/api/x", exact: true }, { path: "/apixyz" }]),
    ]).apps;
    const paths = app!.probes.filter(({ base }) => base === "/api").map(({ path }) => path);
    assert.deepEqual(paths, ["/api", "/api/", "/api/xz", "/apixyzz", "/?/api", "/?/api/"]);
  });

  it("knows the paths that Pomerium answers itself, which nobody reaches an app by", () => {
    const everything: Policy = [{ allow: { or: [{ accept: true }] } }];
    for (const app of [
      people("komga", { users: ["carol@example.org"] }, { api: [{ path: "/ping" }, { path: "/.pomerium" }] }),
      raw("komga", everything),
      open("komga"),
    ])
      for (const path of [
        "/ping",
        "/ping?x",
        "/p%69ng",
        "/healthz",
        "/.pomerium",
        "/.pomerium/jwt",
        "/%2epomerium/x",
        "/.well-known/pomerium/jwks.json",
        "/x/../.well-known/pomerium",
      ])
        for (const principal of ["carol@example.org", "anonymous"]) {
          const decide = decider(appsOf([app])[0]!);
          const { decision, reason } = decide.verdict(principal, { path, method: "GET" });
          assert.deepEqual(
            [decision, reason],
            ["deny", "Pomerium answers this path itself on every host"],
            `${app.access.kind} ${path}`,
          );
        }
  });

  it("leaves an app the paths that only look like Pomerium's own", () => {
    const decide = decider(appsOf([open("komga")])[0]!);
    for (const path of [
      "/ping/",
      "/pingx",
      "/Ping",
      "/healthz/live",
      "/.pomeriumx",
      "/.well-known/pomerium2",
      "/x/ping",
    ])
      assert.equal(decide.verdict("anonymous", { path, method: "GET" }).decision, "allow", path);
  });

  it("a policy that opens everything is public, also when it names a path of Pomerium's own", () => {
    const policy: Policy = [{ allow: { or: [{ accept: true }, { http_path: "/ping" }] } }];
    assert.equal(of([raw("komga", policy)]).apps[0]?.public, true);
  });

  it("an open path that is Pomerium's own is not open", () => {
    const [app] = of([apiOnly("komga", [{ path: "/healthz", exact: true }, { path: "/api" }])]).apps;
    assert.deepEqual(
      app?.open.map(({ path }) => path),
      ["/api"],
    );
  });

  it("shows an open path without a boundary by its neighbour", () => {
    const policy: Policy = [{ allow: { or: [{ http_path: { starts_with: "/api" } }] } }];
    const [app] = of([raw("komga", policy)]).apps;
    assert.deepEqual(
      app?.open.map(({ path, beside }) => [path, beside]),
      [["/api", true]],
    );
  });

  it("lists no path twice that lies below another open one", () => {
    const [app] = of([apiOnly("komga", [{ path: "/api/v1" }, { path: "/api" }])]).apps;
    assert.deepEqual(
      app?.open.map(({ path }) => path),
      ["/api"],
    );
  });

  it("names the line of the stack file that lets a person in", () => {
    const places = ["admin-user@gmail.com", "carol@example.org", "dave@example.org"].map((person) => {
      const { keyPath, reason } = cell(apps.slice(2, 3), person, "/").verdict;
      return `${keyPath} ${reason}`;
    });
    assert.deepEqual(places, [
      "users.admins[0] admin",
      "users.groups.readers[0] group readers",
      "apps.komga.access.users[0] named by the app",
    ]);
  });

  it("names the place to edit for what is open, refused or public", () => {
    const audiobookshelf = apps.slice(0, 1);
    assert.deepEqual(cell(audiobookshelf, "anonymous", "/api/x").verdict, {
      decision: "allow",
      criterion: "open",
      rule: "open path /api",
      keyPath: "apps.audiobookshelf.access.api",
      reason: "API path /api: the phone app signs in with the server's own token",
    });
    assert.equal(cell(audiobookshelf, "stranger", "/").verdict.keyPath, "apps.audiobookshelf.access");
    assert.equal(
      cell([apiOnly("influxdb", [{ path: "/write" }])], "stranger", "/write").verdict.keyPath,
      "apps.influxdb.access.apiOnly",
    );
    assert.equal(cell([open("ddns-updater")], "anonymous", "/").verdict.rule, "public");
  });

  it("numbers the rules of a hand-written policy, so that people find them", () => {
    const policy: Policy = [
      { allow: { or: [{ email: "alice@gmail.com" }, { email: { ends_with: "@example.org" } }] } },
    ];
    const { rule, keyPath } = cell([raw("ryot", policy)], "carol@example.org", "/").verdict;
    assert.equal(rule, "allow: email ends_with @example.org ([0].allow.or[1])");
    assert.equal(keyPath, "apps.ryot.access.policy");
  });

  it("anybody with an address at a provider is a stranger who passes", () => {
    for (const criterion of [
      { email: { ends_with: "@gmail.com" } },
      { domain: "gmail.com" },
      { domain: { ends_with: "mail.com" } },
      { email: { contains: "@gmail" } },
      { email: { starts_with: "a" } },
    ] as const)
      assert.deepEqual(
        marks([raw("verify", [{ allow: { or: [criterion] } }])], ["stranger", "anonymous"]),
        ["people none"],
        JSON.stringify(criterion),
      );
  });

  it("shows an undecided cell as a question mark, never as access", () => {
    const claims = raw("headlamp", [{ allow: { or: [{ "claim/groups": "staff" }] } }]);
    assert.deepEqual(marks([claims], ["alice@gmail.com", "stranger", "anonymous"]), ["unknown none none"]);
    const broken = matrix(
      [
        {
          name: "a/b",
          at: "Ingress a/b",
          host: "b.example.org",
          routes: [{ paths: [{ path: "/", exact: false }], authorization: { unreadable: "policy 1:1 no" } }],
        },
      ],
      directory,
    );
    assert.deepEqual(
      [...cells(broken)].map(({ verdict }) => verdict.decision),
      Array(broken.people.length + 2).fill("unknown"),
    );
    assert.equal(broken.apps[0]?.public, false);
  });

  it("everybody with a claim or with an address in a domain is a principal, and a stranger has neither", () => {
    const all = [
      people("komga", { claims: { groups: ["family"], level: [5] }, domains: ["example.org"] }),
      people("code-server"),
    ];
    const principals = ["claim:groups=family", "claim:level=5", "@example.org"];
    assert.deepEqual(
      of(all).people.slice(-3),
      principals.toSorted((one) => (one.startsWith("@") ? -1 : 0)),
    );
    assert.deepEqual(marks(all, [...principals, 'claim:level="5"', "stranger", "anonymous"]), [
      "people people people none none none",
      "none none none none none none",
    ]);
    const cellOf = (principal: string) => cell(all, principal, "/").verdict;
    assert.deepEqual(
      principals.map((principal) => `${cellOf(principal).reason} · ${cellOf(principal).keyPath}`),
      [
        "claim groups=family · apps.komga.access.claims.groups[0]",
        "claim level=5 · apps.komga.access.claims.level[0]",
        "any address @example.org · apps.komga.access.domains[0]",
      ],
    );
  });

  it("a person of a named domain passes, and of others it is not known whether they have the claim", () => {
    const all = [people("komga", { claims: { groups: ["family"] }, domains: ["example.org"] })];
    assert.deepEqual(marks(all, ["admin-user@gmail.com", "carol@example.org", "alice@gmail.com"]), [
      "people people unknown",
    ]);
  });

  it("a claim that everybody has makes a stranger pass", () => {
    const verified = [people("komga", { claims: { email_verified: [true] } })];
    assert.deepEqual(marks(verified, ["stranger", "anonymous"]), ["people none"]);
    const staff = [people("komga", { claims: { staff: [true] } })];
    assert.deepEqual(marks(staff, ["stranger", "anonymous"]), ["none none"]);
  });

  it("an app for everybody who can sign in lets in a stranger, and nobody without a session", () => {
    const all = [people("komga", { signedIn: true }, { api: [{ path: "/api" }] })];
    assert.deepEqual(marks(all, ["stranger", "alice@gmail.com", "anonymous"]), ["people people api"]);
    const { reason, keyPath } = cell(all, "stranger", "/").verdict;
    assert.deepEqual([reason, keyPath], ["any signed-in user", "apps.komga.access.signedIn"]);
  });

  it("a group can stand for everybody with a claim", () => {
    const family = {
      admins: ["admin-user@gmail.com"],
      groups: { family: ["carol@example.org", "claim:groups=family"] },
    };
    const all = [people("komga", { groups: ["family"] }, { of: family })];
    assert.deepEqual(marks(all, ["claim:groups=family", "carol@example.org", "stranger"]), [
      "people people none",
    ]);
    assert.equal(cell(all, "claim:groups=family", "/").verdict.keyPath, "users.groups.family[1]");
  });

  it("an app that asks where a call comes from is asked from inside and from outside", () => {
    const unifi = apps.filter(({ name }) => name === "unifi");
    assert.equal(cell(unifi, "admin-user@gmail.com", "/", "10.244.0.0").verdict.decision, "allow");
    const outside = cell(unifi, "admin-user@gmail.com", "/", "203.0.113.1").verdict;
    assert.deepEqual([outside.decision, outside.keyPath], ["deny", "apps.unifi.access.from"]);
  });

  it("an app that is public from one network is called public", () => {
    const policy: Policy = [
      { allow: { or: [{ accept: true }] } },
      { deny: { not: [{ source_ip: "10.0.0.0/8" }] } },
    ];
    assert.deepEqual(marks([raw("site", policy)], ["anonymous"]), ["public"]);
  });

  it("a policy that only names who stays outside is public, since a caller without a session has no name", () => {
    const policy: Policy = [{ allow: { or: [{ email: { not: "mallory@example.org" } }] } }];
    const all = [raw("verify", policy)];
    assert.deepEqual(marks(all, ["stranger", "anonymous", "mallory@example.org"]), ["public public public"]);
    assert.equal(cell(all, "mallory@example.org", "/").verdict.decision, "deny");
  });

  it("shows that an open path in the query opens the whole app", () => {
    const policy: Policy = [{ allow: { or: [{ http_path: { starts_with: "/api/" } }] } }];
    assert.equal(cell([raw("komga", policy)], "anonymous", "/?/api/").verdict.decision, "allow");
    assert.equal(of([raw("komga", policy)]).apps[0]?.open[0]?.byQuery, true);
  });

  it("an open path of the stack file opens nothing by the query, because it has a separate route", () => {
    const all = [people("komga", {}, { api: [{ path: "/api" }] })];
    assert.equal(cell(all, "anonymous", "/?/api").verdict.decision, "deny");
    assert.equal(of(all).apps[0]?.open[0]?.byQuery, false);
  });

  it("an open path stays open with a query, and shut once it leads elsewhere", () => {
    const [app] = appsOf([apiOnly("komga", [{ path: "/api" }])]);
    const ask = (path: string): string =>
      decider(app!).verdict("anonymous", { path, method: "GET" }).decision;
    assert.deepEqual(["/api?a=1", "/api/x?a=1", "/api/../admin", "/api%2e", "/x/../api/y"].map(ask), [
      "allow",
      "allow",
      "deny",
      "deny",
      "allow",
    ]);
  });

  it("a host answers no path that none of its routes has", () => {
    const site = { ...appsOf([open("site")])[0]! };
    const [route] = site.routes;
    const part = { ...site, routes: [{ ...route!, paths: [{ path: "/docs", exact: true }] }] };
    const { decision, reason } = decider(part).verdict("anonymous", { path: "/", method: "GET" });
    assert.deepEqual([decision, reason], ["deny", "no route answers there"]);
  });

  it("every cell is what the policy says of that very caller", () => {
    fc.assert(
      fc.property(stacks, ({ directory: all, apps: some }) => {
        for (const { principal, app, probe, verdict } of cells(matrix(appsOf(some), all))) {
          const asked = personal(decider(app.app).verdict(principal, probe), app.app, principal);
          assert.deepEqual(verdict, asked, `${principal} at ${app.app.name}${probe.path}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("says of callers without a session what the part about them says alone", () => {
    fc.assert(
      fc.property(stacks, ({ directory: all, apps: some }) => {
        assert.deepEqual(
          openMatrix(appsOf(some)),
          matrix(appsOf(some), all).apps.map(({ app, public: isPublic, open: paths }) => ({
            app,
            public: isPublic,
            open: paths,
          })),
        );
      }),
    );
  });

  it("everybody of the stack has exactly one place at every app", () => {
    fc.assert(
      fc.property(stacks, ({ directory: all, apps: some }) => {
        const { people: everyone, apps: shown } = matrix(appsOf(some), all);
        for (const { alike } of shown)
          assert.deepEqual(
            alike.flatMap(({ principals }) => principals).toSorted(),
            [...everyone, "stranger", "anonymous"].toSorted(),
          );
      }),
    );
  });
});

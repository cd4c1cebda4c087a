import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { App } from "../../../../components/apps/App.ts";
import { appArgs } from "../../../../components/apps/args.ts";
import { ownIngresses, routeProblems } from "../../../../components/apps/checks.ts";
import { serviceProblems } from "../../../../components/apps/service-checks.ts";
import { isIngressName, pathIngressName } from "../../../../components/cluster/names.ts";
import { failedTestProblems } from "../../../../policies/access/assertions/run.ts";
import { diffAccess } from "../../../../policies/access/diff/diff.ts";
import { decider } from "../../../../policies/access/matrix/decider.ts";
import { matrix } from "../../../../policies/access/matrix/matrix.ts";
import { appsOf } from "../../../../policies/access/matrix/view.ts";
import { entries } from "../../../../report/html/stations.ts";
import { waysOf } from "../../../../report/html/ways.ts";
import type { Stack } from "../../../../stack/stack.ts";
import { goodStack, parse, problemsOf, put, type Raw, warnings } from "../../stack/base.ts";
import { ingress as liveIngress } from "../../stack/state.ts";
import { registered } from "./mocks.ts";
import { runOf } from "./run.ts";

/** The access of a public path. */
const open = { public: { consent: "vault.example.org" } };

/** Readers at `/`, admins at /admin, anybody at /api, and /hub at another Service. */
function vaults(paths: unknown = undefined): Raw {
  return put(goodStack(), "apps.vault", {
    namespace: "vault",
    service: { name: "vault", port: 80 },
    access: { groups: ["readers"] },
    paths: paths ?? {
      "/admin": { access: "admins" },
      "/api": { access: open },
      "/hub": { service: { name: "hub", port: 3012 }, route: { allow_websockets: true } },
      "/status": { exact: true, access: { users: ["eve@gmail.com"] } },
    },
  });
}

const vaultOf = (stack: Stack) => stack.apps.find(({ name }) => name === "vault")!;
const untested = (raw: Raw): Raw => put(raw, "accessTests.strict", false);
const stackOf = (paths?: unknown): Stack => parse(untested(vaults(paths)));

const run = runOf({ "vault/vault-tls": "vault-tls" });

describe("the paths of an app", () => {
  it("are Ingresses of their own, each with its Service, its access and its settings", async () => {
    const vault = vaultOf(stackOf());
    const resources = await registered(() => void new App("vault", appArgs(vault, run)));
    const ingresses = resources.slice(1).map(({ name, inputs }) => ({
      name,
      object: inputs.metadata.name,
      paths: inputs.spec.rules[0].http.paths.map(
        ({
          path,
          pathType,
          backend,
        }: {
          path: string;
          pathType: string;
          backend: { service: { name: string } };
        }) => `${pathType} ${path} ${backend.service.name}`,
      ),
      annotations: Object.keys(inputs.metadata.annotations)
        .map((key) => key.split("/")[1])
        .sort(),
      tls: inputs.spec.tls[0].secretName,
    }));
    const tls = "vault-tls";
    const byName = ingresses.sort((a, b) => (a.name < b.name ? -1 : 1));
    assert.deepEqual(byName, [
      {
        name: "vault-ingress",
        object: "vault-pomerium-ingress",
        paths: ["Prefix / vault"],
        annotations: ["pass_identity_headers", "policy"],
        tls,
      },
      {
        name: "vault/admin",
        object: pathIngressName("vault", "/admin"),
        paths: ["Exact /admin vault", "Prefix /admin/ vault"],
        annotations: ["pass_identity_headers", "policy"],
        tls,
      },
      {
        name: "vault/api",
        object: pathIngressName("vault", "/api"),
        paths: ["Exact /api vault", "Prefix /api/ vault"],
        annotations: ["allow_public_unauthenticated_access", "pass_identity_headers"],
        tls,
      },
      {
        name: "vault/hub",
        object: pathIngressName("vault", "/hub"),
        paths: ["Exact /hub hub", "Prefix /hub/ hub"],
        annotations: ["allow_websockets", "pass_identity_headers", "policy"],
        tls,
      },
      {
        name: "vault/status",
        object: pathIngressName("vault", "/status"),
        paths: ["Exact /status vault"],
        annotations: ["pass_identity_headers", "policy"],
        tls,
      },
    ]);
  });

  it("have names that no other path of the app has, and that are known as names of this program", () => {
    const path = fc
      .array(fc.constantFrom("a", "b", "/", "-", ".", "_", "~", "A", "long-segment-of-a-path"), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => `/${parts.join("")}`);
    fc.assert(
      fc.property(path, path, (one, other) => {
        const name = pathIngressName("app", one);
        assert.match(name, /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        assert.ok(name.length <= "app-pomerium-ingress".length + 28);
        assert.ok(isIngressName(name));
        assert.equal(name === pathIngressName("app", other), one === other);
      }),
    );
    assert.match(pathIngressName("wiki", "/admin"), /^wiki-pomerium-ingress-admin-[0-9a-f]{6}$/);
    assert.notEqual(pathIngressName("wiki", "/open"), "wiki-pomerium-ingress-open");
    for (const other of ["wiki-ingress", "wiki-pomerium-ingress-old", "pomerium-ingress-open"])
      assert.equal(isIngressName(other), false, other);
  });

  it("are rows of the matrix where their access differs, and the app's row is about the rest", () => {
    const stack = stackOf();
    const rows = matrix(appsOf([vaultOf(stack)]), stack.directory).apps.map((row) => [
      row.app.name,
      row.public,
      row.open.map(({ path }) => path),
      Object.fromEntries(row.alike.flatMap(({ principals, mark }) => principals.map((one) => [one, mark]))),
    ]);
    const [admin, alice, bob, eve] = ["admin-user", "alice", "bob", "eve"].map((name) => `${name}@gmail.com`);
    const marks = (reached: string[], otherwise: string) =>
      Object.fromEntries(
        [admin, alice, bob, eve, "stranger", "anonymous"].map((one) => [
          one,
          reached.includes(one!) ? "people" : otherwise,
        ]),
      );
    assert.deepEqual(rows, [
      ["vault", false, [], marks([admin!, alice!, bob!], "none")],
      ["vault/admin", false, [], marks([admin!], "none")],
      ["vault/api", false, ["/api"], marks([], "api")],
      ["vault/status", false, [], marks([admin!, eve!], "none")],
    ]);
  });

  it("are carried by the tunnel of their app in the drawing of the way in, with their Services", () => {
    const raw = untested(vaults());
    (raw.tunnels as { home: { apps: string[] } }).home.apps = ["vault"];
    const stack = parse(raw);
    const ways = waysOf(stack);
    assert.equal(ways.services["vault/hub"], "vault/hub:3012");
    assert.equal(ways.services["vault/admin"], "vault/vault:80");
    const [, tunnel] = entries(matrix(appsOf([vaultOf(stack)]), stack.directory).apps, ways);
    assert.equal(tunnel?.detail, "home: 1 app");
    // The open path is a lane of its own.
    assert.ok(tunnel.lanes.length > 1);
  });

  it("are asserted by access tests, and a failed one names the line of the path", () => {
    const failures = (tests: unknown[]): string[] => {
      const raw = put(untested(vaults()), "accessTests.apps.vault", tests);
      return failedTestProblems(parse(raw)).map(({ message, fix }) => `${message} » ${fix}`);
    };
    assert.deepEqual(
      failures([
        { path: "/admin/users", allow: ["admin-user@gmail.com"], deny: ["group:readers", "stranger"] },
        { path: "/administration", allow: ["group:readers"] },
        { path: "/api/v1", allow: ["anonymous"] },
        { path: "/apixyz", deny: ["anonymous"] },
        { path: "/?/api", deny: ["anonymous"] },
        { path: "/status/x", deny: ["eve@gmail.com"] },
        { path: "/hub/x", allow: ["group:readers"], deny: ["anonymous"] },
      ]),
      [],
    );
    assert.deepEqual(failures([{ path: "/admin", allow: ["alice@gmail.com"] }]), [
      'alice@gmail.com must pass at vault.example.org/admin, but is refused: no rule allows it (apps.vault.paths["/admin"].access) » add alice@gmail.com to apps.vault.paths["/admin"].access.users or to a group that it names, or change accessTests.apps.vault[0].allow[0]',
    ]);
    assert.deepEqual(failures([{ path: "/api", deny: ["anonymous"] }]), [
      'a caller without a session must not pass at vault.example.org/api, but passes: open path /api (apps.vault.paths["/api"].access) » close the path in apps.vault.paths["/api"].access, or change accessTests.apps.vault[0].deny[0]',
    ]);
    assert.match(
      failures([{ path: "/hub", allow: ["anonymous"] }])[0]!,
      /no rule allows it without signing in \(apps\.vault\.access\)/,
    );
  });

  it("count as places that name a group or a person", () => {
    const raw = untested(vaults({ "/a": { access: { groups: ["writers"], users: ["eve@gmail.com"] } } }));
    put(raw, "users.groups.writers", ["dan@gmail.com"]);
    put(raw, "accessTests.apps.vault", [{ path: "/a", allow: ["eve@gmail.com", "group:writers"] }]);
    assert.deepEqual(problemsOf(raw), []);
    assert.deepEqual(
      warnings(parse(raw)).filter((line) => line.startsWith("users")),
      [],
    );
  });

  it("are part of the access diff: who is shut out of a path loses it, and an opened path is opened", () => {
    const view = (paths: unknown) => {
      const stack = stackOf(paths);
      return { name: "view", apps: appsOf([vaultOf(stack)]), directory: stack.directory };
    };
    const rows = (before: unknown, after: unknown): string[] =>
      diffAccess(view(before), view(after)).rows.map(({ kind, person, path }) => `${kind} ${person} ${path}`);
    assert.deepEqual(rows({}, { "/admin": { access: "admins" } }), [
      "loss alice@gmail.com /admin",
      "loss bob@gmail.com /admin",
    ]);
    assert.deepEqual(rows({}, { "/api": { access: open } }), ["opened anonymous /api"]);
    const opened = diffAccess(view({}), view({ "/api": { access: open } }));
    assert.deepEqual(opened.public, []);
    assert.deepEqual(opened.open, {
      paths: 1,
      apps: 1,
      before: { paths: 0, apps: 0 },
      entered: 1,
      left: 0,
    });
    assert.deepEqual(rows({}, { "/hub": { service: { name: "hub", port: 80 } } }), []);
  });

  it("leave a public app public, and only the path that is shut is shut", () => {
    const raw = put(untested(vaults({ "/admin": { access: "admins" } })), "apps.vault.access", {
      public: { consent: "vault.example.org" },
    });
    const stack = parse(raw);
    const [site, admin] = matrix(appsOf([vaultOf(stack)]), stack.directory).apps;
    assert.equal(site!.public, true);
    assert.equal(admin!.public, false);
    assert.equal(admin!.alike.find(({ principals }) => principals.includes("anonymous"))!.mark, "none");
  });

  it("that lead to a Service need that Service in the cluster", () => {
    const service = (name: string, port: number) => ({
      ...{ namespace: "vault", name, type: "ClusterIP", headless: false },
      ports: [{ port, targetPort: port }],
    });
    const apps = [vaultOf(stackOf())];
    assert.deepEqual(serviceProblems(apps, { services: [service("vault", 80), service("hub", 3012)] }), []);
    assert.deepEqual(
      serviceProblems(apps, { services: [service("vault", 80), service("hub", 80)] }).map(({ at }) => at),
      ['apps.vault.paths["/hub"].service.port'],
    );
    assert.deepEqual(
      serviceProblems(apps, { services: [service("vault", 80)] }).map(({ at }) => at),
      ['apps.vault.paths["/hub"].service.name'],
    );
  });

  it("belong to the app: no rival, and no annotation by hand may open one", () => {
    const apps = [vaultOf(stackOf())];
    const admin = ownIngresses(apps[0]!).find(({ name }) => name.includes("admin"))!;
    const on = (more: object) =>
      routeProblems({ context: "test" }, apps, {
        ingresses: [
          liveIngress("vault", admin.name, ["vault.example.org"], { ingressClass: "pomerium", ...more }),
        ],
      }).map(({ message }) => message);
    assert.deepEqual(on({}), []);
    assert.match(
      on({ annotations: { "ingress.pomerium.io/allow_any_authenticated_user": "true" } })[0]!,
      /lets others in/,
    );
    assert.match(on({ solver: true })[0]!, /so Pomerium lets everybody in there/);
  });

  const refused: [what: string, paths: unknown, problems: RegExp[]][] = [
    ["the app itself", { "/": { access: "admins" } }, [/paths\["\/"\]: is the app itself/]],
    ["a path with nothing of its own", { "/a": {} }, [/paths\["\/a"\]: says nothing of its own/]],
    ["a pattern", { "/a*": { access: "admins" } }, [/not a path/]],
    ["a path that leads out of itself", { "/a/../b": { access: "admins" } }, [/leads out of itself/]],
    [
      "the same path twice",
      { "/a": { access: "admins" }, "/a/": { access: open } },
      [/paths\["\/a\/"\]: is the same path as \/a/],
    ],
    [
      "a public path without consent, on a cluster whose 443 is exposed",
      { "/a": { access: "public" } },
      [
        /paths\["\/a"\]\.access: public, and the cluster's 443 is exposed directly: anybody reaches vault\.example\.org\/a .*consent with \{ public: \{ consent: vault\.example\.org \} \}/,
      ],
    ],
    [
      "consent to another host",
      { "/a": { access: { public: { consent: "wiki.example.org" } } } },
      [/paths\["\/a"\]\.access\.public\.consent: consents to wiki\.example\.org, but/],
    ],
    [
      "open paths below a path",
      { "/a": { access: { groups: ["readers"], api: ["/a/b"] } } },
      [/paths\["\/a"\]\.access\.api: belongs to the app's access/],
    ],
    [
      "a person who is no address",
      { "/a": { access: { users: ["eve"] } } },
      [/paths\["\/a"\]\.access\.users\[0\]: "eve" is not an e-mail address/],
    ],
    [
      "a rewrite that glues the path to its prefix",
      { "/a": { route: { prefix_rewrite: "/b" } } },
      [/prefix_rewrite: turns \/a\/x into \/bx/],
    ],
    [
      "a stream of bytes",
      { "/a": { route: { tcp_upstream: true } } },
      [/paths\["\/a"\]\.route: is a stream of bytes/],
    ],
    [
      "an annotation that Pomerium does not have",
      { "/a": { route: { timeou: "3s" } } },
      [/did you mean "timeout"/],
    ],
  ];
  for (const [what, paths, problems] of refused)
    it(`refuse ${what}`, () => {
      const found = problemsOf(untested(vaults(paths)));
      assert.equal(found.length, problems.length, found.join("\n"));
      for (const [i, problem] of problems.entries()) assert.match(found[i]!, problem);
    });

  it("cannot be open by method, and the message says why", () => {
    const why =
      /methods: Pomerium cannot open a path for some methods only: .* POST \/path\?GET would pass as GET/;
    assert.match(problemsOf(untested(vaults({ "/a": { access: open, methods: ["GET"] } })))[0]!, why);
    const raw = put(goodStack(), "apps.wiki.access", { apiOnly: [{ path: "/hook", methods: ["POST"] }] });
    assert.match(problemsOf(raw)[0]!, why);
    // The reason is true: the evaluator, which agrees with Pomerium, lets such a call pass.
    const policy = [{ allow: { or: [{ http_method: { in: ["GET"] } }] } }];
    const routes = [{ paths: [{ path: "/", exact: false }], authorization: { policy } }];
    const decide = decider({ name: "a", at: "a", host: "a.example.org", routes });
    const asked = (path: string) => decide.verdict("anonymous", { path, method: "POST" }).decision;
    assert.equal(asked("/"), "deny");
    assert.equal(asked("/?GET"), "allow");
  });

  it("refuse an open path of the app that lies below one of them", () => {
    const raw = put(untested(vaults()), "apps.vault.access", { groups: ["readers"], api: ["/hub/events"] });
    assert.match(problemsOf(raw)[0]!, /paths\["\/hub"\]: the app's access opens \/hub\/events/);
    put(raw, "apps.vault.access.api", ["/hubs"]);
    assert.deepEqual(problemsOf(raw), []);
  });

  it("refuse a rewrite of the app's own prefix, which would cut off their own", () => {
    const raw = put(untested(vaults()), "apps.vault.route", { prefix_rewrite: "/base/" });
    assert.match(problemsOf(raw)[0]!, /route\.prefix_rewrite: replaces the path of each route/);
    put(raw, "apps.vault.route", {
      regex_rewrite_pattern: "^/(.*)",
      regex_rewrite_substitution: "/base/\\1",
    });
    assert.deepEqual(problemsOf(raw), []);
  });

  describe("with a rewrite", () => {
    const all = { regex_rewrite_pattern: "^/pub/(.*)", regex_rewrite_substitution: "/\\1" };
    const problems = (paths: unknown, more: Record<string, unknown> = {}): string[] => {
      const raw = untested(vaults(paths));
      for (const [key, value] of Object.entries(more)) put(raw, `apps.vault.${key}`, value);
      return problemsOf(raw);
    };
    const refusedRewrites: [what: string, paths: unknown, more: Record<string, unknown>, problem: RegExp][] =
      [
        [
          "an open path to the root",
          { "/admin": { access: "admins" }, "/pub": { access: open, route: { prefix_rewrite: "/" } } },
          {},
          /paths\["\/pub"\]\.route\.prefix_rewrite: leads from \/pub past the access of the app itself, \/admin: .*another Service/,
        ],
        [
          "an open path to a path of the site",
          { "/pub": { access: open, route: { prefix_rewrite: "/x/" } } },
          {},
          /past the access of the app itself:/,
        ],
        [
          "an open path to a closed path within it",
          {
            "/pub": { access: open, route: { prefix_rewrite: "/pub/v1/" } },
            "/pub/v1/admin": { access: "admins" },
          },
          {},
          /past the access of \/pub\/v1\/admin:/,
        ],
        [
          "the app's open path by a pattern of the app",
          {},
          { access: { groups: ["readers"], api: ["/pub"] }, route: all },
          /apps\.vault\.route\.regex_rewrite_substitution: leads from \/pub past the access of the app itself/,
        ],
        [
          "the site into its narrower path",
          { "/admin": { access: "admins" } },
          { route: all },
          /leads from \/ past the access of \/admin:/,
        ],
        [
          "an open path by a pattern without a beginning",
          { "/pub": { access: open, route: { ...all, regex_rewrite_pattern: "pub/(.*)" } } },
          {},
          /leads from \/pub past the access of the app itself/,
        ],
        [
          "an open path by a target that the Service resolves",
          { "/pub": { access: open, route: { prefix_rewrite: "/pub/../" } } },
          {},
          /past the access of the app itself/,
        ],
      ];
    for (const [what, paths, more, problem] of refusedRewrites)
      it(`refuse to lead ${what}, past a stricter access`, () => {
        const found = problems(paths, more);
        assert.equal(found.length, 1, found.join("\n"));
        assert.match(found[0]!, problem);
      });

    const fine: [what: string, paths: unknown, more?: Record<string, unknown>][] = [
      [
        "stay below themselves",
        {
          "/pub": { access: open, route: { prefix_rewrite: "/pub/v1/" } },
          "/admin": { access: "admins" },
        },
      ],
      [
        "lead to another Service",
        {
          "/pub": {
            access: open,
            service: { name: "pub", port: 80 },
            route: { prefix_rewrite: "/" },
          },
        },
      ],
      [
        "lead to a path that is as open",
        {
          "/pub": { access: open, route: { prefix_rewrite: "/static/" } },
          "/static": { access: open },
        },
      ],
      ["lead admins anywhere", { "/raw": { access: "admins", route: { prefix_rewrite: "/" } } }],
      [
        "lead people of the app to the app",
        { "/old": { route: { prefix_rewrite: "/new/" } }, "/api": { access: open } },
      ],
      [
        "have the base of the whole app",
        { "/admin": { access: "admins" }, "/pub": { access: open } },
        { route: { regex_rewrite_pattern: "^/(.*)$", regex_rewrite_substitution: "/base/\\1" } },
      ],
      ["lie apart from the pattern of the app", { "/x": { access: open } }, { access: "admins", route: all }],
    ];
    for (const [what, paths, more] of fine)
      it(`may ${what}`, () => {
        assert.deepEqual(problems(paths, more), []);
      });
  });

  it("keep `//` apart from `/` only if no path is stricter than what is around it", () => {
    const problems = (paths: unknown, mergeSlashes = false) =>
      problemsOf(put(untested(vaults(paths)), "pomerium.settings", { mergeSlashes }));
    assert.match(
      problems({ "/admin": { access: "admins" } })[0]!,
      /pomerium\.settings\.mergeSlashes: must stay true: apps\.vault is stricter at \/admin than around it, and \/\/admin would pass/,
    );
    assert.match(
      problems({ "/a": { access: open }, "/a/b": { access: { groups: ["readers"] } } })[0]!,
      /stricter at \/a\/b than around it, and \/a\/\/b would pass/,
    );
    assert.deepEqual(problems({ "/admin": { access: "admins" } }, true), []);
    assert.deepEqual(problems({ "/api": { access: open } }), []);
    const hub = { access: "admins", service: { name: "hub", port: 80 } };
    assert.deepEqual(problems({ "/hub": hub }), []);
  });
});

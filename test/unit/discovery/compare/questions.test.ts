import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  type AskOptions,
  type HostPlan,
  nearMiss,
  planQuestions,
  requestsOf,
} from "../../../../discovery/compare/questions.ts";
import { byHost } from "../../../../policies/access/matrix/by-host.ts";
import { anonymous } from "../../../../policies/access/matrix/decider.ts";
import { answers } from "../../../../policies/access/matrix/why.ts";
import { routePaths } from "../../../../policies/access/routes.ts";
import { stackFile } from "../../../../sandbox/stacks.ts";
import { viewOfStack } from "../../../../stack/access-view.ts";
import { loadFromFile } from "../../../../stack/load.ts";
import { stackOf } from "../../stack/state.ts";

const komga = "komga.example.org";

function asked(edits: Record<string, unknown> = {}, options: AskOptions = {}, host = komga): string[] {
  const plan = planQuestions(stackOf(edits), options).find((each) => each.host === host);
  return (plan?.questions ?? []).map(
    ({ purpose, method, path, expected }) => `${purpose}: ${method} ${path} → ${expected}`,
  );
}

const app = (access: unknown, more: object = {}): Record<string, unknown> => ({
  "apps.komga": { namespace: "komga", service: { name: "komga", port: 80 }, access, ...more },
  accessTests: { strict: false, apps: {} },
});

describe("the requests of a host", () => {
  it("ask for the site, each open path, a path beside it, an upgrade and a question of a browser", () => {
    assert.deepEqual(asked(app({ groups: ["readers"], api: ["/api", { path: "/status", exact: true }] })), [
      "site: GET / → sign-in",
      "open path: GET /api → app",
      "open path: GET /status → app",
      "near miss: GET /apixyz → sign-in",
      "near miss: GET /status/xyz → sign-in",
      "websocket: GET / → sign-in",
      "preflight: OPTIONS / → sign-in",
    ]);
  });

  it("follow the access of the app and of each path", () => {
    assert.deepEqual(asked(app({ apiOnly: ["/write"] })).slice(0, 3), [
      "site: GET / → closed",
      "open path: GET /write → app",
      "near miss: GET /writexyz → closed",
    ]);
    assert.deepEqual(asked(app({ public: { consent: komga } })).slice(0, 2), [
      "site: GET / → app",
      "websocket: GET / → app",
    ]);
    assert.equal(asked(app("admins", { route: { mcp_server: true } }))[0], "site: GET / → closed");
    const from = ["192.168.0.0/16"];
    assert.equal(asked(app({ groups: ["readers"], from }))[0], "site: GET / → sign-in");
    assert.deepEqual(asked(app({ apiOnly: ["/write"], from })).slice(1, 3), [
      "open path: GET /write → unknown",
      "near miss: GET /writexyz → closed",
    ]);
    const paths = {
      "/admin": { access: "admins" },
      "/hub": { access: { public: { consent: komga } }, route: { allow_websockets: true } },
    };
    assert.deepEqual(asked(app({ groups: ["readers"] }, { paths })), [
      "site: GET / → sign-in",
      "path: GET /admin → sign-in",
      "open path: GET /hub → app",
      "near miss: GET /hubxyz → sign-in",
      "websocket: GET / → sign-in",
      "websocket: GET /hub → app",
      "preflight: OPTIONS / → sign-in",
    ]);
    assert.ok(
      asked(app("admins", { route: { cors_allow_preflight: true } })).includes("preflight: OPTIONS / → app"),
    );
  });

  it("send something only where that is asked for, and only to a made-up path that is open", () => {
    const uploads = (access: unknown): string[] =>
      asked(app(access), { upload: true }).filter((each) => each.includes("POST"));
    assert.deepEqual(uploads({ groups: ["readers"], api: ["/api", "/opds"] }), [
      "upload: POST /api/pomerium-migration-compare → app",
    ]);
    assert.deepEqual(uploads({ public: { consent: komga } }), [
      "upload: POST /pomerium-migration-compare → app",
    ]);
    assert.deepEqual(uploads("admins"), []);
    assert.deepEqual(uploads({ apiOnly: [{ path: "/api", exact: true }] }), []);
  });

  it("leave out what Pomerium answers itself, and streams of bytes", () => {
    assert.deepEqual(
      asked(app({ apiOnly: ["/ping", "/write"] })).filter((each) => each.includes("ping")),
      ["near miss: GET /pingxyz → closed"],
    );
    const [plan] = planQuestions(stackOf(app("admins", { route: { tcp_upstream: true } })), {
      hosts: [komga],
    });
    assert.deepEqual(plan?.questions, []);
    assert.match(plan?.skipped ?? "", /^a stream of bytes/);
  });

  it("ask for a path that Pomerium answers itself only where somebody names it", () => {
    const own = ["/ping", "/.pomerium/user", "/.well-known/pomerium", "/robots.txt"];
    const found = asked(app({ apiOnly: ["/write"] }), { hosts: [komga], paths: own });
    assert.deepEqual(
      found.filter((each) => each.startsWith("path")),
      [
        "path: GET /ping → pomerium",
        "path: GET /.pomerium/user → pomerium",
        "path: GET /.well-known/pomerium → pomerium",
        // Pomerium answers it only to those whom it refuses.
        "path: GET /robots.txt → closed",
      ],
    );
  });

  it("name a host below a wildcard, and the host of the sign-in pages at the new address only", () => {
    const wild = app("admins", { host: "*.wild.example.org" });
    assert.ok(asked(wild, {}, "*.wild.example.org").length > 0);
    const plans = planQuestions(stackOf(wild));
    const hosts = plans.flatMap(({ questions }) => questions.map(({ host }) => host));
    assert.ok(hosts.includes("any.wild.example.org"));
    assert.deepEqual(plans.at(-1)?.questions, [
      {
        ...{ host: "authenticate.example.org", purpose: "sign-in pages", method: "GET" },
        ...{ path: "/.well-known/pomerium/jwks.json", expected: "pomerium", asksOld: false },
      },
    ]);
  });

  it("are those of the named hosts, with further paths once each", () => {
    const options = { hosts: [komga], paths: ["/", "/books"], slow: ["/books", "/sse"] };
    assert.deepEqual(
      planQuestions(stackOf(), options).map(({ host }) => host),
      [komga],
    );
    const found = asked(app("admins"), options);
    assert.deepEqual(
      found.filter((each) => /books|sse/.test(each)),
      ["path: GET /books → sign-in", "slow: GET /books → sign-in", "slow: GET /sse → sign-in"],
    );
    assert.equal(found.filter((each) => each.includes("GET / ")).length, 2);
  });
});

describe("the requests to the shipped stacks", () => {
  const plansOf = (
    name: "octavo" | "alfred",
  ): { plans: HostPlan[]; stack: ReturnType<typeof loadFromFile> } => {
    const stack = loadFromFile(stackFile(name));
    return { stack, plans: planQuestions(stack) };
  };

  for (const name of ["octavo", "alfred"] as const)
    it(`go to hosts of ${name} only, change nothing, and expect what the matrix says`, () => {
      const { plans, stack } = plansOf(name);
      const apps = byHost(viewOfStack("now", stack).apps);
      const known = new Set([...stack.apps.map(({ host }) => host), stack.pomerium.authenticateHost]);
      assert.deepEqual(new Set(plans.map(({ host }) => host)), known);
      for (const { questions } of plans)
        for (const { host, method, path, purpose, expected } of questions) {
          assert.ok(known.has(host), host);
          assert.ok(method === "GET" || method === "OPTIONS", method);
          if (purpose === "preflight" || purpose === "sign-in pages") continue;
          const [verdict] = answers(apps.get(host)!, anonymous, [{ path, method }]);
          assert.equal(expected === "app", verdict!.decision === "allow", `${host}${path}`);
        }
    });

  it("are counted before they are sent", () => {
    const { plans } = plansOf("octavo");
    const all = plans.flatMap(({ questions }) => questions);
    assert.equal(requestsOf(plans), 2 * all.length - 1);
  });
});

describe("a near miss", () => {
  const path = fc
    .array(
      fc.stringMatching(/^[A-Za-z0-9._-]{1,6}$/).filter((part) => !/^\.+$/.test(part)),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts) => `/${parts.join("/")}`);

  it("is matched by no route of the open path", () => {
    fc.assert(
      fc.property(path, fc.boolean(), fc.boolean(), (bare, slash, exact) => {
        const open = { path: slash ? `${bare}/` : bare, exact };
        const near = nearMiss(open);
        assert.ok(near.startsWith(bare) && near !== open.path);
        for (const route of routePaths(open))
          assert.ok(route.exact ? near !== route.path : !near.startsWith(route.path), `${open.path} ${near}`);
      }),
    );
  });
});

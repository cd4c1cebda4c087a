import { strict as assert } from "node:assert";
import type { LiveIngress, LivePath, LiveService } from "../../../../components/cluster/live.ts";
import {
  pathDifferences,
  pathProblems,
  pathsRow,
} from "../../../../components/ingress-nginx/path-differences.ts";
import type { AppView } from "../../../../components/ingress-nginx/stack-view.ts";
import { ingress } from "../../stack/state.ts";

const people = { kind: "people", people: [], api: [], from: [] } as const;

function app(more: Partial<AppView> = {}): AppView {
  return {
    name: "harbor",
    at: "apps.harbor",
    host: "harbor.example.org",
    namespace: "harbor",
    service: { name: "portal", port: 80 },
    access: people,
    route: {},
    replaces: [],
    accept: {},
    ...more,
  };
}

type Path = [path: string, backend?: string, pathType?: string];

/** An Ingress of the host with these paths; a backend is `service:port`. */
function serving(paths: Path[], more: Partial<LiveIngress> = {}, host = "harbor.example.org"): LiveIngress {
  return ingress("harbor", "harbor", [], {
    rules: [
      {
        host,
        paths: paths.map(([path, backend = "portal:80", pathType = "Prefix"]): LivePath => {
          const [service = "", port = ""] = backend.split(":");
          return {
            path,
            exact: pathType === "Exact",
            pathType,
            backend: { service, port: /^\d+$/.test(port) ? Number(port) : port },
          };
        }),
      },
    ],
    ...more,
  });
}

const service = (name: string, ...ports: LiveService["ports"]): LiveService => ({
  namespace: "harbor",
  name,
  type: "ClusterIP",
  headless: false,
  ports,
});

/** What differs, as `name under accept: reason`. */
function found(one: AppView, ingresses: LiveIngress[], services: LiveService[] = [], others: AppView[] = []) {
  return pathDifferences({ name: "test", apps: [one, ...others] }, [{ ingresses }], services).map(
    ({ name, reason }) => `${name}: ${reason}`,
  );
}

describe("a path that an older Ingress of the same controller shadows", () => {
  const at = (day: number): string => `2024-01-0${day}T00:00:00Z`;
  const older = (more: Partial<LiveIngress> = {}) =>
    serving([["/"], ["/api", "core:80"]], { name: "older", created: at(1), ...more });
  const younger = (more: Partial<LiveIngress> = {}) =>
    serving([["/", "old:80"]], { name: "younger", created: at(2), ...more });
  const own = app({
    paths: [
      { path: "/api", at: 'apps.harbor.paths["/api"]', service: { name: "core", port: 80 }, route: {} },
    ],
  });

  it("is not compared with the app, in whatever order the Ingresses come", () => {
    assert.deepEqual(found(own, [older(), younger()]), []);
    assert.deepEqual(found(own, [younger(), older()]), []);
    // The other way round, the old Service is what serves.
    const swapped = found(own, [older({ created: at(2) }), younger({ created: at(1) })]);
    assert.equal(swapped.length, 1);
    assert.match(swapped[0]!, /Ingress harbor\/younger sends \/ to harbor\/old:80/);
  });

  it("counts where the age of one of them is not known", () => {
    const unknown = younger();
    delete unknown.created;
    assert.match(found(own, [older(), unknown]).join(), /harbor\/younger sends \/ to harbor\/old:80/);
  });

  it("counts where another controller serves it, or where only one of them is exact", () => {
    const all = pathDifferences(
      { name: "test", apps: [own] },
      [{ ingresses: [older()] }, { ingresses: [younger()] }],
      [],
    );
    assert.match(all.map(({ reason }) => reason).join(), /harbor\/younger sends \/ to harbor\/old:80/);
    const exact = serving([["/", "old:80", "Exact"]], { name: "younger", created: at(2) });
    assert.match(found(own, [older(), exact]).join(), /harbor\/younger sends \/ to harbor\/old:80/);
  });

  it("opens nothing that it alone would serve", () => {
    const narrow = serving([["/api"]], { name: "older", created: at(1) });
    const same = serving([["/api"], ["/docs"]], { name: "younger", created: at(2) });
    const docs = app({ access: { kind: "apiOnly", api: [{ path: "/api", reason: "" }], from: [] } });
    const names = (ingresses: LiveIngress[]) => found(docs, ingresses).map((line) => line.split(": ")[0]);
    assert.deepEqual(names([narrow, same]), ["closes /docs"]);
    assert.deepEqual(names([narrow]), []);
  });
});

describe("a host whose paths lead to several Services", () => {
  const harbor = serving([["/"], ["/api/", "core:80"], ["/v2/", "core:80"]]);

  it("is a problem for each path that the app does not send there, with the command that accepts it", () => {
    const all = pathDifferences({ name: "test", apps: [app()] }, [{ ingresses: [harbor] }], []);
    assert.deepEqual(pathProblems(all), [
      {
        at: "apps.harbor.service",
        message:
          'Ingress harbor/harbor sends /api/ to harbor/core:80, and the app sends it to harbor/portal:80; write it under apps.harbor.paths["/api"].service, or say why nothing is needed',
        fix: "pulumi config set --stack test --path 'apps.harbor.accept[\"service /api/\"]' '<why>'",
      },
      {
        at: "apps.harbor.service",
        message:
          'Ingress harbor/harbor sends /v2/ to harbor/core:80, and the app sends it to harbor/portal:80; write it under apps.harbor.paths["/v2"].service, or say why nothing is needed',
        fix: "pulumi config set --stack test --path 'apps.harbor.accept[\"service /v2/\"]' '<why>'",
      },
    ]);
    assert.deepEqual(
      pathsRow(all).items.map(({ subject, ok }) => [subject, ok]),
      [
        ["harbor.example.org service /api/", false],
        ["harbor.example.org service /v2/", false],
      ],
    );
  });

  it("is a problem when the Service is in another Ingress of the host, also one that nobody named", () => {
    const hub = serving([["/notifications/hub", "ws:3012"]], { name: "harbor-ws" });
    assert.equal(found(app(), [serving([["/"]]), hub]).length, 1);
    const elsewhere = serving([["/hub"]], { namespace: "other", name: "hub" });
    assert.match(found(app(), [serving([["/"]]), elsewhere]).join(), /sends \/hub to other\/portal:80/);
  });

  it("is no difference any more where the app routes each path as nginx does", () => {
    const core = { name: "core", port: 80 };
    const path = (one: string, more: object = {}) => ({
      path: one,
      at: `apps.harbor.paths["${one}"]`,
      service: core,
      ...more,
    });
    const routed = (...paths: ReturnType<typeof path>[]) => found(app({ paths }), [harbor]);
    assert.deepEqual(routed(path("/api"), path("/v2")), []);
    assert.deepEqual(routed(path("/api"), path("/v2"), path("/v2/x")), []);
    // The path alone is not everything below it.
    assert.deepEqual(
      routed(path("/api"), path("/v2", { exact: true })).map((line) => line.split(":")[0]),
      ["service /v2/"],
    );
    assert.deepEqual(routed(path("/api"), path("/v2", { service: { name: "core", port: 8080 } })), [
      "service /v2/: Ingress harbor/harbor sends /v2/ to harbor/core:80, and the app sends it to harbor/core:8080; name that Service",
    ]);
    assert.deepEqual(routed(path("/api"), path("/v2"), path("/chart")), [
      "service /chart: Ingress harbor/harbor sends /chart to harbor/portal:80, and the app sends it to harbor/core:80; name that Service",
    ]);
  });

  it("is accepted path by path", () => {
    const accept = { "service /api/": "nobody uses the API" };
    const all = pathDifferences({ name: "test", apps: [app({ accept })] }, [{ ingresses: [harbor] }], []);
    assert.deepEqual(
      pathProblems(all).map(({ fix }) => fix),
      ["pulumi config set --stack test --path 'apps.harbor.accept[\"service /v2/\"]' '<why>'"],
    );
    assert.equal(pathsRow(all).items[0]?.note, "accepted: nobody uses the API");
  });

  it("is no difference when two controllers serve the same Ingress, or a canary shares the path", () => {
    const canary = { "nginx.ingress.kubernetes.io/canary": "true" };
    const beta = serving([["/", "beta:80"]], { name: "beta", annotations: canary });
    const one = [serving([["/"]]), beta];
    const all = pathDifferences(
      { name: "test", apps: [app()] },
      [{ ingresses: one }, { ingresses: one }],
      [],
    );
    assert.deepEqual(all, []);
  });
});

describe("an app with another Service than its Ingress", () => {
  it("is reported with the Service to name", () => {
    const wiki = app({ service: { name: "wiki-staging", port: 80 } });
    assert.deepEqual(found(wiki, [serving([["/", "wiki:80"]])]), [
      "service /: Ingress harbor/harbor sends / to harbor/wiki:80, and the app sends it to harbor/wiki-staging:80; name that Service",
    ]);
  });

  it("is found under the old host, when it replaces the Ingress, unless another app has that host", () => {
    const old = serving([["/", "old:80"]], {}, "old.example.org");
    assert.deepEqual(found(app(), [old]), []);
    assert.equal(found(app({ replaces: ["harbor"] }), [old]).length, 1);
    const other = app({
      name: "old",
      at: "apps.old",
      host: "old.example.org",
      service: { name: "old", port: 80 },
    });
    assert.deepEqual(found(app({ replaces: ["harbor"] }), [old], [], [other]), []);
  });

  it("is found by an alias", () => {
    const annotations = { "nginx.ingress.kubernetes.io/server-alias": "harbor.example.org" };
    assert.equal(found(app(), [serving([["/", "old:80"]], { annotations }, "old.example.org")]).length, 1);
  });

  it("is no difference when ingress-nginx names the same port by name or by the port of the pods", () => {
    const live = service("portal", { name: "http", port: 80, targetPort: 8080 });
    for (const backend of ["portal:80", "portal:http", "portal:8080"])
      assert.deepEqual(found(app(), [serving([["/", backend]])], [live]), [], backend);
    assert.equal(found(app(), [serving([["/", "portal:9090"]])], [live]).length, 1);
  });
});

describe("an app that makes more reachable than ingress-nginx did", () => {
  it("differs when it opens a path of its own that ingress-nginx does not serve", () => {
    const paths = [
      {
        path: "/open",
        at: 'apps.harbor.paths["/open"]',
        service: { name: "portal", port: 80 },
        access: { kind: "public" } as const,
      },
    ];
    assert.deepEqual(
      found(app({ paths }), [serving([["/hook"]])]).map((line) => line.split(":")[0]),
      ["opens /open", "opens /"],
    );
    assert.deepEqual(found(app({ paths }), [serving([["/"]])]), []);
  });

  const hook = serving([["/hook/"]]);

  it("is reported with the path to open, if the app is public", () => {
    assert.deepEqual(found(app({ access: { kind: "public" } }), [hook]), [
      "opens /: ingress-nginx serves only /hook/ of harbor.example.org, and the app makes the whole host public; write access: { apiOnly: [/hook] }",
    ]);
  });

  it("is reported if people get the whole host, or if anybody gets another path", () => {
    assert.deepEqual(found(app(), [hook]), [
      "opens /: ingress-nginx serves only /hook/ of harbor.example.org, and the app gives people the whole host",
    ]);
    const open = app({ access: { kind: "apiOnly", api: [{ path: "/hook" }, { path: "/api" }], from: [] } });
    assert.deepEqual(found(open, [hook]), [
      "opens /api: ingress-nginx serves only /hook/ of harbor.example.org, and the app opens /api to anybody",
    ]);
  });

  it("is suggested the served paths in a form that the stack file takes and that opens no more", () => {
    const suggested = (paths: Path[], more: Partial<LiveIngress> = {}) =>
      /apiOnly: (\[.*\])/.exec(
        found(app({ access: { kind: "public" } }), [serving(paths, more)]).join("\n"),
      )?.[1];
    assert.equal(suggested([["/hook", "portal:80", "Exact"]]), "[{ path: /hook, exact: true }]");
    assert.equal(suggested([["/hook/"], ["/other/"]]), "[/hook, /other]");
    assert.equal(suggested([["/", "portal:80", "Exact"], ["/other"]]), "[/other]");
    assert.equal(suggested([["/", "portal:80", "Exact"]]), undefined);
    const regex = { annotations: { "nginx.ingress.kubernetes.io/use-regex": "true" } };
    assert.equal(suggested([["/hook(/|$)(.*)", "portal:80", "ImplementationSpecific"]], regex), "[/hook]");
  });

  it("differs when it opens what is below a path that ingress-nginx serves exactly", () => {
    const only = (api: { path: string; exact?: boolean }) =>
      found(app({ access: { kind: "apiOnly", api: [api], from: [] } }), [
        serving([["/hook", "portal:80", "Exact"]]),
      ]);
    assert.match(only({ path: "/hook" }).join(), /^opens \/hook: .*the app opens \/hook to anybody$/);
    assert.deepEqual(only({ path: "/hook", exact: true }), []);
  });

  it("differs when it opens nothing of a path that ingress-nginx serves", () => {
    const only = app({ access: { kind: "apiOnly", api: [{ path: "/hook" }], from: [] } });
    assert.deepEqual(found(only, [serving([["/hook/"], ["/other/"]])]), [
      "closes /other/: ingress-nginx serves /other/ of harbor.example.org, and the app does not open it, so nobody reaches it any more; add it to apiOnly",
    ]);
    assert.deepEqual(found(only, [serving([["/hook/github"], ["/hook"]])]), []);
    const slash = app({ access: { kind: "apiOnly", api: [{ path: "/hook/" }], from: [] } });
    assert.deepEqual(found(slash, [serving([["/hook/github"], ["/hook"]])]), []);
  });

  it("is no difference when it opens no more than that", () => {
    for (const path of ["/hook", "/hook/github"]) {
      const only = app({ access: { kind: "apiOnly", api: [{ path }], from: [] } });
      assert.deepEqual(found(only, [hook]), [], path);
    }
    assert.deepEqual(
      found(app({ accept: { "opens /": "the page is for the same people" } }), [serving([["/"]])]),
      [],
    );
  });

  it("is measured by the path type and by regular expressions", () => {
    const exact = serving([["/", "portal:80", "Exact"]]);
    assert.equal(found(app(), [exact]).length, 1);
    const annotations = { "nginx.ingress.kubernetes.io/use-regex": "true" };
    const regex = (path: string) => serving([[path, "portal:80", "ImplementationSpecific"]], { annotations });
    assert.deepEqual(found(app(), [regex("/(.*)")]), []);
    assert.equal(found(app(), [regex("/api(/|$)(.*)")]).length, 1);
    assert.equal(found(app(), [regex("/((")]).length, 1);
    const both = serving([["/"], ["/admin", "portal:80", "Exact"]]);
    assert.deepEqual(found(app(), [both]), []);
  });
});

describe("an answer under accept", () => {
  it("answers one question about a path, and not another about the same path", () => {
    const ingresses = [serving([["/hook", "other:80"]])];
    const access = { kind: "apiOnly", api: [{ path: "/hook" }, { path: "/api" }], from: [] } as const;
    const open = (accept: Record<string, string>) =>
      pathProblems(
        pathDifferences({ name: "test", apps: [app({ access, accept })] }, [{ ingresses }], []),
      ).map(({ fix }) => /accept\["(.*)"\]/.exec(fix ?? "")?.[1]);
    assert.deepEqual(open({}), ["service /hook", "opens /api"]);
    assert.deepEqual(open({ "service /hook": "the same program" }), ["opens /api"]);
    assert.deepEqual(open({ "opens /api": "it is public anyway", "opens /hook": "x" }), ["service /hook"]);
    const whole = app({ accept: { "service /": "renamed" } });
    assert.deepEqual(
      pathProblems(
        pathDifferences({ name: "test", apps: [whole] }, [{ ingresses: [serving([["/x", "old:80"]])] }], []),
      ).map(({ at }) => at),
      ["apps.harbor.service", "apps.harbor.access"],
    );
  });
});

describe("a host that ingress-nginx serves without naming it in a rule with paths", () => {
  const api: Path[] = [["/api/", "core:80"]];

  it("is compared by the wildcard that fits it most closely, unless an Ingress names it", () => {
    const wide = serving([["/", "old:80"]], { name: "wide" }, "*.example.org");
    assert.match(found(app(), [wide]).join(), /^service \/: Ingress harbor\/wide sends \/ to harbor\/old:80/);
    const narrow = serving([["/"]], { name: "narrow" }, "*.harbor.example.org");
    const deep = app({ host: "a.harbor.example.org" });
    assert.deepEqual(found(deep, [wide, narrow]), []);
    assert.equal(found(deep, [wide]).length, 1);
    assert.deepEqual(found(app(), [wide, serving([["/"]])]), []);
    const bound = serving([["/hook"]], { name: "bound" }, "harbor.*");
    assert.match(found(app(), [bound]).join(), /^opens \/: ingress-nginx serves only \/hook/);
  });

  it("is compared by an alias that is a wildcard or an expression, also when another app has the Ingress's host", () => {
    for (const alias of ["*.example.org", "~^harbor\\.", "harbor.*", "HARBOR.example.org"]) {
      const annotations = { "nginx.ingress.kubernetes.io/server-alias": alias };
      const old = serving([["/", "old:80"]], { annotations }, "first.example.net");
      const first = app({
        name: "first",
        at: "apps.first",
        host: "first.example.net",
        service: { name: "old", port: 80 },
      });
      assert.deepEqual(
        found(app(), [old], [], [first]).map((text) => text.slice(0, 10)),
        ["service /:"],
        alias,
      );
    }
  });

  it("is compared by the paths of an Ingress for any host that the app replaces or that leads to its Service", () => {
    const { paths } = serving([["/"], ...api]).rules[0]!;
    const hostless = ingress("harbor", "harbor", [], { anyHost: true, anyPaths: paths });
    for (const one of [app({ replaces: ["harbor"] }), app()])
      assert.match(found(one, [hostless]).join(), /^service \/api\/: .* to harbor\/core:80/);
    const other = app({ service: { name: "x", port: 80 } });
    assert.deepEqual(found(other, [hostless]), [], "it may serve an error page");
    assert.deepEqual(found(app(), [hostless, serving([["/"]], { name: "own" })]), []);
  });

  it("is compared by the default backend, which serves every path that no rule has", () => {
    const backed = (paths: Path[], service = "old") =>
      serving(paths, { anyHost: true, defaultBackend: { service, port: 80 } });
    assert.match(
      found(app(), [backed([])]).join(),
      /^service \/: Ingress harbor\/harbor sends \/ to harbor\/old:80/,
    );
    assert.deepEqual(found(app(), [backed([], "portal")]), []);
    assert.match(found(app(), [backed(api, "portal")]).join(), /^service \/api\/: /);
    assert.equal(found(app(), [backed(api, "portal")]).length, 1, "the whole host was reachable");
    assert.equal(found(app(), [serving(api)]).filter((text) => text.startsWith("opens /")).length, 1);
    assert.deepEqual(found(app(), [backed([["/"]])]), [], "the path of the rule comes first");
    const alone = ingress("harbor", "harbor", [], {
      anyHost: true,
      defaultBackend: { service: "old", port: 80 },
    });
    assert.match(found(app({ replaces: ["harbor"] }), [alone]).join(), /^service \/: /);
  });

  it("has no path when neither a rule nor a default backend has one", () => {
    assert.deepEqual(found(app(), [serving([])]), []);
  });
});

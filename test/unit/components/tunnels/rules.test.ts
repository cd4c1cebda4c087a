import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import {
  type HostRules,
  hostnameProblem,
  ingressRules,
  pathProblem,
  type Rule,
  rulesFor,
  serviceProblem,
} from "../../../../components/tunnels/rules.ts";
import { ingressProblem, ruleFor } from "../../../../sandbox/cloudflare/ingress.ts";

interface Route {
  host: string;
  origin: string;
}

/** The rule of an app's host. */
const carried = ({ host, origin }: Route): HostRules => ({
  host,
  rules: [{ hostname: host, service: origin }],
});

const label = fc.constantFrom("a", "b", "c", "d", "e");
const host = fc.tuple(label, label).map(([one, two]) => `${one}.${two}.example.org`);
const origin = fc.integer({ min: 1, max: 254 }).map((last) => `https://192.168.0.${last}:443`);
const routes: fc.Arbitrary<Route[]> = fc.uniqueArray(fc.record({ host, origin }), {
  selector: (route) => route.host,
  maxLength: 8,
});
const rule: fc.Arbitrary<Rule> = fc
  .record({
    hostname: fc.option(
      fc.oneof(
        host,
        label.map((name) => `*.${name}.example.org`),
        fc.constant("*"),
      ),
      { nil: undefined },
    ),
    path: fc.option(fc.constantFrom("^/api", "^/\\.well-known/", "\\.php$"), { nil: undefined }),
    service: fc.constantFrom("ssh://192.168.0.10:22", "https://192.168.0.11:5001", "http_status:403"),
  })
  .map(({ hostname, path, service }) => ({
    ...(hostname === undefined ? {} : { hostname }),
    ...(path === undefined ? {} : { path }),
    service,
  }));
const paths = ["/", "/api/v1", "/.well-known/acme", "/index.php", "/other"];

/** The rules, or undefined where one could never match. */
function rulesOf(all: Route[], extra: Rule[]): Rule[] | undefined {
  try {
    return ingressRules(all.map(carried), extra);
  } catch (error) {
    assert.ok(error instanceof RangeError);
    return undefined;
  }
}

describe("a tunnel's rules", () => {
  it("are valid for Cloudflare with any apps and extra rules", () => {
    fc.assert(
      fc.property(routes, fc.array(rule, { maxLength: 6 }), (all, extra) => {
        const rules = rulesOf(all, extra);
        fc.pre(rules !== undefined);
        assert.equal(ingressProblem(rules), undefined);
        assert.deepEqual(rules.at(-1), { service: "http_status:404" });
      }),
    );
  });

  it("lead every path of an app's host to its origin, except for paths of extra rules", () => {
    fc.assert(
      fc.property(routes, fc.array(rule, { maxLength: 6 }), (all, extra) => {
        const rules = rulesOf(all, extra);
        fc.pre(rules !== undefined);
        for (const route of all)
          for (const path of paths) {
            const own = extra.filter(({ hostname }) => hostname === route.host);
            const detour = ruleFor(own, route.host, path);
            assert.equal(ruleFor(rules, route.host, path)?.service, detour?.service ?? route.origin);
          }
      }),
    );
  });

  it("answer hosts of no app as the extra rules alone would", () => {
    fc.assert(
      fc.property(routes, fc.array(rule, { maxLength: 6 }), host, (all, extra, other) => {
        const rules = rulesOf(all, extra);
        fc.pre(rules !== undefined && !all.some((route) => route.host === other));
        for (const path of paths)
          assert.equal(
            ruleFor(rules, other, path)?.service,
            ruleFor(extra, other, path)?.service ?? "http_status:404",
          );
      }),
    );
  });

  it("contain each extra rule unchanged, with its settings", () => {
    const extra: Rule[] = [
      { hostname: "ssh.example.org", service: "ssh://192.168.0.10:22" },
      {
        hostname: "nas.example.org",
        service: "https://192.168.0.11:5001",
        originRequest: { noTLSVerify: true, access: { teamName: "house", audTag: ["aud"], required: true } },
      },
      { path: "^/health$", service: "http_status:200" },
    ];
    assert.deepEqual(ingressRules([], extra).slice(0, -1), extra);
  });

  it("are refused when two claim the same host and path", () => {
    const app = { host: "komga.example.org", origin: "https://192.168.0.172:443" };
    assert.throws(() => ingressRules([app, { ...app }].map(carried)), {
      name: "RangeError",
      message: "the rule for komga.example.org never matches: that for komga.example.org takes its requests",
    });
    const detour = { hostname: app.host, path: "^/api", service: "http_status:403" };
    assert.throws(
      () => ingressRules([carried(app)], [detour, { ...detour, service: "http_status:404" }]),
      RangeError,
    );
  });

  it("are refused if an earlier rule takes all requests of a later one", () => {
    const ssh = { hostname: "ssh.a.example.org", service: "ssh://192.168.0.10:22" };
    for (const greedy of [
      { hostname: "*.example.org" },
      { hostname: "*.a.example.org" },
      { hostname: "*" },
      {},
    ])
      assert.throws(
        () => ingressRules([], [{ ...greedy, service: "http_status:403" }, ssh]),
        /the rule for ssh\.a\.example\.org never matches/,
      );
    assert.ok(ingressRules([], [ssh, { hostname: "*.example.org", service: "http_status:403" }]));
  });

  it("accept origins of any type, also outputs that are not known yet", () => {
    const later = Promise.resolve("https://192.168.0.172:443");
    const host = "komga.example.org";
    assert.equal(ingressRules([{ host, rules: [{ hostname: host, service: later }] }])[0]?.service, later);
  });
});

describe("a part of a rule", () => {
  it("is a valid service if and only if Cloudflare accepts it", () => {
    const taken = [
      "https://192.168.0.10:5001",
      "ssh://nas",
      "unix:/run/app.sock",
      "http_status:503",
      "bastion",
    ];
    for (const service of taken) assert.equal(serviceProblem(service), undefined, service);
    const refused = [
      "https://nas/path",
      "https://nas/",
      "nas:22",
      "http_status:42",
      "http_status:",
      "",
      "https://",
    ];
    for (const service of refused) {
      assert.ok(serviceProblem(service), service);
      assert.ok(ingressProblem([{ service }]), service);
    }
    for (const service of taken) assert.equal(ingressProblem([{ service }]), undefined, service);
  });

  it("is a valid host without a port, with a wildcard only at the beginning, in any script", () => {
    const taken = ["*", "*.example.org", "a.example.org", "home_assistant.example.org", "_a.example.org"];
    for (const fine of [...taken, "bücher.example.org", "Plex.example.org", "*.пример.example.org"]) {
      assert.equal(hostnameProblem(fine), undefined, fine);
      const rules = [{ hostname: fine, service: "http_status:403" }, { service: "http_status:404" }];
      if (fine !== "*") assert.equal(ingressProblem(rules), undefined, fine);
    }
    for (const bad of [
      "a.example.org:443",
      "a.*.org",
      "*a.example.org",
      "a b.example.org",
      "a/b.org",
      "",
      "localhost",
    ])
      assert.ok(hostnameProblem(bad), bad);
  });

  it("is a valid path if Go compiles it", () => {
    assert.equal(pathProblem("^/api"), undefined);
    assert.match(pathProblem("(") ?? "", /^is not a valid Go regular expression/);
  });
});

describe("the rules of one host", () => {
  it("answer each path of the host as the complete list does", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 8 }), host, (list, one) => {
        const own = rulesFor(list, one);
        for (const path of paths)
          assert.equal(ruleFor(own, one, path)?.service, ruleFor(list, one, path)?.service);
        for (const { hostname } of own) assert.equal(hostname, one);
      }),
      { numRuns: 500 },
    );
  });
});

import { strict as assert } from "node:assert";
import fc from "fast-check";
import { appOfHost, byHost } from "../../../../../policies/access/matrix/by-host.ts";
import { decider } from "../../../../../policies/access/matrix/decider.ts";
import { fromIngress } from "../../../../../policies/access/matrix/ingress.ts";
import { matrix } from "../../../../../policies/access/matrix/matrix.ts";
import type { ProtectedApp } from "../../../../../policies/access/matrix/view.ts";
import { answers } from "../../../../../policies/access/matrix/why.ts";

const annotation = (key: string, value: string) => ({ [`ingress.pomerium.io/${key}`]: value });
const everybody = annotation("allow_public_unauthenticated_access", "true");
const nobody = annotation("policy", "[]");

function ingress(
  name: string,
  host: string,
  paths: readonly string[] = ["/"],
  annotations: Record<string, string> = everybody,
  pathType = "Prefix",
): ProtectedApp {
  const exact = pathType === "Exact";
  return fromIngress({
    ...{ namespace: "t", name, host, annotations },
    paths: paths.map((path) => ({ path, exact, pathType })),
  });
}

/** `decision Ingress` of an anonymous caller. */
function asked(apps: readonly ProtectedApp[], host: string, path: string): string {
  const app = appOfHost(byHost(apps), host);
  if (app === undefined) return "no host";
  const [answer] = answers(app, "anonymous", [{ path, method: "GET" }]);
  return answer!.criterion === "none" && answer!.rule === "no route"
    ? "no route"
    : `${answer!.decision} ${answer!.keyPath.replace("Ingress t/", "")}`;
}

/** Both orders of the Ingresses must give the same answers. */
function answered(apps: readonly ProtectedApp[], expected: Record<string, string>): void {
  for (const all of [apps, apps.toReversed()])
    for (const [address, answer] of Object.entries(expected)) {
      const slash = address.indexOf("/");
      assert.equal(asked(all, address.slice(0, slash), address.slice(slash)), answer, address);
    }
}

// Expected answers are those of Pomerium v0.33.
describe("the routes that answer a host", () => {
  it("of a wildcard without the path are those of the next wildcard by the alphabet", () => {
    answered([ingress("narrow", "*.a.example.org", ["/x"]), ingress("wide", "*.example.org")], {
      "b.a.example.org/x": "allow narrow",
      "b.a.example.org/y": "allow wide",
      "c.b.a.example.org/x": "allow narrow",
      "c.example.org/x": "allow wide",
      "a.example.org/x": "allow wide",
    });
    answered([ingress("wide", "*.example.org", ["/x"]), ingress("narrow", "*.zoo.example.org")], {
      "b.zoo.example.org/x": "allow wide",
      "b.zoo.example.org/y": "allow narrow",
      "c.example.org/y": "no route",
    });
  });

  it("of the first wildcard with the path decide, also where the next one would let in everybody", () => {
    answered([ingress("narrow", "*.a.example.org", ["/x"], nobody), ingress("wide", "*.example.org")], {
      "b.a.example.org/x": "deny narrow",
      "b.a.example.org/y": "allow wide",
    });
    answered([ingress("wide", "*.example.org", ["/"], nobody), ingress("narrow", "*.zoo.example.org")], {
      "b.zoo.example.org/": "deny wide",
    });
  });

  it("of an earlier wildcard win with a shorter prefix over exact paths of a later one", () => {
    const wide = [
      ingress("exact", "*.example.org", ["/x/y"], nobody, "Exact"),
      ingress("longer", "*.example.org", ["/x/yy"], nobody),
    ];
    answered([ingress("narrow", "*.a.example.org", ["/x"]), ...wide], {
      "b.a.example.org/x/y": "allow narrow",
      "b.a.example.org/x/yy": "allow narrow",
      "b.a.example.org/z": "no route",
      "c.example.org/x/y": "deny exact",
    });
  });

  it("of a host with its own Ingress are only its own, whatever wildcards have", () => {
    answered([ingress("exact", "app.example.org", ["/x"]), ingress("wide", "*.example.org")], {
      "app.example.org/x": "allow exact",
      "app.example.org/y": "no route",
      "b.example.org/y": "allow wide",
    });
  });

  it("of a host with two Ingresses are those of both", () => {
    const two = [
      ingress("one", "app.example.org", ["/x"]),
      ingress("two", "app.example.org", ["/y"], everybody, "Exact"),
    ];
    answered(two, {
      "app.example.org/x": "allow one",
      "app.example.org/y": "allow two",
      "app.example.org/y/": "no route",
      "app.example.org/": "no route",
    });
  });

  it("of a rule without a host come before all wildcards, and not at a host with its own Ingress", () => {
    const all = [
      ingress("any", "*", ["/x"], nobody),
      ingress("wide", "*.example.org"),
      ingress("exact", "app.example.org", ["/e"]),
    ];
    answered(all, {
      "b.example.org/x": "deny any",
      "b.example.org/y": "allow wide",
      "app.example.org/x": "no route",
      "app.example.org/e": "allow exact",
      "example.net/x": "deny any",
      "example.net/y": "no route",
      "app.example.org./x": "deny any",
    });
  });

  it("of a host whose Ingress Pomerium refuses are also those of the wildcards", () => {
    const refused = ingress("refused", "app.example.org", ["/x"], annotation("policy", "- permit: {}"));
    const wide = ingress("wide", "*.example.org");
    answered([refused, wide], { "app.example.org/x": "unknown refused", "app.example.org/y": "allow wide" });
    const second = ingress("second", "app.example.org", ["/z"], nobody);
    answered([refused, second, wide], {
      "app.example.org/z": "deny second",
      "app.example.org/y": "no route",
    });
    const expressions = ingress(
      "regex",
      "app.example.org",
      ["/z"],
      annotation("path_regex", "true"),
      "ImplementationSpecific",
    );
    answered([expressions, wide], { "app.example.org/y": "unknown regex" });
  });

  it("of wildcards without an overlap stay apart", () => {
    const apps = [ingress("one", "*.a.example.org", ["/x"]), ingress("other", "*.b.example.org")];
    answered(apps, { "q.a.example.org/y": "no route", "q.b.example.org/y": "allow other" });
    for (const app of byHost(apps).values()) assert.ok(apps.includes(app));
  });

  it("are for each path those of the first wildcard with a route, by whatever names", () => {
    const labels = fc.array(fc.constantFrom("a", "b", "zoo"), { maxLength: 3 });
    const paths = fc.uniqueArray(fc.constantFrom("/", "/x", "/xy", "/y/"), { minLength: 1 });
    const sets = fc.uniqueArray(fc.record({ labels, paths }), {
      minLength: 1,
      selector: (one) => one.labels.join("."),
    });
    fc.assert(
      fc.property(
        sets,
        labels,
        fc.constantFrom("/", "/x", "/xyz", "/y", "/y/z"),
        (wildcards, below, path) => {
          const apps = wildcards.map((one, i) =>
            ingress(`i${i}`, ["*", ...one.labels, "example.org"].join("."), one.paths),
          );
          const host = ["q", ...below, "example.org"].join(".");
          const first = apps
            .toSorted((one, other) => (one.host < other.host ? -1 : 1))
            .find((app) => {
              const [{ paths: own }] = app.routes as [ProtectedApp["routes"][number]];
              return host.endsWith(app.host.slice(1)) && own.some((one) => path.startsWith(one.path));
            });
          const stands = apps.some((app) => host.endsWith(app.host.slice(1)));
          const expected = first ? `allow ${first.name.slice(2)}` : stands ? "no route" : "no host";
          assert.equal(asked(apps, host, path), expected);
        },
      ),
    );
  });
});

describe("a matrix of overlapping wildcards", () => {
  it("shows below each wildcard what the other ones open there", () => {
    const marks = (apps: ProtectedApp[]) =>
      Object.fromEntries(
        matrix(apps).apps.map((one) => [
          one.app.host,
          one.public ? "public" : one.open.map(({ path }) => path),
        ]),
      );
    const narrow = (annotations: Record<string, string>) =>
      ingress("narrow", "*.a.example.org", ["/x/"], annotations);
    assert.deepEqual(marks([narrow(nobody), ingress("wide", "*.example.org")]), {
      "*.a.example.org": "public",
      "*.example.org": "public",
    });
    assert.deepEqual(marks([narrow(everybody), ingress("wide", "*.example.org", ["/"], nobody)]), {
      "*.a.example.org": ["/x"],
      "*.example.org": [],
    });
    assert.deepEqual(
      marks([ingress("narrow", "*.zoo.example.org"), ingress("wide", "*.example.org", ["/"], nobody)]),
      { "*.zoo.example.org": [], "*.example.org": [] },
    );
  });

  it("names the group of the other wildcard's app that lets somebody in", () => {
    const policy = [{ allow: { or: [{ email: { in: ["alice@example.org"] } }] } }] as never;
    const grant = { principal: "alice@example.org", grantedAt: "users.groups.readers[0]" };
    const app = (name: string, host: string, path: string): ProtectedApp => ({
      ...{ name, at: `apps.${name}`, host },
      access: { kind: "people", people: name === "wide" ? [grant] : [], api: [], from: [] } as never,
      routes: [{ paths: [{ path, exact: false }], authorization: { policy } }],
    });
    const apps = [app("narrow", "*.a.example.org", "/x"), app("wide", "*.example.org", "/")];
    const [answer] = answers(appOfHost(byHost(apps), "b.a.example.org")!, "alice@example.org", [
      { path: "/y", method: "GET" },
    ]);
    assert.deepEqual(
      [answer?.app, answer?.decision, answer?.reason, answer?.keyPath],
      ["wide", "allow", "group readers", "users.groups.readers[0]"],
    );
    assert.equal(
      decider(byHost(apps).get("*.a.example.org")!).verdict("bob@example.org", { path: "/y", method: "GET" })
        .decision,
      "deny",
    );
  });
});

describe("the app of a host", () => {
  const app = (host: string): ProtectedApp => ({ name: host, at: `apps.${host}`, host, routes: [] });
  const apps = ["*.example.org", "wiki.example.org", "*.lab.example.org", "*.dev.example.org"].map(app);

  it("is the one with exactly this host, or else the narrowest wildcard", () => {
    for (const all of [apps, apps.toReversed(), [...apps, app("*")]])
      for (const [host, expected] of [
        ["wiki.example.org", "wiki.example.org"],
        ["a.example.org", "*.example.org"],
        ["a.dev.example.org", "*.dev.example.org"],
        ["a.lab.example.org", "*.lab.example.org"],
        ["*.cellar.example.org", "*.example.org"],
        ["*.a.dev.example.org", "*.dev.example.org"],
      ] as const)
        assert.equal(appOfHost(byHost(all), host)?.host, expected, host);
  });

  it("does not exist for the wildcard's own domain, or for another domain", () => {
    for (const host of ["example.org", "example.net", "wikiexample.org", "*.org"]) {
      assert.equal(appOfHost(byHost(apps), host), undefined, host);
      assert.equal(appOfHost(byHost([...apps, app("*")]), host)?.host, "*", host);
    }
  });
});

import { strict as assert } from "node:assert";
import fc from "fast-check";
import { decider } from "../../../../../policies/access/matrix/decider.ts";
import type { ProtectedApp } from "../../../../../policies/access/matrix/view.ts";
import { answers, appOfHost } from "../../../../../policies/access/matrix/why.ts";

const app = (host: string): ProtectedApp => ({ name: host, at: `apps.${host}`, host, routes: [] });

describe("the app of a host", () => {
  const apps = ["*.example.org", "wiki.example.org", "*.lab.example.org", "*.dev.example.org"].map(app);

  it("is the one with exactly this host, or else the first wildcard by the alphabet", () => {
    for (const all of [apps, apps.toReversed()])
      for (const [host, expected] of [
        ["wiki.example.org", "wiki.example.org"],
        ["a.example.org", "*.example.org"],
        ["a.dev.example.org", "*.dev.example.org"],
        ["a.lab.example.org", "*.example.org"],
      ] as const)
        assert.equal(appOfHost(all, host)?.host, expected, host);
  });

  it("is, for a wildcard that no app has, the first one that stands for all its hosts", () => {
    for (const [host, expected] of [
      ["*.cellar.example.org", "*.example.org"],
      ["*.zoo.example.org", "*.example.org"],
      ["*.a.dev.example.org", "*.dev.example.org"],
      ["*.a.lab.example.org", "*.example.org"],
      ["*.org", undefined],
    ] as const)
      assert.equal(appOfHost(apps, host)?.host, expected, host);
  });

  it("is one without a host wherever no app has exactly the host", () => {
    const all = [...apps, app("*")];
    assert.equal(appOfHost(all, "wiki.example.org")?.host, "wiki.example.org");
    for (const host of ["a.example.org", "a.dev.example.org", "example.net"])
      assert.equal(appOfHost(all, host)?.host, "*", host);
  });

  it("does not exist for the wildcard's own domain, or for another domain", () => {
    for (const host of ["example.org", "example.net", "wikiexample.org"])
      assert.equal(appOfHost(apps, host), undefined, host);
  });
});

describe("an answer about one caller", () => {
  it("has the decision of the matrix, whatever is asked", () => {
    const policy = [{ allow: { or: [{ email: { is: "alice@example.org" } }] } }] as never;
    const one: ProtectedApp = {
      ...app("wiki.example.org"),
      routes: [
        { paths: [{ path: "/", exact: false }], authorization: { policy } },
        { paths: [{ path: "/api/", exact: false }], authorization: { public: true } },
      ],
    };
    const caller = fc.constantFrom("alice@example.org", "bob@example.org", "stranger", "anonymous");
    const path = fc.stringMatching(/^\/(api\/)?[a-z/?.%]{0,8}$/);
    fc.assert(
      fc.property(caller, path, (who, asked) => {
        const [answer] = answers(one, who, [{ path: asked, method: "GET" }]);
        assert.equal(answer?.decision, decider(one).verdict(who, { path: asked, method: "GET" }).decision);
        assert.deepEqual([answer?.path, answer?.host], [asked, "wiki.example.org"]);
      }),
    );
  });
});

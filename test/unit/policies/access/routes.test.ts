import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { anonymous, decider } from "../../../../policies/access/matrix/decider.ts";
import { appsOf, type ProtectedApp } from "../../../../policies/access/matrix/view.ts";
import { type Directory, everybody, grants } from "../../../../policies/access/people.ts";
import {
  type Access,
  type ApiPath,
  accessRoutes,
  covers,
  routePaths,
} from "../../../../policies/access/routes.ts";
import type { Outcome } from "../../../../policies/language/evaluate/evaluate.ts";
import { directories } from "./matrix/stacks.ts";

const app = (access: Access): ProtectedApp =>
  appsOf([{ name: "komga", at: "apps.komga", host: "komga.example.org", access }])[0]!;

function ask(
  access: Access,
  { email = anonymous, path, sourceIp }: { email?: string; path: string; sourceIp?: string },
) {
  const request = { path, method: "GET", ...(sourceIp === undefined ? {} : { sourceIp }) };
  return decider(app(access)).verdict(email, request).decision;
}

const apiOnly = (api: ApiPath[], from: string[] = []): Access => ({ kind: "apiOnly", api, from });
const people = (emails: string[], api: ApiPath[] = [], from: string[] = []): Access => ({
  kind: "people",
  people: emails.map((principal, i) => ({ principal, grantedAt: `users.admins[${i}]` })),
  api,
  from,
});

describe("access of an app", () => {
  it("the prefix /api opens /api and what lies below it, never /apixyz", () => {
    for (const path of ["/api", "/api/"]) {
      const access = apiOnly([{ path }]);
      for (const open of ["/api", "/api/", "/api/x", "/api/x/y", "/api?a=1"])
        assert.equal(ask(access, { path: open }), "allow", `${path} opens ${open}`);
      for (const shut of ["/apixyz", "/ap", "/", "/API", "/x/api", "/api/../admin", "/api%2e"])
        assert.equal(ask(access, { path: shut }), "deny", `${path} leaves ${shut} shut`);
    }
  });

  it("an exact path opens itself and nothing below it", () => {
    const access = apiOnly([{ path: "/query", exact: true }]);
    assert.equal(ask(access, { path: "/query" }), "allow");
    for (const shut of ["/query/", "/query/x", "/queryxyz"])
      assert.equal(ask(access, { path: shut }), "deny");
  });

  it("an exact path with a slash at its end is not the path without it", () => {
    const access = apiOnly([{ path: "/query/", exact: true }]);
    assert.equal(ask(access, { path: "/query/" }), "allow");
    assert.equal(ask(access, { path: "/query" }), "deny");
  });

  it("an open Ingress names no path twice, since Pomerium would refuse all of it", () => {
    const opened = (api: ApiPath[]) => accessRoutes(apiOnly(api))[1]?.paths;
    const both = [
      { path: "/api", exact: true },
      { path: "/api/", exact: false },
    ];
    assert.deepEqual(opened([{ path: "/api" }, { path: "/api/" }]), both);
    assert.deepEqual(opened([{ path: "/api", exact: true }, { path: "/api" }]), both);
    // The prefix opens more than the path alone.
    assert.deepEqual(opened([{ path: "/api/", exact: true }, { path: "/api" }])?.toReversed(), both);
    fc.assert(
      fc.property(
        fc.array(
          fc.record(
            { path: fc.constantFrom("/a", "/a/", "/a/b", "/a/b/", "/A"), exact: fc.boolean() },
            { requiredKeys: ["path"] },
          ),
          { minLength: 1 },
        ),
        fc.constantFrom("/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/ab", "/A", "/A/x"),
        (api, asked) => {
          const paths = opened(api)!.map(({ path }) => path);
          assert.equal(new Set(paths).size, paths.length);
          const decided = ask(apiOnly(api), { path: asked });
          assert.equal(decided, api.some((path) => covers(path, asked)) ? "allow" : "deny");
        },
      ),
    );
  });

  it("the path / is refused, since it would make the whole app public", () => {
    assert.throws(() => accessRoutes(apiOnly([{ path: "/" }])), RangeError);
    assert.equal(ask(apiOnly([{ path: "/", exact: true }]), { path: "/" }), "allow");
    assert.equal(ask(apiOnly([{ path: "/", exact: true }]), { path: "/anything" }), "deny");
  });

  it("an open path written into the query opens nothing", () => {
    const access = people(["alice@gmail.com"], [{ path: "/api" }, { path: "/query", exact: true }]);
    for (const path of ["/?/api", "/?/api/", "/admin?/api/x", "/?/query", "/#/api", "/admin#/api/"])
      assert.equal(ask(access, { path }), "deny", path);
  });

  it("an open path asks people for nothing either, and the rest of the app asks for their name", () => {
    const access = people(["alice@gmail.com"], [{ path: "/api" }]);
    assert.equal(ask(access, { path: "/api", email: "mallory@example.org" }), "allow");
    assert.equal(ask(access, { path: "/apixyz", email: "mallory@example.org" }), "deny");
    assert.equal(ask(access, { path: "/apixyz", email: "alice@gmail.com" }), "allow");
  });

  it("networks keep out people and API callers alike", () => {
    const access = people(["alice@gmail.com"], [{ path: "/api" }], ["10.244.0.0/16", "192.168.0.7"]);
    for (const sourceIp of ["10.244.3.4", "192.168.0.7"]) {
      assert.equal(ask(access, { path: "/", email: "alice@gmail.com", sourceIp }), "allow");
      assert.equal(ask(access, { path: "/api/x", sourceIp }), "allow");
      assert.equal(ask(access, { path: "/", sourceIp }), "deny");
    }
    for (const sourceIp of ["203.0.113.1", "192.168.0.8", "::1"]) {
      assert.equal(ask(access, { path: "/", email: "alice@gmail.com", sourceIp }), "deny");
      assert.equal(ask(access, { path: "/api/x", sourceIp }), "deny");
    }
  });

  it("a caller whose address is not known is not let in from a network", () => {
    const access = people(["alice@gmail.com"], [], ["10.244.0.0/16"]);
    assert.equal(ask(access, { path: "/", email: "alice@gmail.com" }), "unknown");
  });

  it("nobody passes an app that names nobody and opens nothing", () => {
    assert.equal(ask(apiOnly([]), { path: "/", email: "admin-user@gmail.com" }), "deny");
    assert.equal(ask(people([]), { path: "/", email: "admin-user@gmail.com" }), "deny");
  });

  it("a public app has no policy that could be mistaken for a protection", () => {
    assert.deepEqual(accessRoutes({ kind: "public" }), [
      { paths: [{ path: "/", exact: false }], authorization: { public: true } },
    ]);
  });

  const groupNames = ["readers", "listeners", "watchers"];
  const reached = (directory: Directory, groups: string[], api: ApiPath[]): Map<string, Outcome> => {
    const access: Access = {
      kind: "people",
      people: grants(directory, { groups }, "apps.komga.access"),
      api,
      from: [],
    };
    return new Map(
      [...everybody(directory), "newcomer@example.org", undefined].flatMap((email) =>
        ["/", "/api", "/apixyz"].map((path): [string, Outcome] => [
          `${email} ${path}`,
          ask(access, email === undefined ? { path } : { path, email }),
        ]),
      ),
    );
  };
  const named = fc.subarray(groupNames);
  const api = fc.constantFrom<ApiPath[]>([], [{ path: "/api" }]);

  it("adding a person to a group takes access from nobody", () => {
    fc.assert(
      fc.property(
        directories,
        named,
        fc.constantFrom(...groupNames),
        api,
        (directory, groups, group, paths) => {
          const larger = {
            ...directory,
            groups: {
              ...directory.groups,
              [group]: [...(directory.groups[group] ?? []), "newcomer@example.org"],
            },
          };
          const after = reached(larger, groups, paths);
          for (const [question, outcome] of reached(directory, groups, paths))
            if (outcome === "allow") assert.equal(after.get(question), "allow", question);
        },
      ),
    );
  });

  it("removing a person from a group gives access to nobody", () => {
    fc.assert(
      fc.property(
        directories,
        named,
        fc.constantFrom(...groupNames),
        fc.nat(),
        api,
        (directory, groups, group, i, paths) => {
          const list = directory.groups[group] ?? [];
          const smaller = {
            ...directory,
            groups: {
              ...directory.groups,
              [group]: list.filter((_, at) => at !== i % Math.max(1, list.length)),
            },
          };
          const before = reached(directory, groups, paths);
          for (const [question, outcome] of reached(smaller, groups, paths))
            if (outcome === "allow") assert.equal(before.get(question), "allow", question);
        },
      ),
    );
  });

  it("a person added to a group reaches every app of the group and nothing else", () => {
    fc.assert(
      fc.property(directories, named, fc.constantFrom(...groupNames), (directory, groups, group) => {
        const larger = {
          ...directory,
          groups: {
            ...directory.groups,
            [group]: [...(directory.groups[group] ?? []), "newcomer@example.org"],
          },
        };
        assert.equal(
          reached(larger, groups, []).get("newcomer@example.org /"),
          groups.includes(group) ? "allow" : "deny",
        );
      }),
    );
  });
});

describe("a path of the stack file", () => {
  const table: [path: string, exact: boolean, asked: string, expected: boolean][] = [
    ["/api", false, "/api", true],
    ["/api", false, "/api/", true],
    ["/api", false, "/api/v1", true],
    ["/api", false, "/apixyz", false],
    ["/api", false, "/API", false],
    ["/api/", false, "/api", true],
    ["/api/", false, "/api/v1", true],
    ["/api/", false, "/apixyz", false],
    ["/api", true, "/api", true],
    ["/api", true, "/api/", false],
    ["/api/", true, "/api/", true],
    ["/api/", true, "/api", false],
    ["/", false, "/anything", true],
    ["/", true, "/anything", false],
  ];
  for (const [path, exact, asked, expected] of table)
    it(`${path}${exact ? " alone" : ""} ${expected ? "stands" : "does not stand"} for ${asked}`, () => {
      assert.equal(covers({ path, exact }, asked), expected);
    });

  it("stands for what its routes match, and for nothing else", () => {
    const path = fc
      .array(fc.constantFrom("a", "A", "ab", "b", ""), { minLength: 1, maxLength: 4 })
      .map((parts) => `/${parts.join("/")}`);
    fc.assert(
      fc.property(path, fc.boolean(), path, (own, exact, asked) => {
        fc.pre(own !== "/");
        const matches = routePaths({ path: own, exact }).some((route) =>
          route.exact ? asked === route.path : asked.startsWith(route.path),
        );
        assert.equal(covers({ path: own, exact }, asked), matches);
      }),
    );
  });
});

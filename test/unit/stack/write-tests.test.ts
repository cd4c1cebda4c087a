import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { proposeTests } from "../../../policies/access/assertions/propose.ts";
import { runAccessTests } from "../../../policies/access/assertions/run.ts";
import { untested } from "../../../policies/access/assertions/untested.ts";
import { loadFromText } from "../../../stack/load.ts";
import { testItem, withTests } from "../../../stack/write-tests.ts";
import { house } from "../cli/project.ts";

const load = (text: string) => loadFromText("Pulumi.house.yaml", text);

function textOf(change: (stack: ReturnType<typeof house>) => void): string {
  const stack = house();
  stack.accessTests.apps = {};
  change(stack);
  const config = Object.fromEntries(
    Object.entries(stack).map(([key, value]) => [`pomerium-migration:${key}`, value]),
  );
  return stringify({ config }, { aliasDuplicateObjects: false });
}

const app = (access: unknown, more: object = {}) => ({
  namespace: "apps",
  service: { name: "svc", port: 80 },
  access,
  ...more,
});

const proposed = (text: string) =>
  Object.fromEntries(proposeTests(load(text)).map(({ app: name, tests }) => [name, tests.map(testItem)]));

describe("proposed access tests", () => {
  it("say who passes and who does not, and where open paths end", () => {
    const text = textOf((stack) => {
      stack.users.groups = {
        readers: ["alice@gmail.com", "bob@gmail.com"],
        cooks: ["carol@gmail.com", "bob@gmail.com"],
      };
    });
    assert.deepEqual(proposed(text), {
      komga: [
        { allow: ["admin-user@gmail.com", "group:readers"] },
        { deny: ["carol@gmail.com", "stranger", "anonymous"] },
        { path: "/opds/x", allow: ["anonymous"] },
        { path: "/opdsxyz", deny: ["stranger", "anonymous"] },
      ],
      wiki: [
        { allow: ["admin-user@gmail.com"] },
        { deny: ["group:readers", "group:cooks", "stranger", "anonymous"] },
      ],
    });
  });

  it("know public apps, paths with an access of their own, exact paths, networks and claims", () => {
    const text = textOf((stack) => {
      stack.apps = {
        status: app({ public: { consent: "status.example.org" } }) as never,
        wiki: app("admins", { paths: { "/shared": { access: { groups: ["readers"] } } } }) as never,
        feed: app({ apiOnly: [{ path: "/rss", exact: true }] }) as never,
        nas: app({ groups: ["readers"], from: ["192.168.0.0/16"] }) as never,
        club: app({ claims: { groups: ["family"] } }) as never,
      };
    });
    assert.deepEqual(proposed(text), {
      status: [{ allow: ["stranger", "anonymous"] }],
      wiki: [
        { allow: ["admin-user@gmail.com"] },
        { deny: ["alice@gmail.com", "group:readers", "stranger", "anonymous"].slice(1) },
        { paths: ["/shared", "/shared/", "/shared/x"], allow: ["admin-user@gmail.com", "group:readers"] },
        { paths: ["/shared", "/shared/", "/shared/x", "/sharedxyz"], deny: ["stranger", "anonymous"] },
      ],
      feed: [
        { deny: ["admin-user@gmail.com", "group:readers", "stranger", "anonymous"] },
        { path: "/rss", allow: ["anonymous"] },
        { paths: ["/rss/x", "/rssxyz"], deny: ["stranger", "anonymous"] },
      ],
      nas: [
        { from: "192.168.0.0", allow: ["admin-user@gmail.com", "group:readers"] },
        { from: "192.168.0.0", deny: ["stranger", "anonymous"] },
        { from: "203.0.113.1", deny: ["admin-user@gmail.com", "group:readers", "stranger", "anonymous"] },
      ],
      club: [{ allow: ["admin-user@gmail.com", "claim:groups=family"] }, { deny: ["stranger", "anonymous"] }],
    });
  });

  it("leave out what a present test says, by the same words or by others", () => {
    const text = textOf((stack) => {
      stack.accessTests.apps = {
        komga: [
          { allow: ["alice@gmail.com", "admin-user@gmail.com"], deny: ["stranger"] },
          { path: "/opds/v1.2", method: "POST", allow: ["anonymous"] },
          { path: "/opdsx", deny: ["anonymous"] },
        ],
        wiki: [{ deny: ["group:readers", "stranger", "anonymous"], allow: ["admin-user@gmail.com"] }],
      };
    });
    assert.deepEqual(proposed(text), { komga: [{ deny: ["anonymous"] }] });
  });

  it("add lines to a shipped stack file, and change none", () => {
    for (const name of ["octavo", "alfred"]) {
      const text = readFileSync(new URL(`../../../Pulumi.${name}.yaml`, import.meta.url), "utf8");
      const tests = proposeTests(load(text));
      assert.ok(tests.length > 0);
      const result = withTests(text, tests);
      const before = text.split("\n");
      const added = result.split("\n");
      assert.deepEqual(
        added.filter((line) => !before.includes(line)).filter((line) => !/^ {8}- \{.*\}$/.test(line)),
        [],
      );
      let from = 0;
      for (const line of before) {
        from = added.indexOf(line, from) + 1;
        assert.ok(from > 0, line);
      }
      assert.deepEqual(proposeTests(load(result)), []);
      assert.ok(runAccessTests(load(result)).every(({ passed }) => passed));
    }
  });

  it("hold in the file that they are written into, cover every app, and are not written twice", () => {
    const path = fc.constantFrom("/api", "/api/v1", "/opds", "/a.b", "/rest/");
    const open = fc.uniqueArray(
      fc.oneof(
        path,
        path.map((one) => ({ path: one, exact: true })),
      ),
      { minLength: 1, maxLength: 3, selector: (one) => (typeof one === "string" ? one : one.path) },
    );
    const from = fc.constantFrom(
      {},
      {},
      { from: ["192.168.0.0/16"] },
      { from: ["10.0.0.0/8", "2001:db8::/32"] },
    );
    const people = fc.constantFrom<object>(
      { groups: ["readers"] },
      { groups: ["readers", "cooks"] },
      { users: ["zoe@gmail.com"] },
      { domains: ["example.net"] },
      { claims: { groups: ["family"] } },
      { signedIn: true },
    );
    const policy = fc.constantFrom(
      "allow: {or: [{email: {is: alice@gmail.com}}]}",
      "allow: {or: [{email: {ends_with: '@example.net'}}, {claim/groups: family}]}",
      "allow: {and: [{email: {is: alice@gmail.com}}, {source_ip: 10.0.0.0/8}]}",
      "- allow: {or: [{authenticated_user: true}]}\n- deny: {or: [{email: {is: bob@gmail.com}}]}",
    );
    const access = fc.oneof(
      fc.constant<unknown>("admins"),
      fc.tuple(people, from).map((parts) => Object.assign({}, ...parts) as object),
      fc.tuple(people, open, from).map(([who, api, net]) => ({ ...who, api, ...net })),
      fc.tuple(open, from).map(([apiOnly, net]) => ({ apiOnly, ...net })),
      policy.map((one) => ({ policy: one })),
    );
    const paths = fc.constantFrom(
      {},
      {},
      { paths: { "/admin": { access: "admins" }, "/me": { access: { groups: ["cooks"] } } } },
    );
    const given = fc.array(fc.record({ access, more: paths, tested: fc.boolean() }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(given, fc.boolean(), (apps, isFlow) => {
        const text = textOf((stack) => {
          stack.users.groups = { readers: ["alice@gmail.com"], cooks: ["bob@gmail.com", "claim:role=cook"] };
          stack.apps = Object.fromEntries(
            apps.map(({ access: own, more }, i) => [`app${i}`, app(own, more) as never]),
          );
          stack.accessTests.apps = Object.fromEntries(
            apps.flatMap(({ tested, access: own }, i) =>
              tested && own === "admins" ? [[`app${i}`, [{ deny: ["stranger"] }]]] : [],
            ),
          );
        });
        const file = isFlow
          ? text.replace(/accessTests:\n {4}strict: false\n {4}apps: \{\}/, "accessTests: {strict: false}")
          : text;
        const stack = load(file);
        const result = withTests(file, proposeTests(stack));
        const written = load(result);
        for (const one of runAccessTests(written))
          assert.ok(one.passed, `${one.at} ${one.principal} ${one.path}`);
        assert.deepEqual(proposeTests(written), []);
        assert.equal(withTests(result, proposeTests(written)), result);
        const undecided = new Set(
          apps.flatMap(({ access: own }, i) =>
            typeof own === "object" && own !== null && "policy" in own ? [`app${i}`] : [],
          ),
        );
        assert.deepEqual(
          untested(written).filter(({ app: name }) => !undecided.has(name)),
          [],
        );
      }),
      { numRuns: 20 },
    );
  });
});

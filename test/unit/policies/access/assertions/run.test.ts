import { strict as assert } from "node:assert";
import type { AccessTest } from "../../../../../policies/access/assertions/config.ts";
import { failure, runAccessTests, type Tested } from "../../../../../policies/access/assertions/run.ts";
import { untested } from "../../../../../policies/access/assertions/untested.ts";
import type { Policy } from "../../../../../policies/language/types.ts";
import { apiOnly, apps, directory, open, people, raw, type SampleApp } from "../matrix/sample.ts";

function stack(tests: Partial<AccessTest>[], some: SampleApp[] = apps, strict = false): Tested {
  return {
    directory,
    apps: some,
    pomerium: { version: "v0.33.1" },
    accessTests: {
      strict,
      tests: tests.map((test, i) => ({
        at: `accessTests.apps.${test.app ?? "komga"}[${i}]`,
        app: "komga",
        paths: ["/"],
        method: "GET",
        allow: [],
        deny: [],
        ...test,
      })),
    },
  };
}

const one = (test: Partial<AccessTest>, some?: SampleApp[]) => {
  const [result, second] = runAccessTests(stack([test], some));
  assert.equal(second, undefined);
  return result!;
};

describe("access tests", () => {
  it("pass for people who reach the app and for those who do not", () => {
    const results = runAccessTests(
      stack([
        { allow: ["alice@gmail.com", "dave@example.org"], deny: ["bob@gmail.com", "stranger", "anonymous"] },
        { paths: ["/opds", "/opds/v2"], allow: ["anonymous", "stranger"] },
        { paths: ["/opdsxyz"], deny: ["anonymous"] },
      ]),
    );
    assert.deepEqual(
      results.map(({ passed }) => passed),
      Array(10).fill(true),
    );
    assert.ok(results.every(({ fix }) => fix === undefined));
  });

  it("of a path that Pomerium answers itself fails, since no edit opens it to the app's callers", () => {
    const { got, reason, fix } = one({ paths: ["/healthz"], allow: ["alice@gmail.com"] });
    assert.deepEqual(
      [got, reason, fix],
      [
        "deny",
        "Pomerium answers this path itself on every host",
        "remove the path from accessTests.apps.komga[0]: it never reaches an app",
      ],
    );
  });

  it("of a path that can be read in several ways is undecided where these end differently", () => {
    const { got, rule, fix } = one({ paths: ["/opds/..;/admin"], deny: ["anonymous"] });
    assert.deepEqual([got, rule], ["unknown", "path unclear"]);
    assert.match(fix ?? "", /^write the path in accessTests\.apps\.komga\[0\] as a browser sends it/);
    assert.equal(one({ paths: ["/x/..;/admin"], deny: ["anonymous"] }).passed, true);
  });

  it("a group stands for each of its people", () => {
    const results = runAccessTests(stack([{ allow: ["group:listeners"] }]));
    assert.deepEqual(
      results.map(({ principal, group, got, passed }) => [principal, group, got, passed]),
      [
        ["alice@gmail.com", "listeners", "allow", true],
        ["bob@gmail.com", "listeners", "deny", false],
      ],
    );
  });

  it("a person let in by mistake fails the test, with the line that lets them in", () => {
    const result = one({ deny: ["carol@example.org"] });
    assert.deepEqual(
      [result.passed, result.at, result.rule, result.keyPath, result.reason],
      [
        false,
        "accessTests.apps.komga[0].deny[0]",
        "allow: email in one of 4",
        "users.groups.readers[0]",
        "group readers",
      ],
    );
    assert.equal(
      failure(result),
      [
        "accessTests.apps.komga[0].deny[0]   carol@example.org must not pass at komga.example.org/, but passes: group readers (users.groups.readers[0])",
        "    remove users.groups.readers[0], or change accessTests.apps.komga[0].deny[0]",
      ].join("\n"),
    );
  });

  it("a person kept out by mistake fails the test, with the place that lets them in", () => {
    assert.equal(
      one({ allow: ["bob@gmail.com"] }).fix,
      "add bob@gmail.com to apps.komga.access.users or to a group that it names, or change accessTests.apps.komga[0].allow[0]",
    );
    assert.match(
      one({ app: "influxdb", allow: ["bob@gmail.com"] }).fix!,
      /give apps\.influxdb\.access users or groups/,
    );
    assert.match(one({ allow: ["anonymous"] }).fix!, /add the path to apps\.komga\.access\.api/);
    assert.match(
      one({ app: "influxdb", allow: ["anonymous"] }).fix!,
      /add the path to apps\.influxdb\.access\.apiOnly/,
    );
    assert.match(one({ allow: ["stranger"] }).fix!, /name people in accessTests/);
  });

  it("a path left open by mistake fails the test, with the place that opens it", () => {
    const result = one({ paths: ["/opds/v2"], deny: ["anonymous"] });
    assert.equal(
      result.fix,
      "close the path in apps.komga.access.api, or change accessTests.apps.komga[0].deny[0]",
    );
    assert.match(
      one({ app: "ddns-updater", deny: ["stranger"] }).fix!,
      /make apps\.ddns-updater\.access something else than public/,
    );
  });

  it("of an undecided request fail, whether they expect allow or deny", () => {
    const policies: [Policy, RegExp][] = [
      [[{ allow: { or: [{ user: "1234" }] } }], /state apps\.headlamp\.access by people/],
      [
        [{ allow: { or: [{ "claim/groups": "staff" }] } }],
        /say under accessTests\.assume\["alice@gmail\.com"\] which claims alice@gmail\.com has/,
      ],
    ];
    for (const [policy, fix] of policies)
      for (const test of [{ allow: ["alice@gmail.com"] }, { deny: ["alice@gmail.com"] }]) {
        const result = one({ app: "headlamp", ...test }, [raw("headlamp", policy)]);
        assert.deepEqual([result.got, result.passed], ["unknown", false]);
        assert.match(result.fix!, fix);
      }
  });

  it("of an app for a claim take the claims that they assume of a person", () => {
    const some = [people("headlamp", { claims: { groups: ["staff"] }, domains: ["example.net"] })];
    const assume = {
      "alice@gmail.com": { groups: ["users", "staff"] },
      "bob@gmail.com": { groups: "users" },
    };
    const tested = stack(
      [
        {
          app: "headlamp",
          allow: ["alice@gmail.com", "claim:groups=staff", "@example.net", "eve@example.net"],
          deny: ["bob@gmail.com", "claim:groups=users", "@example.org", "stranger", "anonymous"],
        },
      ],
      some,
    );
    const results = runAccessTests({ ...tested, accessTests: { ...tested.accessTests, assume } });
    assert.deepEqual(
      results.filter(({ passed }) => !passed),
      [],
    );
    assert.equal(results.length, 9);
    assert.equal(results[0]?.reason, "claim groups=staff");
  });

  it("read paths as the settings of the stack file say", () => {
    const some = [apiOnly("influxdb", [{ path: "/write" }])];
    const got = (path: string, settings?: object) => {
      const tested = stack([{ app: "influxdb", paths: [path], allow: ["anonymous"] }], some);
      const pomerium = { version: "v0.33.1", ...(settings ? { settings } : {}) };
      return runAccessTests({ ...tested, pomerium })[0]?.got;
    };
    assert.equal(got("//write"), "allow");
    assert.equal(got("//write", { mergeSlashes: false }), "deny");
    assert.equal(got("/write%2Fx"), "allow");
    assert.equal(got("/write%2Fx", { pathWithEscapedSlashesAction: "reject_request" }), "deny");
  });

  it("that fail for a claim name it in words", () => {
    const result = one({ app: "komga", allow: ["claim:groups=staff"] });
    assert.match(failure(result), /everybody with the claim groups=staff must pass/);
    assert.match(result.fix!, /add claim:groups=staff to apps\.komga\.access\.users/);
  });

  it("an app that asks where a call comes from is asked with the test's address", () => {
    const unifi = { app: "unifi", allow: ["admin-user@gmail.com"] };
    assert.equal(one({ ...unifi, sourceIp: "10.244.1.2" }).passed, true);
    const outside = one({ ...unifi, sourceIp: "203.0.113.9" });
    assert.deepEqual([outside.passed, outside.keyPath], [false, "apps.unifi.access.from"]);
    assert.match(outside.fix!, /add the address to apps\.unifi\.access\.from/);
    const nowhere = one(unifi);
    assert.equal(nowhere.got, "unknown");
    assert.match(nowhere.fix!, /add `from: <address>` to accessTests\.apps\.unifi\[0\]/);
  });

  it("a policy that asks for the method is asked with the test's method", () => {
    const policy: Policy = [{ allow: { and: [{ http_method: "POST" }, { http_path: "/hook" }] } }];
    const some = [raw("ci", policy)];
    assert.equal(
      one({ app: "ci", paths: ["/hook"], method: "POST", allow: ["anonymous"] }, some).passed,
      true,
    );
    assert.equal(one({ app: "ci", paths: ["/hook"], method: "GET", deny: ["anonymous"] }, some).passed, true);
  });

  it("of an app or a group that does not exist fail", () => {
    assert.match(one({ app: "kmga", deny: ["stranger"] }).reason, /no app "kmga"/);
    for (const group of ["readrs", "constructor"]) {
      const result = one({ deny: [`group:${group}`] });
      assert.deepEqual([result.passed, result.reason], [false, `there is no group "${group}"`]);
    }
  });
});

describe("an app without a test", () => {
  it("is reported unless a test denies it to a stranger or the stack file declares it public", () => {
    const some = [...apps.filter(({ name }) => name === "komga" || name === "unifi"), open("ddns-updater")];
    const result = untested(stack([{ deny: ["stranger"] }, { app: "unifi", deny: ["anonymous"] }], some));
    assert.deepEqual(result, [
      {
        app: "unifi",
        at: "accessTests.apps.unifi",
        severity: "warning",
        message: "no test denies this app to a stranger; add { deny: [stranger, anonymous] }",
      },
    ]);
  });

  it("is an error when the tests are strict", () => {
    assert.deepEqual(
      untested(stack([], [raw("ryot", [])], true)).map(({ severity }) => severity),
      ["error"],
    );
  });
});

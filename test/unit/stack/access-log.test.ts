import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { parse, stringify } from "yaml";
import { answers } from "../../../policies/access/matrix/why.ts";
import type { Needed } from "../../../policies/access-log/needed.ts";
import { LogTally } from "../../../policies/access-log/tally.ts";
import { accessLogOf, tallyOptions } from "../../../stack/access-log.ts";
import { viewOfStack } from "../../../stack/access-view.ts";
import { loadFromText } from "../../../stack/load.ts";
import { house } from "../cli/project.ts";
import { decision, refused } from "../policies/access-log/lines.ts";

type House = ReturnType<typeof house>;

const app = (access: unknown, more: object = {}) => ({
  namespace: "apps",
  service: { name: "svc", port: 80 },
  access,
  ...more,
});

function stackOf(change: (stack: House) => void) {
  const raw = house() as House & Record<string, unknown>;
  change(raw);
  const config = Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [`pomerium-migration:${key}`, value]),
  );
  return { raw, stack: loadFromText("Pulumi.house.yaml", stringify({ config })) };
}

function read({ raw, stack }: ReturnType<typeof stackOf>, lines: readonly string[]) {
  const tally = new LogTally(tallyOptions(stack, raw));
  for (const line of lines) tally.add(line);
  return accessLogOf(stack, raw, tally.result());
}

const needed = (given: ReturnType<typeof stackOf>, lines: readonly string[]): Needed[] =>
  read(given, lines).needed;

const call = (host: string, path: string, more: object = {}): string[] =>
  refused({ host: `${host}.example.org`, path, client: "okhttp/4.9", ...more });

describe("what programs were refused", () => {
  it("is opened by a line that keeps what is open already", () => {
    const given = stackOf((stack) => {
      Object.assign(stack.apps.komga!, { profile: "none" });
      stack.apps.notes = app({ groups: ["readers"] });
      stack.apps.feed = app({ apiOnly: [{ path: "/rss", exact: true }] });
    });
    const found = needed(given, [
      ...call("komga", "//sse/v1/events"),
      ...call("wiki", "/api/pages/17"),
      ...call("notes", "/v1/sync"),
      ...call("feed", "/atom"),
      ...call("feed", "/rss"),
    ]);
    assert.deepEqual(
      found.map(({ app: name, line }) => [name, line?.at, line?.text]),
      [
        ["komga", "apps.komga.access.api", "api: [/opds, /sse/v1/events]"],
        ["wiki", "apps.wiki.access", "access: {api: [/api/pages]}"],
        ["notes", "apps.notes.access.api", "api: [/v1/sync]"],
        ["feed", "apps.feed.access.apiOnly", "apiOnly: [{path: /rss, exact: true}, /atom]"],
      ],
    );
    assert.equal(found[3]!.already, 1);
  });

  it("is opened by one line for all hosts of an app", () => {
    const given = stackOf((stack) => {
      Object.assign(stack.apps.wiki!, { aliases: ["docs.example.org"] });
    });
    const found = needed(given, [...call("wiki", "/rpc"), ...call("docs", "/rpc"), ...call("docs", "/feed")]);
    assert.deepEqual(
      found.map(({ host, line, calls }) => [host, line!.text, calls.length]),
      [["wiki.example.org", "access: {api: [/rpc, /feed]}", 3]],
    );
  });

  it("is opened as the catalogue has it, if the app follows an entry", () => {
    const given = stackOf((stack) => {
      stack.apps.komga!.access = { groups: ["readers"] };
    });
    const [komga] = needed(given, [...call("komga", "/opds/v1.2/catalog"), ...call("komga", "/kobo/x1/v1")]);
    assert.equal(komga!.line!.text, "api: [/opds, /kobo]");
  });

  it("is never opened by the whole app", () => {
    const [wiki] = needed(
      stackOf(() => {}),
      [...call("wiki", "/"), ...call("wiki", "/4711/x"), ...call("wiki", "/4712/x")],
    );
    assert.deepEqual(wiki!.open, []);
    assert.equal(wiki!.line, undefined);
    assert.equal(wiki!.notOpened.length, 2);
    for (const { why } of wiki!.notOpened) assert.match(why, /never proposed/);
  });

  it("is never opened where the catalogue says that it must stay closed", () => {
    const given = stackOf((stack) => {
      stack.apps.influxdb = app({ apiOnly: "influxdb" });
      stack.apps.prometheus = app("admins");
    });
    const [influxdb, prometheus] = needed(given, [
      ...call("influxdb", "/debug/vars"),
      ...call("prometheus", "/api/v1/query"),
    ]);
    for (const one of [influxdb!, prometheus!]) {
      assert.deepEqual(one.open, []);
      assert.match(one.notOpened[0]!.why, /must (?:never be open|stay closed)/);
    }
  });

  it("is not opened at a path with an access of its own, by a hand-written policy, or by Pomerium's own paths", () => {
    const policy = "allow: {or: [{email: {is: alice@gmail.com}}]}";
    const given = stackOf((stack) => {
      stack.apps.wiki = app("admins", { paths: { "/admin": { access: { groups: ["readers"] } } } }) as never;
      stack.apps.raw = app({ policy });
    });
    const found = needed(given, [
      ...call("wiki", "/admin/api"),
      ...call("wiki", "/ping"),
      ...call("raw", "/api/x"),
    ]);
    assert.deepEqual(
      found.flatMap(({ open }) => open),
      [],
    );
    assert.deepEqual(
      found.flatMap(({ notOpened }) => notOpened.map(({ why }) => why.split(":")[0])),
      [
        'apps.wiki.paths["/admin"] has an access of its own',
        "Pomerium answers this path itself, so it never reaches the app",
        "apps.raw.access is a policy written by hand",
      ],
    );
  });

  it("is not hidden by a stray request to a path that must stay closed as a whole", () => {
    const given = stackOf((stack) => {
      stack.apps.portainer = app("admins");
    });
    const [found] = needed(given, [
      ...call("portainer", "/api/endpoints/1"),
      ...call("portainer", "/api/17"),
      ...call("portainer", "/api/"),
    ]);
    assert.equal(found!.line?.text, "access: {api: [/api/endpoints]}");
    assert.deepEqual(
      found!.notOpened.map(({ path, why }) => [path, why.split(":")[0]]),
      [
        ["/api/{…}", "/api/restore must never be open to anybody"],
        ["/api/", "/api/restore must never be open to anybody"],
      ],
    );
  });

  it("is not opened again where it is open by now to some addresses", () => {
    const given = stackOf((stack) => {
      stack.apps.notes = app(
        { groups: ["readers"], api: ["/api"], from: ["10.0.0.0/8"] },
        { paths: { "/api/admin": { access: "admins" } } },
      );
    });
    const [found] = needed(given, [...call("notes", "/api/v1/books"), ...call("notes", "/api/admin/x")]);
    assert.equal(found!.line, undefined);
    assert.deepEqual(
      found!.notOpened.map(({ path, why }) => [path, why.split(":")[0]]),
      [
        ["/api/v1/books", "open by now, but only from 10.0.0.0/8 (apps.notes.access.from)"],
        ["/api/admin/x", 'apps.notes.paths["/api/admin"] has an access of its own'],
      ],
    );
    const [more] = needed(given, [...call("notes", "/api/17"), ...call("notes", "/rpc")]);
    assert.equal(more!.line?.text, "api: [/api, /rpc]");
    assert.equal(more!.notOpened[0]!.path, "/api/{…}");
  });

  it("is let through by the proposed line, which a stack file takes and which opens nothing that must stay closed", () => {
    const path = fc
      .array(fc.constantFrom("api", "v1", "books", "opds", "17", "debug", "admin", "ping", "x y", "//"), {
        minLength: 1,
        maxLength: 4,
      })
      .map((parts) => `/${parts.join("/")}`);
    const access = fc.constantFrom<unknown>(
      "admins",
      { groups: ["readers"] },
      { groups: ["readers"], api: ["/opds"] },
      { api: "influxdb" },
      { apiOnly: [{ path: "/api/v1", exact: true }] },
    );
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 6 }), access, (paths, given) => {
        const make = (value: unknown) =>
          stackOf((stack) => {
            stack.apps = { influxdb: app(value, { paths: { "/admin": { access: "admins" } } }) as never };
            stack.accessTests = { strict: false, apps: {} };
          });
        const [found] = needed(
          make(given),
          paths.flatMap((one) => call("influxdb", one)),
        );
        if (found?.line === undefined) return;
        const line = parse(found.line.text) as Record<string, unknown>;
        const { access: whole, ...part } = line;
        const changed = make(whole ?? { ...(given as object), ...part });
        const [served] = viewOfStack("now", changed.stack).apps;
        const passes = (asked: string): boolean =>
          answers(served!, "anonymous", [{ path: asked, method: "GET" }])[0]!.decision === "allow";
        for (const open of found.open) assert.ok(passes(open.path), open.path);
        for (const closed of [
          "/",
          "/debug/vars",
          "/admin",
          "/other",
          ...found.open.map((one) => `${one.path}xyz`),
        ])
          assert.ok(!passes(closed), closed);
      }),
      { numRuns: 60 },
    );
  });
});

describe("grants that nobody used", () => {
  const used = (host: string, email: string, path = "/"): string =>
    decision({ host: `${host}.example.org`, email, path, allow: true });
  const house3 = (change: (stack: House) => void = () => {}) =>
    stackOf((stack) => {
      stack.users.groups.readers = ["alice@gmail.com", "bob@gmail.com"];
      change(stack);
    });
  const unused = (given: ReturnType<typeof stackOf>, lines: readonly string[]): string[] =>
    read(given, lines).grants.unused.map(({ app: name, what, at }) => `${name ?? "any"} ${what} ${at}`);

  it("are named by person, by whole group, by open path, and admins only if they used nothing", () => {
    assert.deepEqual(unused(house3(), []), [
      "any admin-user@gmail.com users.admins[0]",
      "komga group readers: all 2 users.groups.readers",
      "komga /opds apps.komga.access.api",
    ]);
    assert.deepEqual(
      unused(house3(), [
        used("wiki", "admin-user@gmail.com"),
        used("komga", "bob@gmail.com", "/books"),
        decision({ path: "/opds/v1", allow: true, reason: "accept" }),
      ]),
      ["komga alice@gmail.com users.groups.readers[0]"],
    );
  });

  it("are used on any host of the app, and not by a refused request", () => {
    const given = house3((stack) => {
      Object.assign(stack.apps.komga!, { aliases: ["books.example.org"] });
    });
    assert.ok(!unused(given, [used("books", "alice@gmail.com")]).some((one) => one.includes("alice")));
    assert.ok(
      unused(given, [decision({ email: "alice@gmail.com" })]).includes(
        "komga group readers: all 2 users.groups.readers",
      ),
    );
  });

  it("may be those of a domain or of everybody, and those of claims are not known", () => {
    const given = house3((stack) => {
      stack.apps.komga!.access = { domains: ["example.net"], claims: { groups: ["family"] } };
      stack.apps.wiki!.access = { signedIn: true };
    });
    const before = read(given, []).grants;
    assert.deepEqual(
      before.unused.filter(({ app: name }) => name !== undefined).map(({ what }) => what),
      ["any address @example.net", "any signed-in user"],
    );
    assert.deepEqual(
      before.undecided.map(({ what }) => what),
      ["claim groups=family"],
    );
    assert.deepEqual(
      unused(given, [used("komga", "zoe@example.net"), used("wiki", "zoe@example.net")]).map(
        (one) => one.split(" ")[0],
      ),
      ["any"],
    );
  });
});

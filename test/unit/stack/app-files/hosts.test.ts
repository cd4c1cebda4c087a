import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { beyondHosts, hostsOf } from "../../../../stack/app-files/hosts.ts";
import { loadFromText } from "../../../../stack/load.ts";
import { besideAmong } from "../../../../stack-file/beside.ts";
import { placeText } from "../../../../stack-file/place.ts";
import { orProblems, StackFileError } from "../../../../stack-file/problems.ts";
import { goodStack, put } from "../base.ts";

type Content = Record<string, unknown>;

const path = "teams/shop.yaml";
const shop: Content = {
  namespace: "shop",
  service: { name: "shop", port: 80 },
  access: { groups: ["staff"] },
};

const problemsOf = (app: Content, hosts: string[], whole: Content = { domain: "example.org" }): string[] =>
  beyondHosts({ path, raw: { apps: { shop: { ...shop, ...app } } } }, hosts, whole).map(
    ({ at, message }) => `${at}: ${message}`,
  );

const refused = (app: Content, hosts: string[], whole?: Content): string[] =>
  problemsOf(app, hosts, whole).map((line) => line.slice(0, line.indexOf(": ")));

/** A stack with one app file, or its problems. */
function load(limits: Content, file: Content, change: (main: Content) => void = () => {}) {
  const main = put(goodStack(), "appFiles", { [path]: limits });
  put(main, "accessTests.strict", false);
  change(main);
  const beside = besideAmong(new Map([[path, stringify(file)]]));
  const text = stringify({ config: main });
  return orProblems(() => loadFromText("Pulumi.test.yaml", text, { beside, plain: () => false }));
}

/** Whether a host lies in a limit, label by label from the end. */
function liesIn(host: string, limit: string): boolean {
  const [labels, own] = [host, limit].map((name) => name.split(".").reverse());
  if (own!.at(-1) !== "*") return host === limit;
  const domain = own!.slice(0, -1);
  return labels!.length > domain.length && domain.every((label, i) => labels![i] === label);
}

describe("an app file that is limited to hosts", () => {
  it("has apps with these hosts, as their host or as a further one", () => {
    const hosts = ["shop.example.org", "*.shop.example.net"];
    for (const app of [
      {},
      { host: "shop.example.org" },
      { host: "a.shop.example.net", aliases: ["b.c.shop.example.net", "shop.example.org"] },
      { host: "*.shop.example.net", aliases: ["*.c.shop.example.net"] },
    ])
      assert.deepEqual(refused(app, hosts), []);
  });

  it("has no app with another host, whatever key says it", () => {
    const hosts = ["shop.example.org", "*.shop.example.net"];
    for (const host of [
      "pay.example.org",
      "a.shop.example.org",
      "myshop.example.org",
      "shop.example.net",
      "myshop.example.net",
      "*.example.net",
      "*.shop.example.org",
      "*.myshop.example.net",
    ]) {
      assert.deepEqual(refused({ host }, hosts), ["apps.shop.host"], host);
      assert.deepEqual(refused({ aliases: ["shop.example.org", host] }, hosts), ["apps.shop.aliases[1]"]);
    }
    assert.deepEqual(refused({}, ["wiki.example.org"]), ["apps.shop.host"]);
    assert.deepEqual(refused({}, hosts, { domain: "example.com" }), ["apps.shop.host"]);
  });

  it("is told which hosts it may have, and what to write", () => {
    assert.deepEqual(problemsOf({ host: "shpo.example.org" }, ["pay.example.org", "shop.example.org"]), [
      "apps.shop.host: shpo.example.org is not among the hosts of teams/shop.yaml: it may have pay.example.org, shop.example.org only, by appFiles in the stack file; write shop.example.org, or have this host added there",
    ]);
    assert.deepEqual(problemsOf({}, ["*.shop.example.net"]), [
      "apps.shop.host: shop.example.org is not among the hosts of teams/shop.yaml: it may have *.shop.example.net only, by appFiles in the stack file; write host: shop.shop.example.net, or have this host added there",
    ]);
    assert.match(
      problemsOf({ host: "x.example.com" }, ["pay.example.org"])[0]!,
      /; write one of them, or have this host added there$/,
    );
    const many = Array.from({ length: 30 }, (_, i) => `h${i}.example.org`);
    assert.match(
      problemsOf({ host: "x.example.com" }, many)[0]!,
      /may have h0\.example\.org, .*, h4\.example\.org and 25 more only/,
    );
  });

  it("takes no host by an annotation or a route setting, nor by an entry of the stack's catalogue", () => {
    const hosts = ["shop.example.org"];
    const annotations = { "external-dns.alpha.kubernetes.io/hostname": "pay.example.org" };
    assert.deepEqual(problemsOf({ annotations }, hosts), [
      "apps.shop.annotations: other tools make names of any host from annotations, as external-dns does; teams/shop.yaml is limited to the host shop.example.org: remove this, or move the app to the stack file",
    ]);
    const route = { subtle_allow_empty_host: true, timeout: "0s" };
    assert.deepEqual(refused({ route, paths: { "/x": { route } } }, hosts), [
      "apps.shop.route.subtle_allow_empty_host",
      'apps.shop.paths["/x"].route.subtle_allow_empty_host',
    ]);
    const whole = { domain: "example.org", catalogue: { shop: { route }, portal: { route } } };
    assert.deepEqual(problemsOf({}, hosts, whole), [
      'apps.shop.profile: the catalogue entry "shop" sets subtle_allow_empty_host, which takes every host; teams/shop.yaml is limited to the host shop.example.org: write profile: none, or move the app to the stack file',
    ]);
    assert.deepEqual(refused({ profile: "portal" }, hosts, whole), ["apps.shop.profile"]);
    assert.deepEqual(refused({ profile: "none" }, hosts, whole), []);
  });

  it("may set everything else, if it is not limited to namespaces as well", () => {
    const app = {
      access: "public",
      namespace: "kube-system",
      labels: { a: "b" },
      route: { mcp_client: true },
      isolate: false,
    };
    assert.deepEqual(refused(app, ["shop.example.org"]), []);
  });

  it("may have any form: what has the wrong one is left to the schema", () => {
    for (const apps of [
      null,
      3,
      [],
      { shop: null },
      { shop: { host: 3, aliases: "x.example.org", paths: [], route: "x" } },
    ])
      assert.deepEqual(
        beyondHosts({ path, raw: { apps } }, ["shop.example.org"], { domain: "example.org" })
          .map(({ at }) => at)
          .filter((at) => at !== "apps.shop.aliases"),
        [],
      );
    // Without a domain, nobody knows the host of an app that has no host of its own.
    for (const domain of [undefined, null, 3]) {
      assert.deepEqual(hostsOf("shop", shop, domain), []);
      assert.deepEqual(refused({}, ["x.example.org"], { domain }), []);
    }
  });

  it("is refused with the file, the line and no second problem about the same key", () => {
    const app = { ...shop, host: "pay.example.com", annotations: { a: "b" } };
    const found = load(
      { namespaces: ["shop"], hosts: ["shop.example.org"] },
      { users: { groups: { staff: ["dave@example.org"] } }, apps: { shop: app } },
    );
    assert.ok(found instanceof StackFileError);
    assert.deepEqual(
      found.problems.map(({ at, place }) => `${placeText(place)} ${at}`),
      ["teams/shop.yaml:14:5 apps.shop.host", "teams/shop.yaml:15:5 apps.shop.annotations"],
    );
  });

  it("is told what is no host name, and not to have it added", () => {
    const hosts = ["shop.example.org"];
    for (const host of [
      "SHOP.example.org",
      "shop.example.org.",
      "shop.example.org:443",
      "bücher.example.org",
      "https://shop.example.org",
      "*.",
    ])
      for (const app of [{ host }, { aliases: [host] }]) {
        const found = load({ hosts }, { apps: { shop: { ...shop, access: "admins", ...app } } });
        assert.ok(found instanceof StackFileError);
        assert.deepEqual(
          found.problems.map(({ message }) => message.slice(0, 18)),
          ["is not a host name"],
          host,
        );
      }
  });

  it("is told that its host is misspelled, and nothing about the host that an app has without one", () => {
    for (const [key, host, at] of [
      ["hst", "shop.example.net", ["apps.shop.hst"]],
      ["Host", "shop.example.net", ["apps.shop.Host"]],
      ["xyz", "shop.example.net", ["apps.shop.host", "apps.shop.xyz"]],
    ] as const) {
      const found = load({ hosts: [host] }, { apps: { shop: { ...shop, access: "admins", [key]: host } } });
      assert.ok(found instanceof StackFileError);
      assert.deepEqual(
        found.problems.map((problem) => problem.at),
        at,
        key,
      );
    }
  });

  it("may have a wildcard of its hosts, also if it is limited to namespaces", () => {
    const file = (host: string): Content => ({
      users: { groups: { staff: ["dave@example.org"] } },
      apps: { shop: { ...shop, host } },
    });
    const wildcard = (main: Content): void => {
      put(main, 'certificates.zones["example.org"].wildcard', true);
    };
    const hosts = ["*.shop.example.org"];
    assert.ok(
      !(load({ namespaces: ["shop"], hosts }, file("*.shop.example.org"), wildcard) instanceof Error),
    );
    for (const limits of [{ namespaces: ["shop"] }, { namespaces: ["shop"], hosts: ["shop.example.org"] }])
      assert.match(String(load(limits, file("*.shop.example.org"), wildcard)), /apps\.shop\.host/);
  });

  it("is limited by host names alone: the stack file is refused with anything else", () => {
    const refusal = (hosts: unknown): string => String(load({ hosts }, { apps: { shop } }));
    assert.match(refusal([]), /appFiles\["teams\/shop\.yaml"\]\.hosts +is empty: name at least one host/);
    for (const host of ["*", "https://shop.example.org", "shop.*.org", "shop.example.org:443"])
      assert.match(refusal([host]), /appFiles\["teams\/shop\.yaml"\]\.hosts\[0\] +is not a host name/, host);
  });

  const domains = [
    "example.org",
    "shop.example.org",
    "a.shop.example.org",
    "myshop.example.org",
    "example.net",
  ];
  const host = fc.oneof(
    fc.constantFrom(...domains, "x.shop.example.org", "pay.example.net"),
    fc.constantFrom(...domains).map((domain) => `*.${domain}`),
    fc.tuple(fc.constantFrom("a", "b", "shop"), fc.constantFrom(...domains)).map((parts) => parts.join(".")),
  );
  const limit = fc.uniqueArray(host, { minLength: 1, maxLength: 4 });
  const hostKeys = fc.record(
    { host, aliases: fc.uniqueArray(host, { minLength: 1, maxLength: 3 }) },
    { requiredKeys: [], noNullPrototype: true },
  );
  const names = fc.constantFrom("shop", "pay", "a", "b");

  it("is refused exactly the hosts outside, wherever an app says them", () => {
    fc.assert(
      fc.property(limit, fc.dictionary(names, hostKeys, { noNullPrototype: true }), (hosts, apps) => {
        const said = Object.entries(apps).flatMap(
          ([name, { host = `${name}.example.org`, aliases = [] }]) => [
            [`apps.${name}.host`, host],
            ...aliases.map((alias, i) => [`apps.${name}.aliases[${i}]`, alias]),
          ],
        );
        assert.deepEqual(
          beyondHosts({ path, raw: { apps } }, hosts, { domain: "example.org" }).map(({ at }) => at),
          said.filter(([, one]) => !hosts.some((each) => liesIn(one!, each))).map(([at]) => at),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("never gives a stack an app with a host outside", () => {
    const rarely = <T>(value: T): fc.Arbitrary<T | undefined> =>
      fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constant(value) },
      );
    const app = fc.record({
      host: fc.option(host, { nil: undefined }),
      aliases: fc.option(fc.uniqueArray(host, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 2 }),
      paths: rarely({ "/x": { access: "admins", route: { timeout: "0s" } } }),
      route: rarely({ subtle_allow_empty_host: true }),
      annotations: rarely({ "external-dns.alpha.kubernetes.io/hostname": "pay.example.net" }),
      tls: rarely({ existing: "any" }),
      profile: rarely("all"),
    });
    const wide = fc.constantFrom("*.example.org", "*.shop.example.org", "*.example.net");
    const limits = fc.tuple(fc.uniqueArray(fc.oneof(wide, host), { minLength: 1 }), fc.boolean());
    let accepted = 0;
    let outside = 0;
    fc.assert(
      fc.property(
        limits,
        fc.dictionary(names, app, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
        ([hosts, isNarrow], apps) => {
          const file = {
            users: { groups: { staff: ["dave@example.org"] } },
            apps: Object.fromEntries(Object.entries(apps).map(([name, own]) => [name, { ...shop, ...own }])),
          };
          const found = load({ hosts, ...(isNarrow ? { namespaces: ["shop"] } : {}) }, file, (main) =>
            put(main, "catalogue", { all: { route: { subtle_allow_empty_host: true } } }),
          );
          const isOutside = (one: string): boolean => !hosts.some((each) => liesIn(one, each));
          if (found instanceof StackFileError) {
            if (found.message.includes("is not among the hosts of")) outside++;
            return;
          }
          accepted++;
          const own = found.apps.filter(({ at }) => found.placeOf(at)?.file === path);
          assert.ok(own.length >= Object.keys(apps).length);
          assert.deepEqual(own.map(({ host }) => host).filter(isOutside), []);
          for (const { metadata, route, paths } of own) {
            assert.deepEqual(metadata.annotations, {});
            for (const each of [route, ...paths.map((one) => one.route)])
              assert.equal(each.subtle_allow_empty_host, undefined);
          }
        },
      ),
      { numRuns: 120 },
    );
    assert.ok(accepted >= 10 && outside >= 10, `${accepted} accepted, ${outside} outside`);
  });
});

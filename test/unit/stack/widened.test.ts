import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { AppFileLimits } from "../../../stack/app-files/config.ts";
import { widenedFiles } from "../../../stack/widened.ts";

const file = "teams/shop.yaml";

const between = (before: AppFileLimits | undefined, after: AppFileLimits): string[] =>
  widenedFiles(
    { appFiles: before === undefined ? {} : { [file]: before } },
    { appFiles: { [file]: after } },
  ).map(({ at, message }) => `${at.slice(`appFiles["${file}"]`.length)} ${message}`.trim());

describe("the limits of an app file", () => {
  it("are wider with another namespace, which is named", () => {
    assert.deepEqual(between({ namespaces: ["shop"] }, { namespaces: ["shop", "kube-system"] }), [
      ".namespaces teams/shop.yaml may now set apps in namespace kube-system",
    ]);
    assert.deepEqual(between({ namespaces: ["a"] }, { namespaces: ["b", "c", "d", "e"] }), [
      ".namespaces teams/shop.yaml may now set apps in namespaces b, c, d and 1 more",
    ]);
  });

  it("are wider with another host, but not with one that an entry covers already", () => {
    const hosts = ["*.shop.example.org"];
    assert.deepEqual(between({ hosts }, { hosts: [...hosts, "pay.example.org"] }), [
      ".hosts teams/shop.yaml may now have the host pay.example.org",
    ]);
    assert.deepEqual(between({ hosts }, { hosts: ["*.example.org"] }), [
      ".hosts teams/shop.yaml may now have the host *.example.org",
    ]);
    assert.deepEqual(
      between({ hosts }, { hosts: [...hosts, "a.shop.example.org", "*.a.shop.example.org"] }),
      [],
    );
  });

  it("are wider if one goes away", () => {
    const both = { namespaces: ["shop"], hosts: ["shop.example.org"] };
    assert.deepEqual(between(both, { namespaces: ["shop"] }), [
      ".hosts teams/shop.yaml may now have every free host",
    ]);
    assert.deepEqual(between(both, { hosts: both.hosts }), [
      ".namespaces teams/shop.yaml may now set apps in every namespace, with everything that an app may do",
    ]);
    assert.equal(between(both, {}).length, 2);
  });

  it("are wider with a wildcard, which a file without hosts could not have", () => {
    const namespaces = ["shop"];
    assert.deepEqual(
      between({ namespaces }, { namespaces, hosts: ["shop.example.org", "*.shop.example.org"] }),
      [".hosts teams/shop.yaml may now have the host *.shop.example.org"],
    );
    assert.deepEqual(between({}, { hosts: ["*.shop.example.org"] }), []);
  });

  it("are said for a new file, and not for one that goes or becomes narrower", () => {
    assert.deepEqual(
      between(undefined, { namespaces: ["shop"], hosts: ["a.example.org", "b.example.org"] }),
      [
        "teams/shop.yaml is new: it may set apps in namespace shop, with the hosts a.example.org, b.example.org",
      ],
    );
    assert.deepEqual(between(undefined, {}), [
      "teams/shop.yaml is new: it may set apps in every namespace, with everything that an app may do, with every free host",
    ]);
    assert.deepEqual(between({}, { namespaces: ["shop"] }), []);
    assert.deepEqual(widenedFiles({ appFiles: { [file]: {} } }, { appFiles: {} }), []);
    assert.deepEqual(widenedFiles(undefined, { appFiles: { [file]: {} } }), []);
  });

  it("never become wider without a word", () => {
    const namespaces = ["shop", "wiki", "docs"];
    const hosts = [
      "shop.example.org",
      "*.shop.example.org",
      "*.a.shop.example.org",
      "*.example.org",
      "a.example.net",
    ];
    const limits = fc.record(
      {
        namespaces: fc.subarray(namespaces, { minLength: 1 }),
        hosts: fc.subarray(hosts, { minLength: 1 }),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    // Hosts and wildcards that an app may have.
    const some = [
      ...hosts,
      "x.shop.example.org",
      "x.a.shop.example.org",
      "x.example.org",
      "*.b.example.org",
      "b.example.net",
    ];
    const mayHave = (host: string, { namespaces: own, hosts: all }: AppFileLimits): boolean =>
      all === undefined
        ? own === undefined || !host.startsWith("*")
        : all.some((one) => one === host || (one.startsWith("*") && host.endsWith(one.slice(1))));
    fc.assert(
      fc.property(limits, limits, (before, after) => {
        const isWider =
          namespaces.some(
            (one) => before.namespaces?.includes(one) === false && after.namespaces?.includes(one) !== false,
          ) ||
          (before.namespaces !== undefined && after.namespaces === undefined) ||
          some.some((host) => mayHave(host, after) && !mayHave(host, before));
        assert.equal(between(before, after).length > 0, isWider);
      }),
      { numRuns: 1000 },
    );
  });
});

import { strict as assert } from "node:assert";
import { type Isolating, loosened } from "../../../../components/network-policies/loosened.ts";
import { goodStack, parse, put, type Raw } from "../../stack/base.ts";

/** What a change of a stack with isolated apps lets past Pomerium. */
function changed(change: (raw: Raw) => void, before: (raw: Raw) => void = () => {}): string[] {
  const [then, now] = [0, 1].map(() => put(goodStack(), "isolate", true));
  before(then!);
  before(now!);
  change(now!);
  return loosened(parse(then), parse(now)).map(({ at, message }) => `${at}: ${message}`);
}

describe("the callers in the cluster that a change lets past Pomerium", () => {
  it("are all pods, if an app is no longer isolated", () => {
    const says =
      "monitoring/wiki is no longer isolated: every pod of the cluster may connect there, past Pomerium";
    assert.deepEqual(
      changed((raw) => put(raw, "apps.wiki.isolate", false)),
      [`apps.wiki.isolate: ${says}`],
    );
    assert.deepEqual(
      changed(
        (raw) => put(raw, "apps.wiki.isolate", undefined),
        (raw) => put(put(raw, "isolate", false), "apps.wiki.isolate", true),
      ),
      [`apps.wiki.isolate: ${says}`],
    );
  });

  it("are one line, however many apps are no longer isolated", () => {
    assert.deepEqual(
      changed((raw) => put(raw, "isolate", false)),
      [
        "apps.komga.isolate: komga/komga-svc, monitoring/influxdb-svc, monitoring/wiki are no longer isolated: every pod of the cluster may connect there, past Pomerium",
      ],
    );
  });

  it("are all pods for a new app that is not isolated as the others are", () => {
    const added = (isolate: boolean) => (raw: Raw) =>
      put(raw, "apps.notes", {
        namespace: "notes",
        service: { name: "n", port: 80 },
        access: "admins",
        isolate,
      });
    const tested = (raw: Raw) => put(raw, "accessTests.strict", false);
    assert.deepEqual(changed(added(false), tested), [
      "apps.notes.isolate: notes/n is new and not isolated: every pod of the cluster may connect there, past Pomerium",
    ]);
    assert.deepEqual(changed(added(true), tested), []);
    assert.deepEqual(
      changed(added(false), (raw) => put(tested(raw), "isolate", false)),
      [],
    );
  });

  it("are those that allowFrom newly names, for one app or for all", () => {
    const own = [{ namespace: "backup" }, "prometheus"];
    assert.deepEqual(
      changed(
        (raw) => put(raw, "apps.wiki.allowFrom", own),
        (raw) => put(raw, "apps.wiki.allowFrom", ["prometheus"]),
      ),
      ["apps.wiki.allowFrom: namespace backup may now connect to monitoring/wiki, past Pomerium"],
    );
    assert.deepEqual(
      changed((raw) => put(raw, "allowFrom", ["nodes", { network: "10.0.0.0/8" }])),
      [
        "apps.komga.allowFrom: the nodes, 10.0.0.0/8 may now connect to komga/komga-svc, monitoring/influxdb-svc, monitoring/wiki, past Pomerium",
      ],
    );
  });

  it("are all pods, if an isolated app leads to another Service, which may have the same pods", () => {
    const isolated = (raw: Raw) => put(put(raw, "isolate", false), "apps.wiki.isolate", true);
    const moved = (isolate: boolean) => (raw: Raw) =>
      put(put(raw, "apps.wiki.service.name", "wiki-v2"), "apps.wiki.isolate", isolate);
    assert.deepEqual(changed(moved(false), isolated), [
      "apps.wiki.isolate: monitoring/wiki-v2 is new and not isolated: every pod of the cluster may connect there, past Pomerium",
    ]);
    assert.deepEqual(changed(moved(true), isolated), []);
    assert.deepEqual(
      changed(moved(false), (raw) => put(raw, "isolate", false)),
      [],
    );
  });

  it("are not those that allowFrom included before", () => {
    const pods = (labels: object, namespace = "backup") => ({ namespace, pods: labels });
    const network = (of: string) => ({ network: of });
    const between = (old: unknown, now: unknown): number =>
      changed(
        (raw) => put(raw, "apps.wiki.allowFrom", [now]),
        (raw) => put(raw, "apps.wiki.allowFrom", [old]),
      ).length;
    const app = { app: "borg" };
    for (const [wide, narrow] of [
      [{ namespace: "backup" }, pods(app)],
      [pods({}), { namespace: "backup" }],
      [pods(app), pods({ ...app, tier: "a" })],
      ["prometheus", pods({ "app.kubernetes.io/name": "prometheus" }, "monitoring")],
      [network("10.0.0.0/8"), network("10.1.0.0/16")],
      [network("10.0.0.0/8"), network("10.1.2.3")],
      [network("fd00::/8"), network("fd12::/64")],
    ])
      assert.equal(between(wide, narrow), 0, JSON.stringify([wide, narrow]));
    for (const [narrow, wide] of [
      [pods(app), { namespace: "backup" }],
      [pods(app), pods({})],
      [pods(app), pods({ app: "restic" })],
      [pods(app), pods(app, "other")],
      [pods({ "app.kubernetes.io/name": "prometheus" }, "monitoring"), "prometheus"],
      ["prometheus", "nodes"],
      ["prometheus", pods(app)],
      [network("10.1.0.0/16"), network("10.0.0.0/8")],
      [network("10.1.2.3"), network("10.1.2.4")],
      [network("0.0.0.0/0"), network("::/0")],
      [network("0.0.0.0/0"), "nodes"],
    ])
      assert.equal(between(narrow, wide), 1, JSON.stringify([narrow, wide]));
  });

  it("are none if an app goes, becomes isolated, or is renamed", () => {
    assert.deepEqual(
      changed((raw) =>
        put(put(put(raw, "apps.wiki", undefined), "accessTests.apps.wiki", undefined), "tunnels", {}),
      ),
      [],
    );
    assert.deepEqual(
      changed(
        (raw) => put(raw, "isolate", true),
        (raw) => put(raw, "isolate", false),
      ),
      [],
    );
    assert.deepEqual(
      changed((raw) => {
        const { wiki, ...apps } = raw.apps as Raw;
        put(put(put(raw, "apps", { ...apps, notes: wiki }), "accessTests", {}), "tunnels", {});
      }),
      [],
    );
  });

  it("are not said of the verify page, which is never isolated", () => {
    const side = (apps: Isolating["apps"]): Isolating => ({ apps, isolation: [], isolate: true });
    const verify = { key: "v", at: "apps.v", namespace: "pomerium", service: { name: "verify", port: 8000 } };
    assert.deepEqual(loosened(side([]), side([verify])), []);
    assert.equal(loosened(side([]), side([{ ...verify, namespace: "other" }])).length, 1);
    assert.deepEqual(loosened(undefined, side([verify])), []);
  });
});

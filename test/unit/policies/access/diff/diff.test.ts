import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { type AccessDiff, diffAccess } from "../../../../../policies/access/diff/diff.ts";
import { failOn } from "../../../../../policies/access/diff/fail-on.ts";
import { mirrors, type Row } from "../../../../../policies/access/diff/rows.ts";
import { anonymous, decider, stranger } from "../../../../../policies/access/matrix/decider.ts";
import { fromIngress } from "../../../../../policies/access/matrix/ingress.ts";
import { mentionsOf } from "../../../../../policies/access/matrix/mentions.ts";
import { probes } from "../../../../../policies/access/matrix/probes.ts";
import type { View } from "../../../../../policies/access/matrix/view.ts";
import { type Directory, everybody } from "../../../../../policies/access/people.ts";
import { claimOf } from "../../../../../policies/access/principals.ts";
import type { Policy } from "../../../../../policies/language/types.ts";
import { apiOnly, apps, directory, open, people, raw, type SampleApp, view } from "../matrix/sample.ts";
import { type SampleStack, stacks } from "../matrix/stacks.ts";

const text = ({ kind, person, host, path, before, after }: Row): string =>
  `${kind} ${person} ${host}${path} ${before} → ${after}`;

function changes(before: SampleApp[], after: SampleApp[], was?: Directory, is?: Directory): string[] {
  return diffAccess(view("before", before, was), view("after", after, is)).rows.map(text);
}

const withGroup = (group: string, emails: string[]): Directory => ({
  ...directory,
  groups: { ...directory.groups, [group]: emails },
});

describe("the access diff", () => {
  it("a person added to a group gains every app of the group and nothing else", () => {
    const is = withGroup("readers", ["carol@example.org", "alice@gmail.com", "bob@gmail.com"]);
    const some = (of: Directory) => [
      people("komga", { groups: ["readers"] }, { of }),
      people("grafana", { groups: ["readers"] }, { of }),
      people("ryot", {}, { of }),
    ];
    const { rows } = diffAccess(view("before", some(directory)), view("after", some(is), is));
    assert.deepEqual(
      rows.map((row) => `${text(row)} ${row.keyPath} ${row.reason}`),
      ["komga", "grafana"].map(
        (app) => `gain bob@gmail.com ${app}.example.org/ deny → allow users.groups.readers[2] group readers`,
      ),
    );
  });

  describe("of a host below an app with a wildcard", () => {
    const at = (app: SampleApp, host: string): SampleApp => ({ ...app, host });
    const gateway = at(people("gateway", { groups: ["readers"] }), "*.example.org");
    const lines = (before: SampleApp[], after: SampleApp[]): string[] =>
      diffAccess(view("before", before), view("after", after)).rows.map(
        (row) => `${text(row)}; ${row.reason}`,
      );

    it("says who gains the host when its own app goes, and who loses it when it comes", () => {
      const secret = people("secret");
      const who = ["carol@example.org", "alice@gmail.com"];
      assert.deepEqual(
        lines([gateway, secret], [gateway]),
        who.map(
          (one) =>
            `gain ${one} secret.example.org/ deny → allow; gateway answers there now, in place of secret: group readers`,
        ),
      );
      assert.deepEqual(
        changes([gateway], [gateway, secret]),
        who.map((one) => `loss ${one} secret.example.org/ allow → deny`),
      );
    });

    it("says nothing when both let in the same people", () => {
      assert.deepEqual(lines([gateway, people("books", { groups: ["readers"] })], [gateway]), []);
    });

    it("says that it becomes public where the wildcard is", () => {
      const all = at(open("gateway"), "*.example.org");
      assert.deepEqual(changes([all, people("secret")], [all]), [
        "public anonymous secret.example.org/ deny → allow",
      ]);
    });

    it("says that it becomes public if it is a wildcard below, first by the alphabet or not", () => {
      const all = at(open("gateway"), "*.example.org");
      for (const host of ["*.lab.example.org", "*.dev.example.org", "*.zoo.dev.example.org"]) {
        const secret = at(people("secret"), host);
        const opens = (before: SampleApp[]): boolean =>
          changes(before, [all]).includes(`public anonymous ${host}/ deny → allow`);
        assert.ok(opens([secret]), host);
        // The outer wildcard answered before too, unless it was the second one.
        assert.equal(opens([all, secret]), host < all.host, host);
      }
    });

    it("says who gains it although an Ingress for every host cannot be read", () => {
      const any = (annotations: Record<string, string>): View => ({
        name: "live",
        apps: [fromIngress({ namespace: "any", name: "any", host: "*", annotations })],
      });
      const everybody = "ingress.pomerium.io/allow_public_unauthenticated_access";
      for (const [secret, expected] of [
        [open("secret"), "public anonymous secret.example.org/ absent → allow"],
        [people("secret"), "gain admin-user@gmail.com secret.example.org/ absent → allow"],
      ] as const) {
        const after = view("after", [secret]);
        const rows = diffAccess(any({ [everybody]: "perhaps" }), after).rows.map(text);
        assert.ok(rows.includes(expected), rows.join("\n"));
      }
      // What everybody reached before is no news.
      const rows = diffAccess(any({ [everybody]: "true" }), view("after", [open("secret")])).rows.map(text);
      assert.ok(!rows.some((row) => row.includes("secret")), rows.join("\n"));
    });

    it("says that it does not answer any more when both go, or the wildcard is of another domain", () => {
      const other = at(gateway, "*.example.net");
      const gone =
        "unreachable everybody secret.example.org/ allow → absent; secret does not answer there any more";
      assert.ok(lines([other, people("secret")], [other]).includes(gone));
      assert.ok(lines([gateway, people("secret")], []).includes(gone));
    });
  });

  it("a route of the front page alone that becomes one of the whole host opens the rest", () => {
    const annotations = { "ingress.pomerium.io/allow_public_unauthenticated_access": "true" };
    const one = (exact: boolean): View => ({
      name: "live",
      apps: [
        fromIngress({
          ...{ namespace: "wiki", name: "wiki", host: "wiki.example.org", annotations },
          paths: [{ path: "/", exact }],
        }),
      ],
    });
    const opened = "opened anonymous wiki.example.org/x deny → allow";
    assert.deepEqual(diffAccess(one(true), one(false)).rows.map(text), [opened]);
    assert.equal(diffAccess(one(false), one(true)).rows.length, 1);
    assert.deepEqual(diffAccess(one(true), one(true)).rows, []);
  });

  it("the open paths of an app that becomes public leave the count, and those of an app that stops being so enter it", () => {
    const api = [{ path: "/api" }, { path: "/rest" }];
    const mixed = [people("komga", {}, { api }), people("navidrome", {}, { api: [{ path: "/rest" }] })];
    const turned = [open("komga"), mixed[1]!];
    const both = { paths: 3, apps: 2 };
    const one = { paths: 1, apps: 1 };
    assert.deepEqual(diffAccess(view("before", mixed), view("after", turned)).open, {
      ...one,
      before: both,
      entered: 0,
      left: 2,
    });
    assert.deepEqual(diffAccess(view("before", turned), view("after", mixed)).open, {
      ...both,
      before: one,
      entered: 2,
      left: 0,
    });
  });

  it("open paths are unchanged when only people change, and counted one by one when as many come as go", () => {
    const komga = (path: string, users: string[]) => [people("komga", { users }, { api: [{ path }] })];
    const count = (before: SampleApp[], after: SampleApp[]) => {
      const { entered, left } = diffAccess(view("before", before), view("after", after)).open;
      return [entered, left];
    };
    assert.deepEqual(count(komga("/api", []), komga("/api", ["dave@example.org"])), [0, 0]);
    assert.deepEqual(count(komga("/api", []), komga("/opds", [])), [1, 1]);
  });

  it("what was open, what entered and what left add up to what is open, whatever changes", () => {
    fc.assert(
      fc.property(stacks, stacks, (before: SampleStack, after: SampleStack) => {
        const { open: is } = diffAccess(
          view("before", before.apps, before.directory),
          view("after", after.apps, after.directory),
        );
        assert.equal(is.before.paths + is.entered - is.left, is.paths);
      }),
    );
  });

  it("a person who loses access is listed with the reason, and with the line that would let them in again", () => {
    const komga = (of: Directory, named: object) => [people("komga", named, { of })];
    const reasons = (before: SampleApp[], after: SampleApp[], is = directory): string[] =>
      diffAccess(view("before", before), view("after", after, is)).rows.map(
        ({ kind, person, reason, keyPath }) => `${kind} ${person}: ${reason} (${keyPath})`,
      );
    const smaller = withGroup("readers", ["alice@gmail.com"]);
    const readers = komga(directory, { groups: ["readers"] });
    assert.deepEqual(reasons(readers, komga(smaller, { groups: ["readers"] }), smaller), [
      "loss carol@example.org: removed from group readers (users.groups.readers)",
    ]);
    assert.deepEqual(
      reasons(readers, komga(directory, {})),
      [
        "loss alice@gmail.com: the app no longer names group readers (apps.komga.access.groups)",
        "loss carol@example.org: the app no longer names group readers (apps.komga.access.groups)",
      ].toReversed(),
    );
    const other = { ...directory, admins: ["root@example.org"] };
    assert.deepEqual(reasons(komga(directory, {}), komga(other, {}), other), [
      "gain root@example.org: admin (users.admins[0])",
      "loss admin-user@gmail.com: no longer an admin (users.admins)",
    ]);
    assert.deepEqual(reasons(komga(directory, { users: ["dave@example.org"] }), komga(directory, {})), [
      "loss dave@example.org: no longer named (apps.komga.access)",
    ]);
    const inside = [people("komga", {}, { from: ["10.0.0.0/8"] })];
    assert.deepEqual(reasons(komga(directory, {}), inside), [
      "loss admin-user@gmail.com: only from 10.0.0.0/8 (apps.komga.access.from)",
    ]);
  });

  it("an app that becomes public is one row, not one for each person", () => {
    assert.deepEqual(changes([people("site")], [open("site")]), [
      "public anonymous site.example.org/ deny → allow",
    ]);
    assert.deepEqual(changes([open("site")], [people("site")]), [
      "private anonymous site.example.org/ allow → deny",
    ]);
  });

  it("an app that opens to any signed-in stranger is a gain of the stranger", () => {
    const gmail = [
      raw("verify", [
        { allow: { or: [{ email: "admin-user@gmail.com" }, { email: { ends_with: "@gmail.com" } }] } },
      ]),
    ];
    assert.deepEqual(changes([people("verify")], gmail), ["gain stranger verify.example.org/ deny → allow"]);
  });

  it("lists API paths opened and closed to anonymous callers, each once", () => {
    const komga = (...paths: string[]) => [people("komga", {}, { api: paths.map((path) => ({ path })) })];
    assert.deepEqual(changes(komga("/opds"), komga("/api", "/api/v1")), [
      "opened anonymous komga.example.org/api deny → allow",
      "closed anonymous komga.example.org/opds allow → deny",
    ]);
    // The prefix covers it already.
    assert.deepEqual(changes(komga("/api"), komga("/api", "/api/v1")), []);
  });

  it("lists a prefix that loses its boundary, with the neighbour that it opens", () => {
    const bound: Policy = [
      { allow: { or: [{ http_path: "/api" }, { http_path: { starts_with: "/api/" } }] } },
    ];
    const loose: Policy = [{ allow: { or: [{ http_path: { starts_with: "/api" } }] } }];
    const { rows } = diffAccess(view("before", [raw("komga", bound)]), view("after", [raw("komga", loose)]));
    assert.deepEqual(
      rows.map(({ kind, paths }) => [kind, paths]),
      [["opened", ["/apixyz"]]],
    );
  });

  it("an app that is removed is unreachable, and everybody who reached it loses it", () => {
    assert.deepEqual(changes([people("ryot", { users: ["dave@example.org"] })], []), [
      "unreachable everybody ryot.example.org/ allow → absent",
      "loss admin-user@gmail.com ryot.example.org/ allow → absent",
      "loss dave@example.org ryot.example.org/ allow → absent",
    ]);
  });

  it("an app that keeps its route but lets nobody in is unreachable too", () => {
    assert.deepEqual(changes([apiOnly("influxdb", [{ path: "/write" }])], [apiOnly("influxdb", [])]), [
      "unreachable everybody influxdb.example.org/ allow → deny",
      "closed anonymous influxdb.example.org/write allow → deny",
    ]);
  });

  it("an app that changes nothing but its name changes nobody's access", () => {
    const after = view("after", [{ ...people("komga"), name: "books", at: "apps.books" }]);
    assert.deepEqual(diffAccess(view("before", [people("komga")]), after).rows, []);
  });

  it("networks taken away open the app to people elsewhere", () => {
    const { rows } = diffAccess(
      view("before", [people("unifi", {}, { from: ["10.244.0.0/16"] })]),
      view("after", [people("unifi")]),
    );
    assert.deepEqual(
      rows.map((row) => `${text(row)} ${row.from}`),
      ["gain admin-user@gmail.com unifi.example.org/ deny → allow elsewhere"],
    );
  });

  it("from what cannot be decided to allowed is a gain, the other way a loss that says unknown", () => {
    const claims = [raw("headlamp", [{ allow: { or: [{ "claim/groups": "staff" }] } }])];
    const named = [raw("headlamp", [{ allow: { or: [{ email: "alice@gmail.com" }] } }])];
    assert.deepEqual(changes(claims, named), [
      "gain alice@gmail.com headlamp.example.org/ unknown → allow",
      "loss claim:groups=staff headlamp.example.org/ allow → deny",
    ]);
    assert.deepEqual(changes(named, claims), [
      "gain claim:groups=staff headlamp.example.org/ deny → allow",
      "loss alice@gmail.com headlamp.example.org/ allow → unknown",
    ]);
  });

  it("policies on the cluster are compared with the stack file, host by host", () => {
    const live: View = {
      name: "live",
      apps: [
        fromIngress({
          namespace: "komga",
          name: "komga",
          host: "komga.example.org",
          annotations: { "ingress.pomerium.io/policy": "allow:\n  or:\n    - email: mallory@example.org\n" },
        }),
        fromIngress({
          namespace: "default",
          name: "broken",
          host: "broken.example.org",
          annotations: { "ingress.pomerium.io/policy": "permit: {}" },
        }),
      ],
    };
    const diff = diffAccess(live, view("now", [people("komga")]));
    assert.deepEqual(
      diff.rows.map((row) => `${text(row)} ${row.reason} (${row.keyPath})`),
      [
        "gain admin-user@gmail.com komga.example.org/ deny → allow admin (users.admins[0])",
        "loss mallory@example.org komga.example.org/ allow → deny no longer named (apps.komga.access)",
        "unreachable everybody broken.example.org/ unknown → absent broken does not answer there any more (Ingress default/broken)",
        "decided anonymous broken.example.org/ unknown → absent no app answers there ()",
      ].map((line) => line.replace("broken does", "default/broken does")),
    );
    assert.deepEqual(diff.unreadable, [
      {
        view: "live",
        at: "Ingress default/broken",
        reason: 'policy 1:1 unknown action "permit"; a rule is allow or deny; did you mean "allow"?',
      },
    ]);
  });

  it("counts what is public and open afterwards, changed or not", () => {
    const diff = diffAccess(view("before", apps), view("after", apps));
    assert.deepEqual(
      [diff.rows, diff.public, diff.open],
      [
        [],
        ["ddns-updater.example.org"],
        { paths: 6, apps: 3, before: { paths: 6, apps: 3 }, entered: 0, left: 0 },
      ],
    );
  });

  describe("for any two stacks", () => {
    const viewOf = (name: string, { apps: some, directory: of }: SampleStack): View => view(name, some, of);
    const bare = ({ rows }: AccessDiff) =>
      rows.map(({ kind, person, host, before, after, paths }) => ({
        kind,
        person,
        host,
        before,
        after,
        paths: paths.toSorted(),
      }));
    const sorted = (rows: object[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();

    it("is empty between a stack and itself, also if every app has another name", () => {
      fc.assert(
        fc.property(stacks, (one) => {
          assert.deepEqual(diffAccess(viewOf("a", one), viewOf("b", one)).rows, []);
          const renamed = one.apps.map((app) => ({ ...app, name: `${app.name}-2`, at: `${app.at}-2` }));
          assert.deepEqual(diffAccess(viewOf("a", one), viewOf("b", { ...one, apps: renamed })).rows, []);
        }),
      );
    });

    it("is the way back read from the other side", () => {
      fc.assert(
        fc.property(stacks, stacks, (one, other) => {
          const there = bare(diffAccess(viewOf("a", one), viewOf("b", other)));
          const back = bare(diffAccess(viewOf("b", other), viewOf("a", one))).map(
            ({ kind, before, after, ...row }) => ({
              kind: mirrors[kind],
              ...row,
              before: after,
              after: before,
            }),
          );
          const order = ({ kind, person, host, before, after, paths }: (typeof there)[number]) => ({
            kind,
            person,
            host,
            before,
            after,
            paths,
          });
          assert.deepEqual(sorted(back.map(order)), sorted(there.map(order)));
        }),
      );
    });

    it("has a row for every change, and none for what stays", () => {
      fc.assert(
        fc.property(stacks, stacks, (one, other) => {
          const [before, after] = [viewOf("a", one), viewOf("b", other)];
          const { rows } = diffAccess(before, after);
          const stateOf = (from: View) => {
            const asked = new Map(from.apps.map((app) => [app.host, decider(app)]));
            return (
              principal: string,
              host: string,
              probe: { path: string; method: string; sourceIp?: string },
            ) => asked.get(host)?.verdict(principal, probe).decision ?? "absent";
          };
          const [was, is] = [stateOf(before), stateOf(after)];
          const open = (state: string): string => (state === "absent" ? "deny" : state);
          const everyone = [
            ...everybody(one.directory),
            ...everybody(other.directory),
            "zoe@example.org",
            anonymous,
          ];
          for (const host of new Set([...before.apps, ...after.apps].map((app) => app.host)))
            for (const probe of probes(
              mentionsOf([...before.apps, ...after.apps].filter((app) => app.host === host)),
            ))
              for (const principal of everyone) {
                const [then, now] = [was(principal, host, probe), is(principal, host, probe)];
                const shared = [principal, `@${principal.split("@")[1]}`, stranger, anonymous];
                const told = rows.some(
                  ({ person, ...row }) =>
                    row.host === host &&
                    row.paths.includes(probe.path) &&
                    (claimOf(person) === undefined
                      ? shared.includes(person) &&
                        // Of a person who may have a claim, the stranger's row tells the side that is known.
                        [then, "unknown"].includes(then === "unknown" ? then : row.before) &&
                        [now, "unknown"].includes(now === "unknown" ? now : row.after)
                      : [then, now].includes("unknown")),
                );
                if (open(then) !== open(now))
                  assert.ok(told, `${principal} ${host}${probe.path} ${then} → ${now} is not told`);
              }
          for (const row of rows) assert.notEqual(open(row.before), open(row.after), text(row));
        }),
        { numRuns: 60 },
      );
    });

    it("has nothing but gains when a person joins a group", () => {
      fc.assert(
        fc.property(
          stacks,
          fc.constantFrom("readers", "listeners", "watchers"),
          ({ directory: was }, group) => {
            const is = {
              ...was,
              groups: { ...was.groups, [group]: [...(was.groups[group] ?? []), "newcomer@example.org"] },
            };
            const some = (of: Directory) => [
              people("komga", { groups: ["readers"] }, { of, api: [{ path: "/api" }] }),
              people("grafana", { groups: ["listeners", "watchers"] }, { of }),
            ];
            const { rows } = diffAccess(view("a", some(was), was), view("b", some(is), is));
            assert.deepEqual(
              rows.map(({ kind, person, host }) => [kind, person, host]),
              [
                [
                  "gain",
                  "newcomer@example.org",
                  group === "readers" ? "komga.example.org" : "grafana.example.org",
                ],
              ],
            );
          },
        ),
      );
    });
  });
});

describe("a pipeline that stops at a change of access", () => {
  const diff = (before: SampleApp[], after: SampleApp[]) => diffAccess(view("a", before), view("b", after));
  const larger = diff([people("komga")], [people("komga", { users: ["dave@example.org"] })]);

  it("stops at a gain, a loss or a new public app as it was told to", () => {
    assert.equal(failOn(larger, ["gain"]), true);
    assert.equal(failOn(larger, ["public", "loss"]), false);
    assert.equal(failOn(diff([people("site")], [open("site")]), ["public"]), true);
    assert.equal(failOn(diff([open("site")], [people("site")]), ["loss"]), true);
    assert.equal(failOn(diff([people("site")], []), ["loss"]), true);
    assert.equal(failOn(larger, []), false);
  });

  it("stops at a path that opens, a stranger who gets in and a host that cannot be read, if it stops at public", () => {
    const opened = diff([people("komga")], [people("komga", {}, { api: [{ path: "/api" }] })]);
    assert.equal(failOn(opened, ["public"]), true);
    const strangers = diff(
      [people("komga")],
      [raw("komga", [{ allow: { or: [{ authenticated_user: true }] } }])],
    );
    assert.equal(failOn(strangers, ["public"]), true);
    const [app] = view("b", [people("komga")]).apps;
    const unread = {
      ...app!,
      routes: app!.routes.map((route) => ({ ...route, authorization: { unreadable: "no" } })),
    };
    const unclear = diffAccess(view("a", []), { name: "b", apps: [unread] });
    assert.equal(failOn(unclear, ["public"]), true);
    assert.equal(failOn(unclear, ["loss"]), false);
  });

  it("counts a path opened to anonymous callers, and an answer that is no longer known, as a gain", () => {
    const komga = (api: string[]) => [people("komga", {}, { api: api.map((path) => ({ path })) })];
    assert.equal(failOn(diff(komga([]), komga(["/api"])), ["gain"]), true);
    const claims = [raw("komga", [{ allow: { or: [{ "claim/groups": "staff" }] } }])];
    assert.equal(failOn(diff(komga([]), claims), ["gain"]), true);
  });
});

import { runAccessTests } from "../../policies/access/assertions/run.ts";
import { untested } from "../../policies/access/assertions/untested.ts";
import type { Before } from "../../policies/access/before-pomerium.ts";
import { movesOf } from "../../policies/access/before-pomerium.ts";
import { diffAccess } from "../../policies/access/diff/diff.ts";
import { type Matrix, matrix } from "../../policies/access/matrix/matrix.ts";
import type { ProtectedApp } from "../../policies/access/matrix/view.ts";
import type { Directory } from "../../policies/access/people.ts";
import { type Accessible, accessTab } from "../../report/html/access.ts";
import { changesTab } from "../../report/html/changes.ts";
import { type FleetStack, fleetTabs, scopeOf } from "../../report/html/fleet.ts";
import { htmlPage } from "../../report/html/page.ts";
import { readinessTab } from "../../report/html/readiness.ts";
import { sectionsTab } from "../../report/html/sections.ts";
import { only, type Scope, type Tab } from "../../report/html/tab.ts";
import { type Routed, waysOf } from "../../report/html/ways.ts";
import {
  apps,
  directory,
  open,
  people,
  raw,
  type SampleApp,
  view,
} from "../unit/policies/access/matrix/sample.ts";

export const provenance = { date: "2026-11-26T12:00:00.000Z", version: "0.1.0" };

export function routed(some: SampleApp[], exposure: "direct" | "tunnelOnly" = "direct"): Routed {
  return {
    cluster: { exposure },
    pomerium: {
      reach: { ip: "192.168.0.172", port: 443 },
      authenticateHost: "authenticate.example.org",
      identityProvider: { provider: "google" },
    },
    tunnels: [{ name: "home", apps: ["ddns-updater"] }],
    apps: some.map(({ name }) => ({ name, namespace: name, service: { name: `${name}-svc`, port: 8080 } })),
  };
}

/** A page about access alone. */
export function accessPage(some: SampleApp[], more: Partial<Accessible> = {}): string {
  return htmlPage({
    title: "octavo",
    provenance,
    tabs: [
      accessTab({
        matrix: matrix(view("now", some).apps, directory),
        ways: waysOf(routed(some)),
        ...more,
      }),
    ],
  });
}

/** Apps of every kind, with one that asks for claims. */
export const some: SampleApp[] = [
  ...apps,
  raw("headlamp", [{ allow: { or: [{ "claim/groups": "staff" }] } }]),
];

type Texts = (plain: string) => string;

const asIs: Texts = (plain) => plain;

/** A page with all parts, and every text from outside through `text`. */
export function wholePage(text = asIs): string {
  return htmlPage({
    title: text("octavo"),
    subtitle: text("now · coexist"),
    provenance: { ...provenance, commit: text("0123456789ab"), source: text("context octavo") },
    tabs: wholeTabs(text),
  });
}

/** A page about three stacks: two with details, and one that cannot be read. Every text from outside is through `text`. */
export function fleetReport(text = asIs): string {
  const stack = (place: number, name: string, unread: FleetStack["unread"] = []): FleetStack => ({
    row: {
      stack: text(name),
      phase: "coexist",
      apps: 8,
      people: 4,
      public: 1,
      openPaths: 3,
      problems: 0,
      live: { ready: { ready: false, verdict: text("not ready (1/3)") }, audit: { hosts: 3, blockers: 1 } },
      failed: unread.map(({ what }) => text(`${what}: no answer`)),
    },
    parts: wholeTabs(text, scopeOf(place, text(name))).filter(({ id }) => !id.endsWith("changes")),
    unread,
  });
  return htmlPage({
    title: "Fleet",
    provenance,
    tabs: fleetTabs([
      stack(0, "octavo"),
      stack(1, "alfred", [
        { what: "audit", reasons: [{ title: "", details: [text("connect ECONNREFUSED 192.0.2.1:6443")] }] },
      ]),
      {
        row: {
          stack: text("broken"),
          problems: 1,
          live: {},
          failed: [text("1 problem; see: npx pomerium-migration check broken")],
        },
        parts: [],
        unread: [
          {
            what: "stack file",
            reasons: [
              {
                title: text("Pulumi.broken.yaml 31:5 apps.komga"),
                details: [text("unknown group"), text("pulumi config set phase coexist")],
              },
            ],
          },
        ],
      },
    ]),
  });
}

/** All parts of a page about one stack. */
function wholeTabs(text: Texts, scope: Scope = only): Tab[] {
  const named = some.map(
    (app): SampleApp => ({ ...app, name: text(app.name), at: text(app.at), host: text(app.host) }),
  );
  const strange: SampleApp = {
    name: text("strange"),
    at: text("apps.strange"),
    host: text("strange.example.org"),
    access: {
      kind: "people",
      people: [{ principal: text("erin@example.org"), grantedAt: text("users.groups.some[0]") }],
      api: [{ path: `/${text("api")}`, reason: text("its own token") }],
      from: [],
    },
  };
  const broken: ProtectedApp = {
    name: text("broken"),
    at: text("Ingress web/broken"),
    host: text("broken.example.org"),
    routes: [{ paths: [{ path: "/", exact: false }], authorization: { unreadable: text("no such key") } }],
  };
  const of: Directory = { admins: [text("admin-user@gmail.com")], groups: directory.groups };
  const now = { ...view("now", [...named, strange], of), name: text("now") };
  const then = { ...view("main", named.slice(0, 3), directory), name: text("main") };
  const all = matrix([...now.apps, broken], of);
  const before: Before = {
    source: text("context octavo"),
    unknown: [text("the settings are not known")],
    hosts: [
      {
        host: text("komga.example.org"),
        ingresses: [text("komga/komga")],
        site: { guards: [] },
        paths: [],
        app: { name: text("komga"), host: text("komga.example.org") },
      },
      {
        host: text("unifi.example.org"),
        ingresses: [text("unifi/unifi")],
        site: { guards: [{ kind: "unclear", detail: text("server-snippet") }] },
        paths: [
          { path: text("/api"), guarded: { guards: [{ kind: "service", detail: text("sso.example.org") }] } },
        ],
        app: { name: text("unifi"), host: text("unifi.example.org") },
      },
      {
        host: text("old.example.org"),
        ingresses: [text("web/old")],
        site: { guards: [{ kind: "network", detail: text("10.0.0.0/8") }] },
        paths: [],
      },
    ],
  };
  const tested = {
    directory: of,
    pomerium: { version: "v0.33.1" },
    apps: [...named, strange],
    accessTests: {
      strict: false,
      tests: [
        {
          at: text("accessTests.apps.strange[0]"),
          app: strange.name,
          paths: [`/${text("api")}`],
          method: text("GET"),
          allow: [],
          deny: [text("erin@example.org")],
        },
      ],
    },
  };
  const ways = routed([...named, strange]);
  return [
    accessTab({
      scope,
      matrix: all,
      ways: waysOf({
        ...ways,
        pomerium: { ...ways.pomerium, authenticateHost: text("authenticate.example.org") },
        tunnels: [{ name: text("home"), apps: [named[0]!.name] }],
      }),
      tests: { results: runAccessTests(tested), untested: untested(tested) },
    }),
    changesTab({
      diff: diffAccess(then, { ...now, apps: [...now.apps, broken] }),
      moves: movesOf(before, all),
      notes: [text("a note")],
    }),
    readinessTab(
      {
        ready: false,
        verdict: text("not ready for retired"),
        rows: [
          { name: text("phase"), ok: 1, of: 1, missing: [] },
          {
            name: text("hosts"),
            ok: 1,
            of: 2,
            missing: [
              {
                subject: text("old.example.org"),
                note: text("no app has it"),
                fix: text("pulumi config set …"),
              },
            ],
          },
          {
            name: text("issuers"),
            ok: 0,
            of: 1,
            override: text("tried by hand"),
            missing: [{ subject: text("ClusterIssuer x") }],
          },
        ],
      },
      scope,
    ),
    sectionsTab(
      "audit",
      "Audit",
      {
        title: text("Audit"),
        summary: text("3 hosts"),
        sections: [
          {
            title: text("Hosts"),
            lead: [text("a sentence")],
            table: {
              head: ["host", "effort", "today"],
              rows: Array.from({ length: 15 }, (_, i) => [
                text(`host${i}.example.org`),
                text("small"),
                text("everybody"),
              ]),
            },
          },
          {
            title: text("To decide"),
            items: [{ title: text("komga.example.org"), details: [text("decide this")] }],
            commands: [text("kubectl get ingresses")],
          },
        ],
      },
      scope,
    ),
  ];
}

/** Many apps and many people, of whom hardly two stand alike. */
export function crowd(count: number, persons: number): string {
  return htmlPage({
    title: "crowd",
    provenance,
    tabs: [accessTab({ matrix: crowdMatrix(count, persons) })],
  });
}

/** A fleet of crowds, each with as many gates and audited hosts as apps. */
export function crowdedFleet(stacks: number, count: number, persons: number): string {
  const names = Array.from({ length: stacks }, (_, place) => `cluster-${place}`);
  const hosts = Array.from({ length: count }, (_, i) => `host-${i}.example.org`);
  const all = crowdMatrix(count, persons);
  return htmlPage({
    title: "Fleet",
    provenance,
    tabs: fleetTabs(
      names.map((stack, place) => {
        const scope = scopeOf(place, stack);
        const missing = hosts.map((subject) => ({
          subject,
          note: "not reconciled",
          fix: "kubectl get ingresses",
        }));
        return {
          row: {
            stack,
            phase: "coexist",
            apps: count,
            people: persons,
            public: 4,
            openPaths: 9,
            problems: 0,
            failed: [],
          },
          unread: [],
          parts: [
            accessTab({ matrix: all, scope }),
            readinessTab(
              { ready: false, verdict: "not ready", rows: [{ name: "hosts", ok: 0, of: count, missing }] },
              scope,
            ),
            sectionsTab(
              "audit",
              "Audit",
              {
                title: "Audit",
                summary: `${count} hosts`,
                sections: [
                  {
                    title: "Hosts",
                    table: {
                      head: ["host", "effort", "risk", "today", "path → Service"],
                      rows: hosts.map((host) => [host, "small", "none", "everybody", "/ → web/app:80"]),
                    },
                  },
                ],
              },
              scope,
            ),
          ],
        };
      }),
    ),
  });
}

function crowdMatrix(count: number, persons: number): Matrix {
  const groups = Object.fromEntries(
    Array.from({ length: persons }, (_, i) => [`team${i}`, [`person${i}.with-a-long-name@example.org`]]),
  );
  const of = { admins: ["admin-user@gmail.com"], groups };
  const all = Array.from({ length: count }, (_, i) =>
    i % 25 === 5
      ? open(`site-${i}`)
      : people(
          `a-service-with-a-rather-long-name-${i}`,
          { groups: [`team${i % persons}`, `team${(i * 7) % persons}`] },
          { of, ...(i % 3 === 0 ? { api: [{ path: "/api" }] } : {}) },
        ),
  );
  return matrix(view("now", all, of).apps, of);
}

import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { runAccessTests } from "../../../policies/access/assertions/run.ts";
import { untested } from "../../../policies/access/assertions/untested.ts";
import { matrix } from "../../../policies/access/matrix/matrix.ts";
import { accessTab } from "../../../report/html/access.ts";
import { htmlPage } from "../../../report/html/page.ts";
import { waysOf } from "../../../report/html/ways.ts";
import {
  crowd,
  crowdedFleet,
  fleetReport,
  accessPage as page,
  provenance,
  routed,
  wholePage,
} from "../../support/report-pages.ts";
import {
  apiOnly,
  apps,
  directory,
  open,
  people,
  type SampleApp,
  view,
} from "../policies/access/matrix/sample.ts";

/** The tags of a page, with the names of their attributes and without the values. */
function tagsOf(html: string): Set<string> {
  const body = html.replace(/<style>[\s\S]*?<\/style>|<script>[\s\S]*?<\/script>/g, "");
  return new Set([...body.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, "=")));
}

describe("the page of a report", () => {
  it("loads no other file", () => {
    const html = page(apps);
    assert.doesNotMatch(html, /<(?:link|img|iframe|object|embed|base|form)\b/i);
    assert.doesNotMatch(html, /\b(?:src|srcset|action)=|url\(|@import|https?:/i);
  });

  it("has only the style and the script that its security policy names", () => {
    const html = page(apps);
    const [, script = ""] = /<script>([\s\S]*?)<\/script>/.exec(html) ?? [];
    assert.equal(html.match(/<script/g)?.length, 1);
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? [];
    const hash = (text: string): string => createHash("sha256").update(text).digest("base64");
    assert.ok(
      html.includes(
        `default-src 'none'; style-src 'sha256-${hash(style)}'; script-src 'sha256-${hash(script)}'; base-uri 'none'; form-action 'none'`,
      ),
    );
    assert.doesNotMatch(html, /\son\w+="|\sstyle="/);
  });

  it("shows every text of a stack file or a cluster as plain text", () => {
    const evil = `</script><svg onload="alert(1)">'"&`;
    for (const make of [wholePage, fleetReport]) {
      const html = make((plain) => `${plain}${evil}`);
      assert.equal(html.match(/<\/script>/g)?.length, 1);
      assert.doesNotMatch(html, /<svg onload|="[^"<>]*<svg/);
      assert.ok(html.includes("komga&lt;/script&gt;&lt;svg onload=&quot;alert(1)&quot;&gt;&#39;&quot;&amp;"));
    }
  });

  it("has no tag and no attribute from any text", () => {
    const known = new Set([...tagsOf(wholePage()), ...tagsOf(fleetReport())]);
    const piece = fc.constantFrom(
      "<",
      ">",
      '"',
      "'",
      "&",
      "</",
      "-->",
      "<!--",
      " onload=",
      "`",
      "\u202e",
      "a",
      "é",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 6 }), (pieces) => {
        const text = (plain: string): string => plain + pieces.join("");
        const unknown = [wholePage, fleetReport].flatMap((make) =>
          [...tagsOf(make(text))].filter((tag) => !known.has(tag)),
        );
        assert.deepEqual(unknown, []);
      }),
      { numRuns: 30 },
    );
  });

  it("spells out what would turn or hide the text around it", () => {
    assert.ok(page([people("a\u202eb")]).includes("a\\u202eb"));
  });

  it("says that a tunnel does not protect an app to which the router leads, too", () => {
    const note = /The router leads to the same Pomerium as the tunnel: ddns-updater answers there too/;
    assert.match(page(apps), note);
    assert.doesNotMatch(page(apps, { ways: waysOf(routed(apps, "tunnelOnly")) }), note);
  });

  it("draws each way on which an app is reached, and none that is not there", () => {
    const lanes = (some: SampleApp[]): string[] =>
      [...new Set([...page(some).matchAll(/<path class="w-(\w+)"/g)].map(([, lane]) => lane!))].toSorted();
    assert.deepEqual(lanes([people("ryot")]), ["people"]);
    assert.deepEqual(lanes([apiOnly("influxdb", [{ path: "/write" }])]), ["api"]);
    assert.deepEqual(lanes([open("site")]), ["public"]);
    assert.deepEqual(lanes(apps), ["api", "people", "public"]);
    assert.deepEqual(lanes([]), []);
  });

  it("describes the drawing in words", () => {
    assert.match(
      page(apps),
      /aria-label="The way of a request to Pomerium and its service\. People \(signed in, known by name\) reach 4 apps\. API callers \([^)]*\) reach 3 apps\. Anybody \([^)]*\) reach 1 app\. Ways in: Router 443 → 192\.168\.0\.172, Cloudflare Tunnel home: 1 app\."/,
    );
  });

  it("leads a tunnel to the apps that it carries alone", () => {
    const html = page(apps, { ways: waysOf(routed(apps, "tunnelOnly")) });
    assert.match(html, /home: 1 app</);
    assert.doesNotMatch(html, />Router</);
  });

  it("gives people who stand alike one column when there are too many to have their own", () => {
    const of = {
      admins: ["admin-user@gmail.com"],
      groups: { crowd: Array.from({ length: 60 }, (_, i) => `person${i}@example.org`) },
    };
    const some = [people("komga", { groups: ["crowd"] }, { of }), people("ryot", {}, { of })];
    const html = htmlPage({
      title: "octavo",
      provenance,
      tabs: [accessTab({ matrix: matrix(view("now", some, of).apps, of) })],
    });
    assert.match(html, /<th scope="col" class="person"><div><a href="#who-1">2 · 60 people<\/a>/);
    assert.match(
      html,
      /id="who-1">.*<b>person0@example\.org, person1@example\.org, .*person59@example\.org<\/b>/,
    );
  });

  it("lists failed tests with the edit to make, and apps without a test", () => {
    const tested = {
      directory,
      pomerium: { version: "v0.33.1" },
      apps,
      accessTests: {
        strict: false,
        tests: [
          {
            at: "accessTests.apps.komga[0]",
            app: "komga",
            paths: ["/"],
            method: "GET",
            allow: [],
            deny: ["carol@example.org"],
          },
        ],
      },
    };
    const html = page(apps, { tests: { results: runAccessTests(tested), untested: untested(tested) } });
    assert.match(
      html,
      /remove users\.groups\.readers\[0\], or change accessTests\.apps\.komga\[0\]\.deny\[0\]/,
    );
    assert.match(html, /audiobookshelf, code-server, komga, influxdb, unifi/);
  });

  it("grows with the apps and the people, and not with both at once", () => {
    const tags = (html: string): number => html.match(/<[a-z]/g)!.length;
    const [small, moreApps, morePeople, both] = [
      crowd(60, 40),
      crowd(120, 40),
      crowd(60, 80),
      crowd(120, 80),
    ].map(tags) as [number, number, number, number];
    assert.ok(
      both - small < 1.2 * (moreApps - small + (morePeople - small)),
      [small, moreApps, morePeople, both].join(),
    );
    const html = crowd(300, 200);
    assert.ok(html.length < 1_500_000, `${html.length} characters`);
    assert.equal(html.match(/<li class="item" id="app-/g)?.length, 300);
    assert.doesNotMatch(html, /class="card grid"/);
  });

  it("says when and by what it was made, with a hash that changes with the content alone", () => {
    const html = wholePage();
    assert.match(
      html,
      /<footer>.*2026-11-26T12:00:00\.000Z.*pomerium-migration 0\.1\.0.*context octavo.*0123456789ab/,
    );
    const hash = (some: typeof apps, date = provenance.date): string =>
      /content <code>([0-9a-f]{64})<\/code>/.exec(
        htmlPage({
          title: "octavo",
          provenance: { ...provenance, date },
          tabs: [accessTab({ matrix: matrix(view("now", some).apps, directory) })],
        }),
      )![1]!;
    assert.equal(hash(apps), hash(apps, "2027-01-01T00:00:00.000Z"));
    assert.notEqual(hash(apps), hash(apps.slice(1)));
  });

  it("has each id once, and a target for each link, also with several stacks", () => {
    for (const html of [wholePage(), fleetReport(), crowdedFleet(3, 20, 5)]) {
      const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);
      assert.deepEqual(
        ids.filter((id, i) => ids.indexOf(id) !== i),
        [],
      );
      const links = [...html.matchAll(/\shref="#([^"]*)"/g)].map(([, id]) => id!);
      assert.ok(links.length > 10);
      assert.deepEqual(
        links.filter((id) => !ids.includes(id)),
        [],
      );
    }
  });

  it("of a fleet grows with the stacks, and has every app of 10 stacks", () => {
    const tags = (html: string): number => html.match(/<[a-z]/g)!.length;
    const [one, two, ten] = [1, 2, 10].map((count) => tags(crowdedFleet(count, 20, 10))) as [
      number,
      number,
      number,
    ];
    assert.ok(ten - one < 9.1 * (two - one), [one, two, ten].join());
    const html = crowdedFleet(10, 100, 40);
    assert.ok(html.length < 4_000_000, `${html.length} characters`);
    assert.equal(html.match(/<li class="item" id="stack-\d-app-/g)?.length, 1000);
  });

  it("has one tab for each part, and none for a part alone", () => {
    const links = [...wholePage().matchAll(/<a href="#(\w+)" id="tab-\1">/g)].map(([, id]) => id);
    assert.deepEqual(links, ["access", "changes", "readiness", "audit"]);
    assert.doesNotMatch(page(apps), /<nav/);
  });

  it("lists each app's people with the line that lets them in, and no names of those who do not pass", () => {
    const html = page(apps);
    const komga = html.slice(html.indexOf('id="app-2"'), html.indexOf('id="app-3"'));
    assert.match(
      komga,
      /alice@gmail\.com, carol@example\.org<\/th>|carol@example\.org, alice@gmail\.com<\/th>/,
    );
    assert.match(komga, /group readers <code>users\.groups\.readers<\/code>/);
    assert.match(
      komga,
      /dave@example\.org<\/th>.*?named by the app <code>apps\.komga\.access\.users\[0\]<\/code>/,
    );
  });
});

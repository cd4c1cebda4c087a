import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { runAccessTests, untested } from "../../../policies/access/assertions/run.ts";
import { diffAccess } from "../../../policies/access/diff/diff.ts";
import { matrix } from "../../../policies/access/matrix/matrix.ts";
import { accessPage, type Report } from "../../../report/html/page.ts";
import { type Routed, waysOf } from "../../../report/html/ways.ts";
import {
  apiOnly,
  apps,
  directory,
  open,
  people,
  raw,
  type SampleApp,
  view,
} from "../policies/access/matrix/sample.ts";
import { type Box, chromium, type Look, look, type Seen } from "./browser.ts";

const claims = raw("headlamp", [{ allow: { or: [{ "claim/groups": "staff" }] } }]);

function routed(some: SampleApp[], exposure: "direct" | "tunnelOnly" = "direct"): Routed {
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

function page(some: SampleApp[], more: Partial<Report> = {}): string {
  return accessPage({
    title: "octavo",
    matrix: matrix(view("now", some).apps, directory),
    ways: waysOf(routed(some)),
    ...more,
  });
}

function fleet(): string {
  const groups = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`team${i}`, [`person${i}.with-a-long-name@example.org`]]),
  );
  const of = { admins: ["admin-user@gmail.com"], groups };
  const some = Array.from({ length: 100 }, (_, i) =>
    i % 25 === 5
      ? open(`site-${i}`)
      : i % 10 === 3
        ? apiOnly(`metrics-${i}`, [{ path: "/write" }])
        : people(
            `a-service-with-a-rather-long-name-${i}`,
            { groups: [`team${i}`, `team${(i * 7) % 200}`] },
            { of, api: [{ path: "/api" }] },
          ),
  );
  return accessPage({ title: "fleet", matrix: matrix(view("now", some, of).apps, of) });
}

describe("the access page", () => {
  it("loads no other file", () => {
    const html = page(apps);
    assert.doesNotMatch(html, /<(?:link|img|iframe|object|embed|base|form)\b/i);
    assert.doesNotMatch(html, /\b(?:src|srcset|action)=|url\(|@import|https?:/i);
  });

  it("runs only its own script", () => {
    const html = page(apps);
    const [, script = ""] = /<script>([\s\S]*?)<\/script>/.exec(html) ?? [];
    assert.equal(html.match(/<script/g)?.length, 1);
    const hash = createHash("sha256").update(script).digest("base64");
    assert.ok(html.includes(`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`));
  });

  it("shows every text of a stack file or a cluster as plain text", () => {
    const evil = `</script><svg onload="alert(1)">'"&`;
    const bad: SampleApp = {
      name: evil,
      at: evil,
      host: evil,
      access: {
        kind: "people",
        people: [{ principal: evil, grantedAt: evil }],
        api: [{ path: `/${evil}`, reason: evil }],
        from: [],
      },
    };
    const broken = {
      name: evil,
      at: evil,
      host: `x${evil}`,
      routes: [{ paths: [{ path: "/", exact: false }], authorization: { unreadable: evil } }],
    };
    const all = matrix([...view("now", [bad]).apps, broken], { admins: [evil], groups: {} });
    const html = accessPage({
      title: evil,
      subtitle: evil,
      matrix: all,
      ways: {
        router: evil,
        tunnels: [{ name: evil, apps: [evil] }],
        signIn: { host: evil, provider: evil },
        services: { [evil]: evil },
      },
      diff: diffAccess({ ...view("now", []), name: evil }, view("now", [bad])),
      tests: {
        results: runAccessTests({
          directory: { admins: [], groups: {} },
          pomerium: { version: "v0.33.1" },
          apps: [bad],
          accessTests: {
            strict: false,
            tests: [{ at: evil, app: evil, paths: [`/${evil}`], method: evil, allow: [], deny: [evil] }],
          },
        }),
        untested: [{ app: evil, at: evil, severity: "error", message: evil }],
      },
    });
    assert.equal(html.match(/<\/script>/g)?.length, 1);
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.doesNotMatch(html, /<svg onload/);
    assert.doesNotMatch(html, /="[^"<>]*<svg/);
    assert.ok(html.includes("&lt;svg onload=&quot;alert(1)&quot;&gt;&#39;&quot;&amp;"));
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

  it("leads a tunnel to the apps that it carries alone", () => {
    const html = page(apps, { ways: waysOf(routed(apps, "tunnelOnly")) });
    assert.match(html, /home: 1 app</);
    assert.doesNotMatch(html, />Router</);
  });

  it("gives people who stand alike one column when there are too many to have their own", () => {
    const crowd = {
      admins: ["admin-user@gmail.com"],
      groups: { crowd: Array.from({ length: 60 }, (_, i) => `person${i}@example.org`) },
    };
    const some = [people("komga", { groups: ["crowd"] }, { of: crowd }), people("ryot", {}, { of: crowd })];
    const html = accessPage({ title: "octavo", matrix: matrix(view("now", some, crowd).apps, crowd) });
    assert.match(html, /1 · 60 people/);
    assert.match(html, /<li>person0@example\.org, person1@example\.org, .*person59@example\.org<\/li>/);
  });

  it("tells failed tests with what to edit, and apps without a test", () => {
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

  it("has room for 100 apps and 200 people", () => {
    const html = fleet();
    assert.ok(html.length < 4_000_000, `${html.length} characters`);
    assert.equal(html.match(/<tr data-text=/g)?.length, 100);
  });
});

describe("the access page in a browser (Chromium on the PATH, or as CHROMIUM names it)", function () {
  this.timeout(180_000);
  before(function () {
    if (chromium === undefined) this.skip();
  });

  const marks = {
    people: "td.p",
    api: "td.a",
    public: "td.u",
    unknown: "td.q",
    none: ".grid td:not(.c):not(.rest)",
  };
  const some = [...apps, claims];

  /** Whether there is ink at a distance from the middle of a cell, in all of eight directions. */
  function ring({ picture }: Seen, { x, y, width, height }: Box, radius: number): boolean {
    const paper = picture.grey(x + 3, y + height / 2);
    const [middleX, middleY] = [x + width / 2, y + height / 2];
    return Array.from({ length: 8 }, (_, i) => (i * Math.PI) / 4).every(
      (turn) =>
        Math.abs(picture.grey(middleX + Math.cos(turn) * radius, middleY + Math.sin(turn) * radius) - paper) >
        35,
    );
  }

  /** How much of the cell is not like its paper at all. */
  function marked({ picture }: Seen, { x, y, width, height }: Box, threshold: number): number {
    const greys: number[] = [];
    for (let row = 2; row < height - 2; row++)
      for (let column = 2; column < width - 2; column++) greys.push(picture.grey(x + column, y + row));
    const paper = greys.toSorted((a, b) => a - b)[Math.floor(greys.length / 2)]!;
    return greys.filter((grey) => Math.abs(grey - paper) > threshold).length / greys.length;
  }

  for (const dark of [false, true]) {
    it(`tells people, API and public apart by their shape, ${dark ? "dark" : "light"}`, async () => {
      const window: Look = { width: 1280, height: 2400, dark };
      const seen = await look(page(some), window, Object.values(marks));
      const first = (mark: keyof typeof marks): Box => {
        const [box] = seen.boxes[marks[mark]]!;
        assert.ok(box && box.width >= 30 && box.y + box.height < window.height, `${mark} is on the picture`);
        return box;
      };
      assert.deepEqual([seen.picture.width, seen.picture.height, seen.pageWidth], [1280, 2400, 1280]);
      const paper = seen.picture.grey(2, 2);
      assert.ok(dark ? paper < 60 : paper > 200, `the paper is ${paper}`);

      const [disc, circle, target, question, nothing] = (
        ["people", "api", "public", "unknown", "none"] as const
      ).map(first) as [Box, Box, Box, Box, Box];
      assert.ok(ring(seen, disc, 0) && ring(seen, disc, 5) && !ring(seen, disc, 11), "people: a disc");
      assert.ok(!ring(seen, circle, 0) && !ring(seen, circle, 3) && ring(seen, circle, 8.5), "API: a ring");
      assert.ok(
        ring(seen, target, 0) && !ring(seen, target, 7) && ring(seen, target, 11.5),
        "public: a ring with a dot",
      );
      assert.ok(marked(seen, target, 4) > marked(seen, circle, 4) + 0.15, "public: on stripes");
      assert.ok(marked(seen, question, 35) > 0.02, "unknown: a question mark");
      assert.equal(marked(seen, nothing, 4), 0, "none: blank");
    });
  }

  it("does not scroll sideways at 1280 pixels, however many apps and people", async () => {
    const seen = await look(fleet(), { width: 1280, height: 900 }, [".grid", ".grid table"]);
    assert.equal(seen.pageWidth, 1280);
    const [box] = seen.boxes[".grid"]!;
    assert.ok(box!.x >= 0 && box!.x + box!.width <= 1280);
    // The table is wider than the page, so that it had a reason to scroll.
    assert.ok(seen.boxes[".grid table"]![0]!.width > 1280);
  });

  it("fits a phone", async () => {
    const seen = await look(page(some), { width: 500, height: 900 }, ["main"]);
    assert.equal(seen.pageWidth, 500);
  });
});

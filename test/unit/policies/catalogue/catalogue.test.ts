import { strict as assert } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import YAML from "yaml";
import { z } from "zod";
import { isOwnPath } from "../../../../policies/access/own-paths.ts";
import { checkRoute, routeWarnings } from "../../../../policies/annotations/check.ts";
import { renderRoute } from "../../../../policies/annotations/render.ts";
import { builtIns, catalogue, entryOf, kinds } from "../../../../policies/catalogue/catalogue.ts";
import { apiPath, catalogueEntrySchema } from "../../../../policies/catalogue/config.ts";
import { leadsTo, overlap } from "../../../../policies/catalogue/overlap.ts";
import { pinnedCommits } from "../../../../policies/language/releases.ts";

const entries = Object.entries(builtIns).sort(([a], [b]) => (a < b ? -1 : 1));
const golden = join(import.meta.dirname, "entries.yaml");

const isOpen = (name: string, path: string): boolean =>
  catalogue[name]!.api.some(
    (open) => path === open.path || (!open.exact && path.startsWith(`${open.path}/`)),
  );

describe("the catalogue", () => {
  it("says of each app what a reviewer has last read: entries.yaml (UPDATE_GOLDEN=1 to rewrite)", () => {
    const text = YAML.stringify(
      Object.fromEntries(
        entries.map(([name, { api, route, leftOut, neverOpen, clients, streaming, uploads }]) => [
          name,
          {
            open: api.map(({ path, exact }) => (exact ? path : `${path}/**`)),
            closed: leftOut.map(({ path, unsure }) => (unsure ? `${path} (unsure)` : path)),
            never: neverOpen.map(({ path, exact }) => (exact || path === "/" ? path : `${path}/**`)),
            clients: Object.fromEntries(
              clients.map(({ name: client, through, instead }) => [client, instead ?? through]),
            ),
            large: [...(streaming ? ["streaming"] : []), ...(uploads ? ["uploads"] : [])],
            annotations: renderRoute(route, "v0.33.1"),
          },
        ]),
      ),
      { lineWidth: 0 },
    );
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, "utf8"));
  });

  for (const version of Object.keys(pinnedCommits))
    it(`asks nothing that Pomerium ${version} does not know`, () => {
      for (const [name, { route }] of entries) {
        assert.deepEqual(checkRoute(route, version), [], name);
        assert.deepEqual(routeWarnings(route), [], name);
      }
    });

  it("has each name in one file only", () => {
    const names = Object.values(kinds).flatMap((kind) => Object.keys(kind));
    assert.deepEqual(names.toSorted(), Object.keys(catalogue));
  });

  it("gives a reason and a source for every path and every key of a route", () => {
    for (const [name, entry] of entries) {
      assert.deepEqual(Object.keys(entry.why).sort(), Object.keys(entry.route).sort(), name);
      const { api, leftOut, neverOpen, needs, clients, why, health } = entry;
      const notes = [...api, ...leftOut, ...neverOpen, ...needs, ...Object.values(why)];
      for (const { reason } of notes) assert.match(reason, /^\S.*[^.\s]$/, name);
      for (const { source } of [...notes, ...clients, ...(health ? [health] : [])])
        assert.match(source, /^https:\/\/[a-z0-9.-]+\/\S*$|^the original cluster$/, name);
      assert.ok(notes.length + clients.length > 0, name);
    }
  });

  it("opens only paths that a stack file may open too, each once", () => {
    for (const [name, { api }] of entries) {
      for (const { path } of api) assert.ok(apiPath.safeParse(path).success, `${name}: ${path}`);
      assert.equal(new Set(api.map(({ path }) => path)).size, api.length, name);
    }
  });

  it("opens no path that it lists as left out", () => {
    for (const [name, { leftOut }] of entries)
      for (const { path } of leftOut) assert.ok(!isOpen(name, path), `${name}: ${path}`);
  });

  it("knows sixty apps and more, each in a file of its kind", () => {
    assert.ok(entries.length >= 60, String(entries.length));
    for (const [kind, apps] of Object.entries(kinds)) assert.ok(Object.keys(apps).length >= 1, kind);
  });

  it("opens nothing that must never be open, above it or below it", () => {
    for (const [name, { api, neverOpen }] of entries)
      for (const open of api)
        for (const never of neverOpen)
          assert.ok(!overlap(open, never), `${name}: ${open.path} ${never.path}`);
  });

  it("does not advise to open what it would then refuse", () => {
    for (const [name, { leftOut, neverOpen, clients }] of entries)
      for (const path of [
        ...leftOut,
        ...clients.flatMap(({ through }) => through.map((one) => ({ path: one }))),
      ])
        for (const never of neverOpen)
          assert.ok(!overlap(path, never), `${name}: ${path.path} ${never.path}`);
  });

  it("says of each path of a client whether it is open or why it is not", () => {
    for (const [name, { api, leftOut, clients }] of entries)
      for (const { name: client, through, instead } of clients) {
        assert.equal(instead === undefined, through.length > 0, `${name}: ${client}`);
        for (const path of through)
          assert.ok(
            [...api, ...leftOut].some((one) => leadsTo(one, path)),
            `${name}: ${client} ${path}`,
          );
      }
  });

  it("lets an app that receives large files take longer than Pomerium's 30 s", () => {
    for (const [name, { route }] of entries.filter(([, { uploads }]) => uploads))
      assert.equal(route.timeout, "0s", name);
  });

  it("asks the health of no app at a path that is open or closed by mistake", () => {
    for (const [name, { health }] of entries)
      if (health) assert.ok(apiPath.safeParse(health.path).success, `${name}: ${health.path}`);
  });

  it("lets audiobookshelf's mobile app through on all eight paths that it calls", () => {
    assert.deepEqual(catalogue.audiobookshelf?.api.map(({ path }) => path).sort(), [
      "/api",
      "/audiobookshelf/socket.io",
      "/auth/refresh",
      "/hls",
      "/login",
      "/public",
      "/socket.io",
      "/status",
    ]);
  });

  it("keeps the paths closed that the original cluster opened by mistake", () => {
    for (const [name, path] of [
      ["influxdb", "/debug/pprof"],
      ["firefly-iii", "/v1"],
      ["jellyfin", "/api"],
      ["komga", "//sse"],
    ] as const)
      assert.ok(!isOpen(name, path), `${name}: ${path}`);
    assert.ok(isOpen("firefly-iii", "/api/v1/accounts"));
    assert.ok(isOpen("komga", "/sse/v1/events"));
  });

  it("opens nothing of apps that check no credentials", () => {
    for (const name of ["prometheus", "ddns-updater", "kubernetes-dashboard", "steam-headless"])
      assert.deepEqual(catalogue[name]?.api, [], name);
    for (const name of [
      "alertmanager",
      "esphome",
      "homepage",
      "longhorn",
      "loki",
      "prometheus",
      "zigbee2mqtt",
    ])
      assert.deepEqual(
        catalogue[name]?.neverOpen?.map(({ path }) => path),
        ["/"],
        name,
      );
  });

  it("lets every streaming app answer for longer than Pomerium's 30 s", () => {
    for (const [name, { route }] of entries.filter(([, { streaming }]) => streaming))
      assert.ok(route.timeout === "0s" || route.allow_websockets, name);
  });

  it("opens no path that Pomerium answers itself", () => {
    for (const [name, { api }] of entries)
      assert.deepEqual(api.map(({ path }) => path).filter(isOwnPath), [], name);
  });

  it("knows only its own names", () => {
    assert.equal(entryOf(catalogue, "komga"), builtIns.komga);
    for (const name of ["constructor", "__proto__", "toString", ""])
      assert.equal(entryOf(catalogue, name), undefined, name);
  });
});

describe("a stack file's catalogue", () => {
  const parse = (value: unknown) => catalogueEntrySchema.parse(value);

  it("adds an app without code", () => {
    const immich = parse({
      title: "Immich, photographs",
      api: [
        { path: "/api", reason: "the mobile app's calls" },
        { path: "/.well-known/immich", exact: true },
      ],
      route: { timeout: "0s" },
    });
    assert.deepEqual(entryOf({ ...catalogue, "immich-of-mine": immich }, "immich-of-mine"), immich);
    assert.equal(entryOf(catalogue, "immich-of-mine"), undefined);
  });

  it("takes the place of the project's entry, so that a path can be closed as well", () => {
    const komga = parse({ api: [{ path: "/opds" }] });
    assert.deepEqual(entryOf({ ...catalogue, komga }, "komga"), { api: [{ path: "/opds" }], route: {} });
  });

  it("opens no whole app, no pattern and no path that Pomerium sees otherwise than the app", () => {
    for (const path of [
      "/",
      "api",
      "",
      "/api?x",
      "/a b",
      "/api/*",
      "/a%2fb",
      "//sse",
      "/a/../b",
      "/a/.",
      "/a#b",
      "/a\\b",
    ])
      assert.ok(!catalogueEntrySchema.safeParse({ api: [{ path }] }).success, path);
    for (const path of ["/api", "/rest/", "/.well-known/immich", "/a.b/c..d"])
      assert.ok(catalogueEntrySchema.safeParse({ api: [{ path }] }).success, path);
  });

  it("is refused with an unknown key", () => {
    for (const value of [
      { apis: [] },
      { route: { websockets: true } },
      { api: [{ path: "/a", exakt: true }] },
    ])
      assert.ok(!catalogueEntrySchema.safeParse(value).success);
  });

  it("says what must stay closed, and who cannot sign in", () => {
    const wiki = parse({
      neverOpen: [{ path: "/", reason: "it checks no credentials" }],
      clients: [{ name: "the mobile app", through: [], instead: "use the page" }],
      uploads: true,
    });
    assert.deepEqual(wiki.neverOpen, [{ path: "/", reason: "it checks no credentials" }]);
    for (const value of [
      { neverOpen: [{ path: "/admin" }] },
      { neverOpen: [{ path: "admin", reason: "x" }] },
      { clients: [{ name: "bot" }] },
      { clients: [{ name: "bot", through: ["/"] }] },
    ])
      assert.ok(!catalogueEntrySchema.safeParse(value).success, JSON.stringify(value));
  });

  it("is described for editors", () => {
    const { properties } = z.toJSONSchema(catalogueEntrySchema) as { properties: Record<string, object> };
    assert.deepEqual(Object.keys(properties), [
      "title",
      "streaming",
      "uploads",
      "api",
      "neverOpen",
      "clients",
      "route",
    ]);
  });
});

import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { ApiPath } from "../../../../policies/access/routes.ts";
import { advise, exposure, type Opening, refusal, shutOut } from "../../../../policies/catalogue/advice.ts";
import { builtIns } from "../../../../policies/catalogue/catalogue.ts";
import { leadsTo, overlap } from "../../../../policies/catalogue/overlap.ts";

const paths = (...open: (string | ApiPath)[]): ApiPath[] =>
  open.map((path) => (typeof path === "string" ? { path } : path));

/** People sign in, and these paths are open. */
const people = (...open: (string | ApiPath)[]): Opening => ({ open: paths(...open), asksToSignIn: true });

const refused = (name: string, opening: Opening): string[] =>
  advise(builtIns[name]!, opening).refused.map(({ index, never }) => `${index} ${never.path}`);

const shut = (name: string, opening: Opening): string[] =>
  advise(builtIns[name]!, opening).shutOut.map((client) => client.name);

const exposed = (name: string, opening: Opening): string[] =>
  advise(builtIns[name]!, opening).exposed.map(({ path }) => path);

describe("the catalogue's advice", () => {
  it("refuses a path that must stay closed, what lies below it and what contains it", () => {
    assert.deepEqual(refused("vaultwarden", people("/admin")), ["0 /admin"]);
    assert.deepEqual(refused("vaultwarden", people("/api", "/admin/users")), ["1 /admin"]);
    assert.deepEqual(refused("bazarr", people("/api")), ["0 /api/socket.io"]);
    assert.deepEqual(refused("bazarr", people("/api/webhooks")), []);
    assert.deepEqual(refused("vaultwarden", people("/administration")), []);
  });

  it("refuses every path of an app that checks no credentials", () => {
    for (const path of ["/api", "/metrics", "/x/y"]) {
      assert.deepEqual(refused("prometheus", people(path)), ["0 /"]);
      assert.deepEqual(refused("loki", { open: [{ path, exact: true }] }), ["0 /"]);
    }
  });

  it("compares exact paths as such", () => {
    assert.deepEqual(refused("sonarr", people({ path: "/initialize.json", exact: true })), [
      "0 /initialize.json",
    ]);
    assert.deepEqual(refused("sonarr", people("/initialize.json/x")), []);
    assert.deepEqual(refused("harbor", people({ path: "/service", exact: true })), []);
    assert.deepEqual(refused("harbor", people("/service")), ["0 /service/notifications"]);
  });

  it("does not rely on capitals, because some apps ignore them", () => {
    assert.deepEqual(refused("jellyfin", people("/startup")), ["0 /Startup"]);
    assert.deepEqual(refused("kavita", people("/API/Account")), ["0 /api/account/register"]);
  });

  it("accepts what the catalogue itself opens", () => {
    for (const [name, { api }] of Object.entries(builtIns))
      assert.deepEqual(refused(name, people(...api)), [], name);
  });

  it("names what a public app exposes", () => {
    assert.deepEqual(exposed("vaultwarden", { open: [], isPublic: true }), ["/admin"]);
    assert.deepEqual(exposed("grafana", { open: [], isPublic: true }), []);
    assert.deepEqual(exposed("vaultwarden", people()), []);
  });

  it("is content where a path of its own closes what must stay closed", () => {
    const closed = paths("/api/socket.io");
    assert.deepEqual(refused("bazarr", { open: paths("/api"), closed }), []);
    // Pomerium tells capitals apart, so this closes another path.
    assert.deepEqual(refused("bazarr", { open: paths("/api"), closed: paths("/api/Socket.io") }), [
      "0 /api/socket.io",
    ]);
    assert.deepEqual(refused("bazarr", { open: paths("/api"), closed: paths("/api/socket.iox") }), [
      "0 /api/socket.io",
    ]);
    assert.deepEqual(
      refused("bazarr", { open: paths("/api"), closed: [{ path: "/api/socket.io", exact: true }] }),
      ["0 /api/socket.io"],
    );
    // The longest path answers: what is opened below the closed path is open.
    assert.deepEqual(refused("bazarr", { open: paths("/api/socket.io/x"), closed }), ["0 /api/socket.io"]);
    assert.deepEqual(exposed("vaultwarden", { open: [], isPublic: true, closed: paths("/admin") }), []);
    assert.deepEqual(exposed("prometheus", { open: [], isPublic: true, closed: paths("/graph") }), ["/"]);
    assert.deepEqual(refused("sonarr", { open: [], isPublic: true }), []);
    assert.deepEqual(
      exposed("sonarr", { open: [], isPublic: true, closed: [{ path: "/initialize.json", exact: true }] }),
      [],
    );
  });

  it("names the programs that people's sign-in shuts out", () => {
    assert.deepEqual(shut("immich", people()), ["the mobile app"]);
    assert.deepEqual(shut("immich", people("/api")), []);
    assert.deepEqual(shut("immich", people("/.well-known/immich")), ["the mobile app"]);
    assert.deepEqual(shut("gitlab", people("/api/v4")), ["git over HTTPS"]);
    assert.deepEqual(shut("grafana", people()), []);
  });

  it("takes one open path of a program as a decision", () => {
    assert.deepEqual(shut("jellyfin", people({ path: "/Users/Public", exact: true })), []);
    assert.deepEqual(shut("nextcloud", people("/remote.php/dav")), []);
  });

  it("has nothing to say of programs where nobody signs in", () => {
    assert.deepEqual(shut("immich", { open: [], isPublic: true }), []);
    assert.deepEqual(shut("immich", { open: paths("/api") }), []);
    assert.deepEqual(shut("immich", { open: [] }), []);
  });

  it("says the reason, the source and the line to write", () => {
    const [never] = builtIns.vaultwarden!.neverOpen;
    assert.match(
      refusal("/admin/users", never!),
      /^opens \/admin\/users, but \/admin\/… must never be open to anybody: administration .* \(https:\/\/github\.com\//,
    );
    assert.match(refusal("/api", builtIns.prometheus!.neverOpen[0]!), /but the whole app must never be open/);
    assert.match(exposure(never!), /^public also opens \/admin\/…: administration/);
    const said = (name: string, access: string | object = { groups: ["readers"] }): string =>
      shutOut(builtIns[name]!.clients[0]!, name, builtIns[name]!, access);
    assert.match(said("immich"), /^the mobile app cannot sign in to Pomerium: .* write `api: immich` /);
    assert.match(said("transmission"), /write `api: \[\/transmission\/rpc\]`$/);
    assert.match(said("immich", "admins"), / write `access: \{api: immich\}` /);
    assert.match(said("transmission", "admins"), / write `access: \{api: \[\/transmission\/rpc\]\}`$/);
    assert.match(said("ntfy"), /no path can be opened for them: topics are at the root/);
  });
});

describe("two paths", () => {
  const segment = fc.constantFrom("api", "v1", "admin", "apix", "API");
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
  const openPath = fc.record({ path, exact: fc.boolean() });
  const requests = fc.array(path, { maxLength: 8 });

  it("overlap if some request meets both, whichever comes first", () => {
    fc.assert(
      fc.property(openPath, openPath, requests, (one, other, more) => {
        const meets = (open: ApiPath, request: string): boolean => {
          const [outer, inner] = [open.path.toLowerCase(), request.toLowerCase()];
          return inner === outer || (open.exact !== true && inner.startsWith(`${outer}/`));
        };
        const samples = [one.path, other.path, ...more];
        assert.equal(
          overlap(one, other),
          samples.some((request) => meets(one, request) && meets(other, request)),
        );
        assert.equal(overlap(one, other), overlap(other, one));
      }),
    );
  });

  it("cover each other at segment boundaries only", () => {
    assert.ok(leadsTo({ path: "/api" }, "/api/x"));
    assert.ok(leadsTo({ path: "/api/" }, "/api"));
    assert.ok(!leadsTo({ path: "/api" }, "/apix"));
    assert.ok(leadsTo({ path: "/" }, "/anything"));
    assert.ok(!leadsTo({ path: "/api", exact: true }, "/api/x"));
  });
});

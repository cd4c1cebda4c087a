import { strict as assert } from "node:assert";
import { accessRoutes } from "../../../../policies/access/routes.ts";
import { builtIns } from "../../../../policies/catalogue/catalogue.ts";

/** Of each app with open paths: what an anonymous caller reaches, and near misses that he does not reach. */
const table: Record<string, { open: readonly string[]; closed: readonly string[] }> = {
  audiobookshelf: { open: ["/api/items", "/login"], closed: ["/apixyz", "/loginx", "/init", "/"] },
  "calibre-web": {
    open: ["/opds", "/opds/books", "/kobo/t0ken/v1"],
    closed: ["/opdsx", "/kobo_auth/x", "/admin"],
  },
  "firefly-iii": { open: ["/api/v1/about"], closed: ["/api", "/api/v10", "/v1"] },
  forgejo: { open: ["/api/v1/user"], closed: ["/api/internal/x", "/api/v12", "/me/repository"] },
  freshrss: {
    open: ["/api/greader.php", "/api/greader.php/accounts/ClientLogin", "/api/fever.php"],
    closed: ["/api", "/api/fever.php/x", "/api/greader.phpx", "/i/"],
  },
  gitea: {
    open: ["/api/v1/user", "/v2/", "/api/packages/x"],
    closed: ["/api/internal/x", "/api/swagger", "/v20"],
  },
  gitlab: { open: ["/api/v4/projects"], closed: ["/api/v40", "/-/metrics", "/admin"] },
  gotify: {
    open: ["/message", "/stream", "/version"],
    closed: ["/messages", "/user", "/version/x", "/image/x"],
  },
  grafana: { open: ["/api/health"], closed: ["/apis/x", "/login"] },
  harbor: {
    open: ["/v2/library/x/manifests/1", "/service/token"],
    closed: ["/service/notifications/x", "/service/token/x", "/api/internal/x", "/harbor", "/v20"],
  },
  "home-assistant": { open: ["/api/websocket", "/auth/token"], closed: ["/apixyz", "/authorize", "/config"] },
  immich: {
    open: ["/api/server/ping", "/.well-known/immich"],
    closed: ["/apix", "/.well-known/immich/x", "/share/x"],
  },
  influxdb: { open: ["/query", "/write"], closed: ["/query/x", "/writer", "/debug/pprof"] },
  jellyfin: { open: ["/Users/Me", "/System/Ping"], closed: ["/Userspace", "/System/Info", "/Startup/User"] },
  kavita: { open: ["/api/opds/key"], closed: ["/api/account/register", "/api/opdsx", "/api"] },
  komga: { open: ["/opds/v1.2", "/sse/v1/events"], closed: ["/opdsx", "/actuator"] },
  lidarr: { open: ["/api/v1/artist"], closed: ["/initialize.json", "/apix", "/login"] },
  linkding: {
    open: ["/api/bookmarks/", "/feeds/key/all"],
    closed: ["/admin/", "/settings/integrations", "/feedsx"],
  },
  mealie: { open: ["/api/recipes"], closed: ["/apix", "/g/home", "/docs"] },
  miniflux: {
    open: ["/v1/feeds", "/fever/", "/reader/api/0/token", "/accounts/ClientLogin"],
    closed: ["/v10", "/metrics", "/reader/api/1", "/accounts", "/unread"],
  },
  n8n: {
    open: ["/api/v1/workflows"],
    closed: ["/rest/workflows", "/webhook/x", "/webhook-test/x", "/api/v10"],
  },
  navidrome: { open: ["/rest/ping"], closed: ["/restful", "/api/song"] },
  nextcloud: {
    open: ["/remote.php/dav/files", "/ocs/v2.php/cloud/user", "/status.php", "/login/v2", "/login/v2/poll"],
    closed: [
      "/remote.phpx",
      "/login/v2/flow/token",
      "/index.php/apps/files",
      "/data/alice",
      "/config/config.php",
      "/login",
    ],
  },
  overseerr: { open: ["/api/v1/status"], closed: ["/api/v10", "/imageproxy/x", "/api-docs"] },
  "paperless-ngx": { open: ["/api/documents/"], closed: ["/apix", "/admin/", "/share/x"] },
  photoprism: {
    open: ["/originals/2024", "/import/x"],
    closed: ["/originalsx", "/api/v1/photos", "/library"],
  },
  prowlarr: { open: ["/api/v1/indexer"], closed: ["/1/api", "/initialize.json", "/apix"] },
  qbittorrent: { open: ["/api/v2/torrents/info"], closed: ["/api/v20", "/api", "/"] },
  radarr: { open: ["/api/v3/movie"], closed: ["/initialize.json", "/apix", "/login"] },
  sabnzbd: { open: ["/api", "/sabnzbd/api"], closed: ["/api/x", "/config/general", "/sabnzbd/config", "/"] },
  seerr: { open: ["/api/v1/request"], closed: ["/api/v10", "/imageproxy/x"] },
  sonarr: {
    open: ["/api/v3/series"],
    closed: ["/initialize.json", "/apix", "/feed/v3/calendar", "/signalr/messages"],
  },
  tautulli: { open: ["/api/v2"], closed: ["/api", "/api/v20", "/newsletter/x"] },
  "uptime-kuma": {
    open: ["/api/push/token"],
    closed: ["/socket.io/", "/api/pushx", "/api/badge/1/status", "/metrics"],
  },
  vaultwarden: {
    open: ["/api/sync", "/identity/connect/token", "/notifications/hub", "/attachments/1/2"],
    closed: ["/admin", "/admin/users", "/icons/x/icon.png", "/identityx", "/apix", "/"],
  },
  vikunja: { open: ["/api/v1/tasks", "/dav/projects", "/feeds/x"], closed: ["/api/v3", "/davx", "/api"] },
};

/** Whether the routes let anybody reach a path: the longest route wins, and a plain one is compared letter by letter. */
function isOpenToAnybody(name: string, path: string): boolean {
  const [, open] = accessRoutes({ kind: "apiOnly", api: builtIns[name]!.api, from: [] });
  return open!.paths.some((route) => (route.exact ? path === route.path : path.startsWith(route.path)));
}

describe("near misses of the catalogue", () => {
  it("are written down for each app with open paths", () => {
    const withApi = Object.keys(builtIns).filter((name) => builtIns[name]!.api.length > 0);
    assert.deepEqual(Object.keys(table).sort(), withApi.sort());
  });

  for (const [name, { open, closed }] of Object.entries(table))
    it(`${name} lets anybody reach ${open[0]}, and not ${closed[0]}`, () => {
      assert.deepEqual(
        open.filter((path) => !isOpenToAnybody(name, path)),
        [],
      );
      assert.deepEqual(
        closed.filter((path) => isOpenToAnybody(name, path)),
        [],
      );
    });

  it("each app names a path that is open and one that is not", () => {
    for (const [name, { open, closed }] of Object.entries(table)) {
      assert.ok(open.length > 0, name);
      assert.ok(closed.length > 1, name);
    }
  });
});

import { builtIn, onGitHub } from "../entry.ts";

const kavitaOpds = onGitHub("Kareadita/Kavita", "API/Controllers/OPDSController.cs");

const kavitaApi = onGitHub("Kareadita/Kavita", "API/Controllers/BaseApiController.cs");

const kavitaImages = onGitHub("Kareadita/Kavita", "API/Controllers/ImageController.cs");

const calibreOpds = onGitHub("janeczku/calibre-web", "cps/opds.py");

const calibreKobo = onGitHub("janeczku/calibre-web", "cps/kobo.py");

const freshRss = "https://github.com/FreshRSS/FreshRSS/blob/HEAD/docs/en/users/06_Mobile_access.md";

const miniflux = onGitHub("miniflux/v2", "internal/http/server/routes.go");

const minifluxApi = onGitHub("miniflux/v2", "internal/api/api.go");

const linkding = onGitHub("sissbruecker/linkding", "bookmarks/urls.py");

const linkdingApi = onGitHub("sissbruecker/linkding", "bookmarks/settings/base.py");

/** Apps for books, news and bookmarks, besides Komga. */
export const reading = {
  kavita: builtIn({
    title: "Kavita, books and comics",
    api: [
      {
        path: "/api/opds",
        reason: "catalogue of e-readers, with the API key in the path",
        source: kavitaOpds,
      },
    ],
    leftOut: [
      {
        path: "/api/image",
        reason: "covers in the catalogue; the sources do not say whether each checks the API key",
        source: kavitaImages,
        unsure: true,
      },
      {
        path: "/api/reader",
        reason: "readers on phones call it and much else below /api, with a token; open it where one is used",
        source: kavitaApi,
      },
    ],
    neverOpen: [
      {
        path: "/api/account/register",
        exact: true,
        reason: "it makes the first administrator for anybody who asks first",
        source: onGitHub("Kareadita/Kavita", "API/Controllers/AccountController.cs"),
      },
    ],
    clients: [{ name: "e-readers", through: ["/api/opds"], source: kavitaOpds }],
    route: { allow_websockets: true, timeout: "0s" },
    why: {
      allow_websockets: {
        reason: "/hubs/messages tells the page of changes over a WebSocket",
        source: onGitHub("Kareadita/Kavita", "API/Startup.cs"),
      },
      timeout: {
        reason: "a download outlasts Pomerium's 30 s for a whole request",
        source: "https://www.pomerium.com/docs/reference/routes/timeouts",
      },
    },
    health: {
      path: "/api/health",
      source: onGitHub("Kareadita/Kavita", "API/Controllers/HealthController.cs"),
    },
  }),
  "calibre-web": builtIn({
    title: "Calibre-Web, e-books",
    api: [
      { path: "/opds", reason: "catalogue of e-readers, with user and password", source: calibreOpds },
      { path: "/kobo", reason: "Kobo e-readers, with a token in the path", source: calibreKobo },
    ],
    clients: [{ name: "e-readers", through: ["/opds", "/kobo"], source: calibreOpds }],
    needs: [
      {
        reason: "anonymous browsing is off, or /opds asks for no password",
        source: calibreOpds,
      },
      {
        reason: "a password of your own: the first one is admin123",
        source: onGitHub("janeczku/calibre-web", "README.md"),
      },
    ],
    route: { preserve_host_header: true, timeout: "0s" },
    why: {
      preserve_host_header: {
        reason: "Kobo's downloads hold absolute links, made of the host",
        source: calibreKobo,
      },
      timeout: {
        reason: "a download outlasts Pomerium's 30 s for a whole request",
        source: "https://www.pomerium.com/docs/reference/routes/timeouts",
      },
    },
  }),
  freshrss: builtIn({
    title: "FreshRSS, news feeds",
    api: [
      {
        path: "/api/greader.php",
        reason: "Google Reader's API of mobile apps, with the API password",
        source: freshRss,
      },
      {
        path: "/api/fever.php",
        exact: true,
        reason: "Fever's API of mobile apps, with the API password",
        source: onGitHub("FreshRSS/FreshRSS", "docs/en/developers/06_Fever_API.md"),
      },
    ],
    leftOut: [
      {
        path: "/api/query.php",
        reason: "shared queries, with a token in the address; open it where they are used",
        source: onGitHub("FreshRSS/FreshRSS", "p/api/query.php"),
      },
      {
        path: "/api/pshb.php",
        reason: "WebSub, by which feeds announce news; open it where it is wanted",
        source: onGitHub("FreshRSS/FreshRSS", "p/api/pshb.php"),
        unsure: true,
      },
    ],
    clients: [{ name: "mobile apps", through: ["/api/greader.php", "/api/fever.php"], source: freshRss }],
    needs: [{ reason: "`Allow API access` is on, and each user has an API password", source: freshRss }],
    route: {},
    why: {},
  }),
  miniflux: builtIn({
    title: "Miniflux, news feeds",
    api: [
      { path: "/v1", reason: "calls of apps, with an API key or user and password", source: minifluxApi },
      { path: "/fever", reason: "Fever's API, with a key", source: miniflux },
      { path: "/reader/api/0", reason: "Google Reader's API, with a token", source: miniflux },
      {
        path: "/accounts/ClientLogin",
        exact: true,
        reason: "where a Google Reader client trades user and password for a token",
        source: miniflux,
      },
    ],
    neverOpen: [
      {
        path: "/metrics",
        reason: "it looks at the caller's address, and behind Pomerium that is one of the cluster's own",
        source: miniflux,
      },
    ],
    clients: [{ name: "mobile apps", through: ["/v1", "/fever", "/reader/api/0"], source: miniflux }],
    route: {},
    why: {},
    health: { path: "/readiness", source: miniflux },
  }),
  linkding: builtIn({
    title: "linkding, bookmarks",
    api: [
      {
        path: "/api",
        reason: "calls of browser extensions and mobile apps, with a token",
        source: linkdingApi,
      },
      {
        path: "/feeds",
        reason: "feeds, with a key in the path; /feeds/shared has what users share with everybody",
        source: linkding,
      },
    ],
    neverOpen: [
      { path: "/admin", reason: "Django's administration: users and tokens", source: linkding },
      { path: "/settings", reason: "tokens, import and export", source: linkding },
    ],
    clients: [
      {
        name: "browser extensions and mobile apps",
        through: ["/api"],
        source: onGitHub("sissbruecker/linkding", "README.md"),
      },
    ],
    needs: [
      {
        reason: "LD_ENABLE_AUTH_PROXY is off while paths are open, or a caller's own header signs it in",
        source: linkdingApi,
      },
    ],
    route: {},
    why: {},
    health: { path: "/health", source: linkding },
  }),
};

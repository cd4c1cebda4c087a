import { builtIn, onGitHub } from "../entry.ts";

const plexProxy = onGitHub("linuxserver/reverse-proxy-confs", "plex.subdomain.conf.sample");

const overseerrRoutes = onGitHub("sct/overseerr", "server/routes/index.ts");

const seerrRoutes = onGitHub("seerr-team/seerr", "server/routes/index.ts");

const tautulliApi = onGitHub("Tautulli/Tautulli", "plexpy/api2.py");

/** Overseerr and its successors: the same paths, in two repositories. */
const requests = (title: string, routes: string) =>
  builtIn({
    title,
    api: [
      {
        path: "/api/v1",
        reason:
          "calls of mobile apps and scripts, with the API key; status, public settings and backdrops are sent to anybody",
        source: routes,
      },
    ],
    leftOut: [
      { path: "/imageproxy", reason: "posters, sent to anybody; the page alone needs it", source: routes },
    ],
    clients: [{ name: "mobile apps and scripts", through: ["/api/v1"], source: routes }],
    needs: [
      {
        reason: "the first sign-in makes the administrator: go through the set-up before /api/v1 is open",
        source: onGitHub("sct/overseerr", "server/routes/auth.ts"),
      },
    ],
    route: {},
    why: {},
    health: { path: "/api/v1/status", source: routes },
  });

/** Apps for films and series, besides Jellyfin. */
export const video = {
  plex: builtIn({
    title: "Plex, films and series",
    streaming: true,
    leftOut: [
      {
        path: "/library",
        reason: "players call it with a token, but so does everything else at the root",
        source: plexProxy,
        unsure: true,
      },
    ],
    clients: [
      {
        name: "players on televisions and phones",
        through: [],
        instead: "let them reach port 32400 of the server, or Plex's relay",
        source: plexProxy,
      },
    ],
    needs: [
      { reason: "`Custom server access URLs` is the app's address with :443", source: plexProxy },
      {
        reason:
          "`allowed without auth` does not cover the pods' network, or everybody behind Pomerium is the owner",
        source: "https://gist.github.com/ometa/654376bf0e12e6131f2b809b3dc0f151",
      },
    ],
    route: { allow_websockets: true, timeout: "0s" },
    why: {
      allow_websockets: {
        reason: "the web client gets changes over a WebSocket",
        source: "https://gist.github.com/ahmedsajid/8b5751b542b657ba8dade6b2e3aabc6d",
      },
      timeout: {
        reason: "a film outlasts Pomerium's 30 s for a whole request",
        source: "https://www.pomerium.com/docs/reference/routes/timeouts",
      },
    },
  }),
  overseerr: requests("Overseerr, requests for films and series", overseerrRoutes),
  seerr: requests("Seerr (Jellyseerr), requests for films and series", seerrRoutes),
  tautulli: builtIn({
    title: "Tautulli, statistics of Plex",
    api: [
      { path: "/api/v2", reason: "calls of the mobile app and of scripts, with a key", source: tautulliApi },
    ],
    leftOut: [
      {
        path: "/newsletter",
        reason: "newsletters, with or without a password; open it where they are sent",
        source: onGitHub("Tautulli/Tautulli", "plexpy/webserve.py"),
      },
      {
        path: "/image",
        reason: "pictures in newsletters and notifications, sent to anybody; open it where they are sent",
        source: onGitHub("Tautulli/Tautulli", "plexpy/webserve.py"),
      },
    ],
    clients: [{ name: "the mobile app and scripts", through: ["/api/v2"], source: tautulliApi }],
    route: {},
    why: {},
    health: { path: "/status", source: onGitHub("Tautulli/Tautulli", "plexpy/webserve.py") },
  }),
};

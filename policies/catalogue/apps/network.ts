import { builtIn, onGitHub } from "../entry.ts";

const adguard = onGitHub("AdguardTeam/AdGuardHome", "internal/home/authhttp.go");

const pihole = onGitHub("pi-hole/FTL", "src/api/api.c");

const piholeAuth = onGitHub("pi-hole/FTL", "src/api/auth.c");

const ntfyServer = onGitHub("binwiederhier/ntfy", "server/server.go");

const ntfyConfig = onGitHub("binwiederhier/ntfy", "docs/config.md");

const gotify = onGitHub("gotify/server", "router/router.go");

/** Apps for names of the network and for notifications. */
export const network = {
  "adguard-home": builtIn({
    title: "AdGuard Home, names without advertising",
    leftOut: [
      {
        path: "/control",
        reason:
          "calls of mobile apps and Home Assistant, with user and password; open it where they are used, after the set-up",
        source: adguard,
      },
      {
        path: "/dns-query",
        reason: "DNS over HTTPS asks for no credentials: everybody could use the server",
        source: adguard,
      },
      {
        path: "/apple",
        reason: "profiles for Apple's devices, sent to anybody; open it where they are fetched from outside",
        source: adguard,
      },
    ],
    neverOpen: [
      {
        path: "/install.html",
        exact: true,
        reason: "the set-up: who reaches it first becomes the administrator",
        source: adguard,
      },
    ],
    clients: [{ name: "mobile apps and Home Assistant", through: ["/control"], source: adguard }],
    route: {},
    why: {},
  }),
  pihole: builtIn({
    title: "Pi-hole, names without advertising",
    leftOut: ["/api/auth", "/api/dns", "/api/stats", "/api/info"].map((path) => ({
      path,
      reason:
        "mobile apps and Home Assistant call it, with a session; open it together with the others once a password is set: without one it asks for nothing",
      source: piholeAuth,
    })),
    neverOpen: [
      { path: "/api/config", reason: "all settings, to read and to change", source: pihole },
      {
        path: "/api/teleporter",
        reason: "the whole configuration, to take away and to replace",
        source: pihole,
      },
    ],
    clients: [
      {
        name: "mobile apps and Home Assistant",
        through: ["/api/auth", "/api/dns", "/api/stats", "/api/info"],
        source: pihole,
      },
    ],
    route: {},
    why: {},
    health: { path: "/api/info/login", source: pihole },
  }),
  ntfy: builtIn({
    title: "ntfy, notifications",
    neverOpen: [
      { path: "/metrics", reason: "measurements of the server, sent to anybody", source: ntfyServer },
    ],
    clients: [
      {
        name: "phones, and the programs that send to them",
        through: [],
        instead:
          "topics are at the root: set `auth-default-access: deny-all` in ntfy, and then make the app public",
        source: ntfyConfig,
      },
    ],
    needs: [{ reason: "behind-proxy, or all callers share one rate limit", source: ntfyConfig }],
    route: { allow_websockets: true, timeout: "0s", idle_timeout: "1h" },
    why: {
      allow_websockets: { reason: "phones and the page listen at <topic>/ws", source: ntfyServer },
      timeout: { reason: "who listens at <topic>/json listens for hours", source: ntfyServer },
      idle_timeout: { reason: "a topic may be silent for long", source: ntfyServer },
    },
    health: { path: "/v1/health", source: ntfyServer },
  }),
  gotify: builtIn({
    title: "Gotify, notifications",
    api: [
      { path: "/message", reason: "sending and reading, with a token", source: gotify },
      { path: "/stream", reason: "WebSocket of the mobile app, with a token", source: gotify },
      { path: "/application", reason: "what may send, with a token of a client", source: gotify },
      { path: "/client", reason: "where the mobile app makes its token", source: gotify },
      { path: "/current/user", reason: "who has signed in, with a token", source: gotify },
      {
        path: "/version",
        exact: true,
        reason: "tells the mobile app that a server is here; it asks for no credentials",
        source: gotify,
      },
    ],
    leftOut: [
      {
        path: "/image",
        reason: "pictures of applications, sent to anybody; without it the mobile app shows none",
        source: gotify,
      },
      {
        path: "/user",
        reason: "administration of users; with registration on, anybody makes one",
        source: gotify,
      },
    ],
    clients: [
      {
        name: "the mobile app, and the programs that send to it",
        through: ["/message", "/stream"],
        source: gotify,
      },
    ],
    needs: [
      {
        reason: "a password of your own: the first one is admin",
        source: onGitHub("gotify/server", "config/config.go"),
      },
    ],
    route: { allow_websockets: true },
    why: { allow_websockets: { reason: "/stream delivers messages over a WebSocket", source: gotify } },
    health: { path: "/health", source: gotify },
  }),
};

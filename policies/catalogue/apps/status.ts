import { builtIn, onGitHub } from "../entry.ts";

const kumaApi = onGitHub("louislam/uptime-kuma", "server/routers/api-router.js");

const kumaPages = onGitHub("louislam/uptime-kuma", "server/routers/status-page-router.js");

const kumaServer = onGitHub("louislam/uptime-kuma", "server/server.js");

const gatus = onGitHub("TwiN/gatus", "api/api.go");

const homepage = onGitHub("gethomepage/homepage", "docs/installation/index.md");

/** Apps that show whether others are well, and where they are. */
export const status = {
  "uptime-kuma": builtIn({
    title: "Uptime Kuma, monitoring",
    api: [
      {
        path: "/api/push",
        reason: "where programs say that they are well, with a token in the path",
        source: kumaApi,
      },
    ],
    leftOut: [
      ...["/status", "/api/status-page", "/assets", "/upload"].map((path) => ({
        path,
        reason: "public status pages; open it together with the others where such a page is wanted",
        source: kumaPages,
      })),
      {
        path: "/api/badge",
        reason: "badges of monitors; open it where they are shown",
        source: kumaApi,
      },
    ],
    neverOpen: [
      {
        path: "/socket.io",
        reason: "the whole administration runs over it, and the set-up of the first user",
        source: kumaServer,
      },
      {
        path: "/metrics",
        reason: "it asks for the first user's own password",
        source: kumaServer,
      },
    ],
    clients: [{ name: "programs that report by push", through: ["/api/push"], source: kumaApi }],
    route: { allow_websockets: true },
    why: {
      allow_websockets: {
        reason: "the page runs over a WebSocket",
        source: onGitHub("louislam/uptime-kuma", "server/uptime-kuma-server.js"),
      },
    },
  }),
  gatus: builtIn({
    title: "Gatus, monitoring",
    leftOut: [
      {
        path: "/api/v1/endpoints",
        reason:
          "where programs say that they are well, with a token; badges and measurements below it are sent to anybody. Open it where they are used",
        source: gatus,
      },
    ],
    neverOpen: [
      { path: "/metrics", reason: "measurements of every endpoint, sent to anybody", source: gatus },
    ],
    clients: [{ name: "programs that report by push", through: ["/api/v1/endpoints"], source: gatus }],
    needs: [
      {
        reason: "no security section is needed behind Pomerium; without both, anybody sees every endpoint",
        source: onGitHub("TwiN/gatus", "README.md"),
      },
    ],
    route: {},
    why: {},
    health: { path: "/health", source: gatus },
  }),
  homepage: builtIn({
    title: "Homepage, a start page",
    neverOpen: [
      {
        path: "/",
        reason: "it checks no credentials, and its widgets show what other apps hold",
        source: homepage,
      },
    ],
    needs: [{ reason: "HOMEPAGE_ALLOWED_HOSTS contains the app's host", source: homepage }],
    route: { preserve_host_header: true },
    why: {
      preserve_host_header: { reason: "it answers only to HOMEPAGE_ALLOWED_HOSTS", source: homepage },
    },
    health: {
      path: "/api/healthcheck",
      source: onGitHub("gethomepage/homepage", "src/pages/api/healthcheck.js"),
    },
  }),
};

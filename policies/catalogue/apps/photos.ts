import { builtIn, onGitHub } from "../entry.ts";

const immichProxy = "https://docs.immich.app/administration/reverse-proxy";

const immichAuth = onGitHub("immich-app/immich", "server/src/controllers/auth.controller.ts");

const immichServer = onGitHub("immich-app/immich", "server/src/controllers/server.controller.ts");

const photoprismWebDav = onGitHub("photoprism/photoprism", "internal/server/routes_webdav.go");

const photoprismRoutes = onGitHub("photoprism/photoprism", "internal/server/routes.go");

const longUploads = {
  reason: "the upload of a film outlasts Pomerium's 30 s for a whole request",
  source: "https://www.pomerium.com/docs/reference/routes/timeouts",
};

/** Apps for photographs. */
export const photos = {
  immich: builtIn({
    title: "Immich, photographs",
    uploads: true,
    api: [
      {
        path: "/api",
        reason:
          "calls of the mobile app, with a session or an API key; /api/server/version, /config and /features are sent to anybody",
        source: immichServer,
      },
      {
        path: "/.well-known/immich",
        exact: true,
        reason: "tells the mobile app where the API is",
        source: immichProxy,
      },
    ],
    leftOut: [
      {
        path: "/share",
        reason: "pages of shared links, for anyone with the link; open it where they are used",
        source: onGitHub("immich-app/immich", "server/src/controllers/shared-link.controller.ts"),
        unsure: true,
      },
    ],
    clients: [{ name: "the mobile app", through: ["/api"], source: immichProxy }],
    needs: [
      {
        reason:
          "create the administrator before /api is open: /api/auth/admin-sign-up asks for no credentials",
        source: immichAuth,
      },
    ],
    route: { allow_websockets: true, timeout: "0s", preserve_host_header: true },
    why: {
      allow_websockets: {
        reason: "/api/socket.io speaks over a WebSocket alone; the socket authenticates itself",
        source: onGitHub("immich-app/immich", "server/src/repositories/websocket.repository.ts"),
      },
      timeout: longUploads,
      preserve_host_header: {
        reason: "its guide asks for the client's own Host header",
        source: immichProxy,
      },
    },
    health: { path: "/api/server/ping", source: immichServer },
  }),
  photoprism: builtIn({
    title: "PhotoPrism, photographs",
    uploads: true,
    api: [
      {
        path: "/originals",
        reason: "WebDAV of the originals, with user and app password",
        source: photoprismWebDav,
      },
      {
        path: "/import",
        reason: "WebDAV of the import folder, with user and app password",
        source: photoprismWebDav,
      },
    ],
    leftOut: [
      {
        path: "/api/v1",
        reason:
          "calls of apps, with a token; thumbnails are sent to those who know a preview token. Open it where such an app is used",
        source: photoprismRoutes,
      },
      {
        path: "/s",
        reason: "pages of shared links; open it where they are used",
        source: photoprismRoutes,
        unsure: true,
      },
    ],
    clients: [
      {
        name: "apps that synchronise by WebDAV",
        through: ["/originals", "/import"],
        source: photoprismWebDav,
      },
    ],
    route: { allow_websockets: true, timeout: "0s" },
    why: {
      allow_websockets: {
        reason: "/api/v1/ws tells the page of changes",
        source: onGitHub("photoprism/photoprism", "internal/api/websocket_create.go"),
      },
      timeout: longUploads,
    },
    health: {
      path: "/api/v1/status",
      source: onGitHub("photoprism/photoprism", "internal/api/status.go"),
    },
  }),
};

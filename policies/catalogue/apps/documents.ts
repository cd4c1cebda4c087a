import { builtIn, onGitHub } from "../entry.ts";

const loginFlow = onGitHub("nextcloud/documentation", "developer_manual/client_apis/LoginFlow/index.rst");

const nextcloudNginx = onGitHub(
  "nextcloud/documentation",
  "admin_manual/installation/nginx-root.conf.sample",
);

const nextcloudProxy = onGitHub(
  "nextcloud/documentation",
  "admin_manual/configuration_server/reverse_proxy_configuration.rst",
);

const paperlessUrls = onGitHub("paperless-ngx/paperless-ngx", "src/paperless/urls.py");

const paperlessApi = onGitHub("paperless-ngx/paperless-ngx", "docs/api.md");

const vikunja = onGitHub("go-vikunja/vikunja", "pkg/routes/routes.go");

const longUploads = {
  reason: "an upload outlasts Pomerium's 30 s for a whole request",
  source: "https://www.pomerium.com/docs/reference/routes/timeouts",
};

/** Apps for files, documents and plans. */
export const documents = {
  nextcloud: builtIn({
    title: "Nextcloud, files, calendars and contacts",
    uploads: true,
    api: [
      {
        path: "/remote.php",
        reason: "WebDAV, CalDAV and CardDAV of desktop and mobile clients, with an app password",
        source: loginFlow,
      },
      {
        path: "/ocs",
        reason: "calls of the clients, with an app password; what the server can do is sent to anybody",
        source: loginFlow,
      },
      {
        path: "/status.php",
        exact: true,
        reason: "tells a client that a server is here, and its version",
        source: nextcloudNginx,
      },
      {
        path: "/login/v2",
        exact: true,
        reason: "where a client begins to sign in; the browser continues below it and signs in to Pomerium",
        source: loginFlow,
      },
      {
        path: "/login/v2/poll",
        exact: true,
        reason: "where the client waits for the browser, with a token",
        source: loginFlow,
      },
      { path: "/index.php/login/v2", exact: true, reason: "the same, long form", source: loginFlow },
      { path: "/index.php/login/v2/poll", exact: true, reason: "the same, long form", source: loginFlow },
      {
        path: "/.well-known/caldav",
        exact: true,
        reason: "leads calendars to /remote.php/dav",
        source: nextcloudNginx,
      },
      {
        path: "/.well-known/carddav",
        exact: true,
        reason: "leads contacts to /remote.php/dav",
        source: nextcloudNginx,
      },
    ],
    leftOut: [
      {
        path: "/index.php/login/flow",
        reason:
          "older clients sign in here in a web view; whether Pomerium's sign-in works in it depends on the identity provider",
        source: loginFlow,
        unsure: true,
      },
      {
        path: "/s",
        reason: "pages of shared links, for anyone with the link; open it where they are used",
        source: nextcloudNginx,
        unsure: true,
      },
      {
        path: "/public.php",
        reason: "files of shared links; open it where they are used",
        source: nextcloudNginx,
      },
      {
        path: "/index.php/apps",
        reason: "clients of single apps (Notes, Deck, News) call paths of their own below it",
        source: nextcloudNginx,
        unsure: true,
      },
    ],
    neverOpen: [
      {
        path: "/data",
        reason: "the files of all users; Nextcloud's own configuration of nginx hides it",
        source: nextcloudNginx,
      },
      {
        path: "/config",
        reason: "passwords and keys; Nextcloud's own configuration of nginx hides it",
        source: nextcloudNginx,
      },
    ],
    clients: [
      {
        name: "desktop and mobile clients, calendars and contacts",
        through: ["/remote.php", "/ocs"],
        source: loginFlow,
      },
    ],
    needs: [
      {
        reason:
          "trusted_proxies with the pods' network, overwriteprotocol https, and overwritehost or trusted_domains with the app's host",
        source: nextcloudProxy,
      },
    ],
    route: { timeout: "0s", preserve_host_header: true },
    why: {
      timeout: longUploads,
      preserve_host_header: {
        reason: "it answers only to the hosts in trusted_domains",
        source: nextcloudProxy,
      },
    },
    health: { path: "/status.php", source: nextcloudNginx },
  }),
  "paperless-ngx": builtIn({
    title: "Paperless-ngx, scanned documents",
    uploads: true,
    api: [
      {
        path: "/api",
        reason: "calls of mobile apps and scanners, with a token or user and password",
        source: paperlessApi,
      },
    ],
    leftOut: [
      {
        path: "/share",
        reason: "shared documents, for anyone with the link; open it where they are used",
        source: paperlessUrls,
      },
    ],
    neverOpen: [
      {
        path: "/admin",
        reason: "Django's administration: users, tokens and all documents",
        source: paperlessUrls,
      },
    ],
    clients: [{ name: "mobile apps and scanners", through: ["/api"], source: paperlessApi }],
    needs: [
      {
        reason: "PAPERLESS_AUTO_LOGIN_USERNAME is not set while /api is open, or everybody is that user",
        source: onGitHub("paperless-ngx/paperless-ngx", "src/paperless/settings/__init__.py"),
      },
      {
        reason:
          "strong passwords: the pattern of the administration is not anchored, so its sign-in page answers below /api too",
        source: paperlessUrls,
      },
    ],
    route: { allow_websockets: true, timeout: "0s" },
    why: {
      allow_websockets: { reason: "/ws/status tells the page how imports go on", source: paperlessUrls },
      timeout: longUploads,
    },
  }),
  vikunja: builtIn({
    title: "Vikunja, tasks",
    api: [
      {
        path: "/api/v1",
        reason: "calls of desktop and mobile apps, with a token; sign-in and information answer without",
        source: vikunja,
      },
      { path: "/api/v2", reason: "the same, newer", source: vikunja },
      { path: "/dav", reason: "CalDAV, with user and token", source: vikunja },
      { path: "/.well-known/caldav", reason: "leads calendars to /dav", source: vikunja },
      { path: "/feeds", reason: "notifications as a feed, with user and token", source: vikunja },
    ],
    clients: [
      {
        name: "desktop and mobile apps, and calendars",
        through: ["/api/v1", "/api/v2", "/dav"],
        source: vikunja,
      },
    ],
    needs: [
      {
        reason:
          "service.enableregistration is off, or anybody may make an account; service.testingtoken and metrics are off as well, because both are below /api/v1",
        source: vikunja,
      },
    ],
    route: { allow_websockets: true },
    why: { allow_websockets: { reason: "/api/v1/ws tells the page of changes", source: vikunja } },
    health: { path: "/health", source: vikunja },
  }),
};

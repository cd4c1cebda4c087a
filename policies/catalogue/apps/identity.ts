import { builtIn, onGitHub } from "../entry.ts";

const vaultwarden = onGitHub("dani-garcia/vaultwarden", "src/main.rs");

const vaultwardenIdentity = onGitHub("dani-garcia/vaultwarden", "src/api/identity.rs");

const vaultwardenSettings = onGitHub("dani-garcia/vaultwarden", ".env.template");

const authentikProxy = "https://docs.goauthentik.io/install-config/reverse-proxy";

/** Apps that keep passwords and accounts. */
export const identity = {
  vaultwarden: builtIn({
    title: "Vaultwarden, passwords",
    uploads: true,
    api: [
      {
        path: "/api",
        reason:
          "calls of Bitwarden's clients, with a token; hints, shared Sends and the version answer without",
        source: vaultwarden,
      },
      {
        path: "/identity",
        reason: "where a client signs in, by password or API key",
        source: vaultwardenIdentity,
      },
      {
        path: "/notifications",
        reason: "WebSocket that tells clients of changes, with a token",
        source: onGitHub("dani-garcia/vaultwarden", "src/api/notifications.rs"),
      },
      {
        path: "/attachments",
        reason: "attached files, with a token in the address",
        source: onGitHub("dani-garcia/vaultwarden", "src/api/web.rs"),
      },
    ],
    leftOut: [
      {
        path: "/icons",
        reason:
          "pictures of websites, fetched for anybody who asks; without it clients show none. Open it with DISABLE_ICON_DOWNLOAD, or where that does not matter",
        source: onGitHub("dani-garcia/vaultwarden", "src/api/icons.rs"),
      },
      {
        path: "/events",
        reason: "log of an organisation's clients; open it where ORG_EVENTS_ENABLED is used",
        source: vaultwarden,
        unsure: true,
      },
    ],
    neverOpen: [
      {
        path: "/admin",
        reason:
          "administration of all users, and with DISABLE_ADMIN_TOKEN it asks for no credentials: it is for people who signed in",
        source: vaultwardenSettings,
      },
    ],
    clients: [
      {
        name: "Bitwarden's mobile apps, desktop apps and browser extensions",
        through: ["/api", "/identity"],
        source: vaultwardenIdentity,
      },
    ],
    needs: [
      {
        reason: "SIGNUPS_ALLOWED=false: it is on by default, and then anybody makes an account",
        source: vaultwardenSettings,
      },
      {
        reason: "IP_HEADER=X-Forwarded-For, or its limits count all callers as one",
        source: vaultwardenSettings,
      },
    ],
    route: { allow_websockets: true, timeout: "0s" },
    why: {
      allow_websockets: {
        reason: "/notifications/hub tells clients of changes over a WebSocket",
        source: onGitHub("dani-garcia/vaultwarden", "src/api/notifications.rs"),
      },
      timeout: {
        reason: "an attachment outlasts Pomerium's 30 s for a whole request",
        source: "https://www.pomerium.com/docs/reference/routes/timeouts",
      },
    },
    health: { path: "/alive", source: onGitHub("dani-garcia/vaultwarden", "src/api/web.rs") },
  }),
  authentik: builtIn({
    title: "authentik, an identity provider",
    leftOut: [
      ...["/application/o", "/api/v3", "/ws/outpost", "/outpost.goauthentik.io"].map((path) => ({
        path,
        reason:
          "apps and outposts on other machines call it; open it where there are some, or make the whole app public",
        source: authentikProxy,
        unsure: true as const,
      })),
    ],
    neverOpen: [
      {
        path: "/if/flow/initial-setup",
        reason: "the set-up: who reaches it first becomes the administrator",
        source: "https://docs.goauthentik.io/install-config/install/docker-compose/",
      },
    ],
    needs: [
      {
        reason:
          "if Pomerium itself signs people in with it, its access is public. Nobody can sign in to a page that asks them to sign in first",
        source: authentikProxy,
      },
    ],
    route: { allow_websockets: true, preserve_host_header: true },
    why: {
      allow_websockets: { reason: "outposts are connected by WebSockets", source: authentikProxy },
      preserve_host_header: {
        reason: "its security checks compare the host with the one asked for",
        source: authentikProxy,
      },
    },
  }),
};

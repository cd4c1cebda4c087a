import { builtIn, onGitHub } from "../entry.ts";

const qbittorrent = onGitHub("qbittorrent/qBittorrent", "src/webui/webapplication.cpp");

const sabnzbd = onGitHub("sabnzbd/sabnzbd", "sabnzbd/interface.py");

const transmission = onGitHub("transmission/transmission", "docs/Editing-Configuration-Files.md");

const syncthing = onGitHub("syncthing/syncthing", "lib/api/api.go");

const syncthingAuth = onGitHub("syncthing/syncthing", "lib/api/api_auth.go");

/** Apps that fetch and exchange files. */
export const downloads = {
  qbittorrent: builtIn({
    title: "qBittorrent, torrents",
    api: [
      {
        path: "/api/v2",
        reason:
          "calls of mobile apps and other servers, with a session or an API key; only auth/login answers without",
        source: qbittorrent,
      },
    ],
    clients: [{ name: "mobile apps", through: ["/api/v2"], source: qbittorrent }],
    needs: [
      {
        reason:
          "`Bypass authentication for clients in whitelisted IP subnets` does not cover the pods' network while /api/v2 is open, or Pomerium is let in for everybody",
        source: qbittorrent,
      },
    ],
    route: { preserve_host_header: true },
    why: {
      preserve_host_header: {
        reason: "it refuses requests whose origin is not the host that it sees",
        source: qbittorrent,
      },
    },
  }),
  sabnzbd: builtIn({
    title: "SABnzbd, Usenet downloads",
    uploads: true,
    api: [
      {
        path: "/api",
        exact: true,
        reason:
          "calls of mobile apps and other servers, with the API key; only mode=version and mode=auth answer without",
        source: sabnzbd,
      },
      {
        path: "/sabnzbd/api",
        exact: true,
        reason: "the same below the default base path",
        source: onGitHub("linuxserver/reverse-proxy-confs", "sabnzbd.subdomain.conf.sample"),
      },
    ],
    neverOpen: [
      {
        path: "/config",
        reason: "settings with the API key; without user and password they open to whoever reaches them",
        source: sabnzbd,
      },
      { path: "/sabnzbd/config", reason: "the same below the default base path", source: sabnzbd },
    ],
    clients: [{ name: "mobile apps", through: ["/api"], source: sabnzbd }],
    needs: [
      {
        reason:
          "`External internet access` is API or more, because it also looks at X-Forwarded-For; and the app's host is in host_whitelist",
        source: sabnzbd,
      },
    ],
    route: { preserve_host_header: true, timeout: "0s" },
    why: {
      preserve_host_header: { reason: "it compares the host with host_whitelist", source: sabnzbd },
      timeout: {
        reason: "an upload outlasts Pomerium's 30 s for a whole request",
        source: "https://www.pomerium.com/docs/reference/routes/timeouts",
      },
    },
  }),
  transmission: builtIn({
    title: "Transmission, torrents",
    leftOut: [
      {
        path: "/transmission/rpc",
        reason:
          "remote controls call it, but it asks for no password by default; open it once rpc_authentication_required is set",
        source: transmission,
      },
    ],
    clients: [{ name: "remote controls", through: ["/transmission/rpc"], source: transmission }],
    route: {},
    why: {},
  }),
  syncthing: builtIn({
    title: "Syncthing, synchronised folders",
    leftOut: [
      {
        path: "/rest",
        reason:
          "calls of scripts, with the API key; open it where they are used, and only with a user and a password of the page",
        source: syncthingAuth,
      },
    ],
    needs: [
      {
        reason:
          "the devices synchronise on port 22000, a protocol of its own: give it a LoadBalancer; Pomerium protects only the page",
        source: "https://github.com/syncthing/docs/blob/debug/users/firewall.rst",
      },
    ],
    route: { timeout: "5m" },
    why: {
      timeout: { reason: "the page waits a minute for each answer of /rest/events", source: syncthing },
    },
    health: { path: "/rest/noauth/health", source: syncthing },
  }),
};

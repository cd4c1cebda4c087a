import { builtIn, type LeftOut, onGitHub } from "../entry.ts";

/** What Sonarr and its relatives have in common: they are made from the same sources. */
const servarr = (title: string, repository: string, namespace: string, leftOut: readonly LeftOut[] = []) => {
  const startup = onGitHub(repository, "src/NzbDrone.Host/Startup.cs");
  const initialize = onGitHub(repository, `src/${namespace}.Http/Frontend/InitializeJsonController.cs`);
  return builtIn({
    title,
    api: [
      {
        path: "/api",
        reason: "calls of mobile apps and other servers; without the API key it answers 401",
        source: startup,
      },
    ],
    leftOut: [
      {
        path: "/feed",
        reason: "calendar, with the API key in the address; open it where a calendar subscribes to it",
        source: startup,
      },
      {
        path: "/signalr",
        reason: "updates of the page, with the API key; no mobile app needs it",
        source: startup,
      },
      ...leftOut,
    ],
    neverOpen: [
      {
        path: "/initialize.json",
        exact: true,
        reason:
          "it contains the API key, and with the authentication method External it asks for no credentials",
        source: initialize,
      },
    ],
    clients: [{ name: "mobile apps and other servers", through: ["/api"], source: startup }],
    route: { allow_websockets: true },
    why: {
      allow_websockets: { reason: "SignalR tells the page of changes over a WebSocket", source: startup },
    },
    health: { path: "/ping", source: onGitHub(repository, `src/${namespace}.Http/Ping/PingController.cs`) },
  });
};

const bazarrUi = onGitHub("morpheus65535/bazarr", "bazarr/app/ui.py");

const bazarrApp = onGitHub("morpheus65535/bazarr", "bazarr/app/app.py");

const bazarrApi = onGitHub("morpheus65535/bazarr", "bazarr/api/utils.py");

/** Apps that find and sort films, series, music and subtitles. */
export const arr = {
  sonarr: servarr("Sonarr, series", "Sonarr/Sonarr", "Sonarr"),
  radarr: servarr("Radarr, films", "Radarr/Radarr", "Radarr"),
  lidarr: servarr("Lidarr, music", "Lidarr/Lidarr", "Lidarr"),
  prowlarr: servarr("Prowlarr, indexers", "Prowlarr/Prowlarr", "Prowlarr", [
    {
      path: "/1/api",
      reason:
        "each indexer has such a path, by its number; /api/v1/indexer/1/newznab is the same and is below /api",
      source: onGitHub("Prowlarr/Prowlarr", "src/Prowlarr.Api.V1/Indexers/NewznabController.cs"),
    },
  ]),
  bazarr: builtIn({
    title: "Bazarr, subtitles",
    leftOut: [
      {
        path: "/api/webhooks",
        reason: "webhooks of Plex, Radarr and Sonarr, with the API key; open it where they come from outside",
        source: onGitHub("morpheus65535/bazarr", "bazarr/api/webhooks/plex.py"),
      },
    ],
    neverOpen: [
      {
        path: "/api/socket.io",
        reason: "it tells everybody who connects what changes: the socket asks for no API key",
        source: bazarrApp,
      },
      {
        path: "/test",
        reason: "it fetches any address for anybody who asks: its sign-in check is not attached to the route",
        source: bazarrUi,
      },
      {
        path: "/images",
        reason: "it asks Sonarr and Radarr with their API keys: its sign-in check is not attached either",
        source: bazarrUi,
      },
      {
        path: "/system",
        reason: "backups with all keys: their sign-in check is not attached either",
        source: bazarrUi,
      },
    ],
    clients: [{ name: "webhooks from outside", through: ["/api/webhooks"], source: bazarrApi }],
    route: { allow_websockets: true },
    why: {
      allow_websockets: {
        reason: "Socket.IO tells the page of changes over a WebSocket",
        source: bazarrApp,
      },
    },
  }),
};

import { builtIn, onGitHub, originalCluster } from "../entry.ts";

const streams = {
  reason: "a stream or a download outlasts Pomerium's 30 s for a whole request",
  source: "https://www.pomerium.com/docs/reference/routes/timeouts",
};

const pauses = {
  reason: "a paused player holds its stream without reading from it",
  source: "https://www.pomerium.com/docs/reference/routes/timeouts",
};

const audiobookshelfApi = "https://api.audiobookshelf.org/";

const jellyfinApi = "https://api.jellyfin.org/";

const jellyfinOpen = "https://github.com/jellyfin/jellyfin/issues/5415";

const subsonic = "https://www.navidrome.org/docs/developers/subsonic-api/";

/** Apps that serve books, films and music. Their players stream for hours and bring their own credentials. */
export const media = {
  audiobookshelf: builtIn({
    title: "Audiobookshelf, audiobooks and podcasts",
    streaming: true,
    api: [
      { path: "/api", reason: "the mobile apps' calls, with a token", source: audiobookshelfApi },
      {
        path: "/login",
        reason: "where an app trades name and password for a token",
        source: audiobookshelfApi,
      },
      { path: "/auth/refresh", reason: "where an app renews its token", source: originalCluster },
      {
        path: "/status",
        reason: "tells an app that a server is here and how it signs in",
        source: audiobookshelfApi,
      },
      { path: "/hls", reason: "transcoded streams", source: audiobookshelfApi },
      {
        path: "/public",
        reason: "covers and sessions of shared items, by an unguessable id",
        source: originalCluster,
      },
      {
        path: "/socket.io",
        reason: "progress and updates; the socket authenticates itself",
        source: audiobookshelfApi,
      },
      {
        path: "/audiobookshelf/socket.io",
        reason: "the same, as newer apps ask for it below the default base path",
        source: originalCluster,
      },
    ],
    neverOpen: [
      {
        path: "/init",
        exact: true,
        reason: "it makes the first administrator for anybody who asks first",
        source: onGitHub("advplyr/audiobookshelf", "server/Server.js"),
      },
    ],
    clients: [{ name: "the mobile apps", through: ["/api"], source: audiobookshelfApi }],
    route: { allow_websockets: true, timeout: "0s", preserve_host_header: true },
    why: {
      allow_websockets: { reason: "Socket.IO carries progress and updates", source: audiobookshelfApi },
      timeout: streams,
      preserve_host_header: {
        reason: "links of feeds and shares carry the host asked for",
        source: originalCluster,
      },
    },
  }),
  jellyfin: builtIn({
    title: "Jellyfin, films and series",
    streaming: true,
    api: [
      {
        path: "/Users",
        reason: "sign-in and the user's own data; /Users/Public lists the names shown at sign-in",
        source: jellyfinApi,
      },
      { path: "/QuickConnect", reason: "sign-in by a code shown on a television", source: jellyfinApi },
      {
        path: "/System/Info/Public",
        exact: true,
        reason: "tells a client that a server is here",
        source: jellyfinApi,
      },
      {
        path: "/System/Ping",
        exact: true,
        reason: "tells a client that the server answers",
        source: jellyfinApi,
      },
      {
        path: "/System/Endpoint",
        exact: true,
        reason: "tells a client whether it is at home",
        source: jellyfinApi,
      },
      { path: "/Branding", reason: "what the sign-in page looks like", source: jellyfinApi },
      { path: "/DisplayPreferences", reason: "a client's own settings", source: jellyfinApi },
      { path: "/Sessions", reason: "what plays where, and remote control", source: jellyfinApi },
      { path: "/UserViews", reason: "a user's libraries", source: jellyfinApi },
      { path: "/UserItems", reason: "what a user has begun", source: jellyfinApi },
      { path: "/UserPlayedItems", reason: "what a user has seen", source: jellyfinApi },
      { path: "/UserFavoriteItems", reason: "what a user likes", source: jellyfinApi },
      {
        path: "/Items",
        reason:
          "everything about an item; its pictures are sent without credentials to those who know its id",
        source: jellyfinOpen,
      },
      { path: "/Shows", reason: "seasons and episodes", source: jellyfinApi },
      { path: "/Movies", reason: "recommendations", source: jellyfinApi },
      { path: "/Artists", reason: "music by artist", source: jellyfinApi },
      { path: "/Genres", reason: "browsing by genre", source: jellyfinApi },
      { path: "/Persons", reason: "actors and directors", source: jellyfinApi },
      { path: "/Studios", reason: "browsing by studio", source: jellyfinApi },
      { path: "/Search", reason: "search hints", source: jellyfinApi },
      { path: "/Playlists", reason: "a user's playlists", source: jellyfinApi },
      {
        path: "/Videos",
        reason: "streams and subtitles; some are sent without credentials to those who know the item's id",
        source: jellyfinOpen,
      },
      {
        path: "/Audio",
        reason: "streams and lyrics; some are sent without credentials to those who know the item's id",
        source: jellyfinOpen,
      },
      { path: "/MediaSegments", reason: "intros to skip", source: jellyfinApi },
      { path: "/Playback", reason: "bandwidth test before a stream", source: jellyfinApi },
      {
        path: "/socket",
        exact: true,
        reason: "WebSocket for updates and remote control",
        source: jellyfinApi,
      },
    ],
    leftOut: [
      {
        path: "/api",
        reason: "the original cluster opened it, but Jellyfin has no such path: its API is at the root",
        source: jellyfinApi,
      },
      {
        path: "/web",
        reason: "browsers sign in to Pomerium; its configuration pages ask for no credentials",
        source: jellyfinOpen,
      },
      { path: "/Library", reason: "administration; no player needs it", source: jellyfinApi },
      { path: "/LiveTv", reason: "add it where a tuner is attached", source: jellyfinApi },
    ],
    neverOpen: [
      {
        path: "/Startup",
        reason: "the setup wizard asks for no credentials until it has been gone through",
        source: jellyfinApi,
      },
    ],
    clients: [{ name: "players on televisions and phones", through: ["/Users"], source: jellyfinApi }],
    route: { allow_websockets: true, timeout: "0s", preserve_host_header: true },
    why: {
      allow_websockets: {
        reason: "the web client gets changes over a WebSocket",
        source: "https://jellyfin.org/docs/general/post-install/networking/reverse-proxy/",
      },
      timeout: streams,
      preserve_host_header: {
        reason: "the server tells clients its address by the host asked for",
        source: "https://jellyfin.org/docs/general/post-install/networking/reverse-proxy/",
      },
    },
    needs: [
      {
        reason: "`Known proxies` in its network settings, or every client seems to come from Pomerium",
        source: "https://jellyfin.org/docs/general/post-install/networking/reverse-proxy/",
      },
    ],
  }),
  komga: builtIn({
    title: "Komga, comics and e-books",
    api: [
      {
        path: "/api",
        reason: "the mobile apps' calls, with basic authentication or an API key",
        source: "https://komga.org/docs/openapi/komga-api",
      },
      {
        path: "/opds",
        reason: "catalogue of e-readers, with basic authentication",
        source: "https://komga.org/docs/guides/opds",
      },
      {
        path: "/kobo",
        reason: "Kobo e-readers, with a token in the path",
        source: "https://komga.org/docs/guides/kobo",
      },
      {
        path: "/sse",
        reason: "updates of the mobile apps, with the same credentials as /api",
        source: originalCluster,
      },
    ],
    leftOut: [
      {
        path: "//sse",
        reason:
          "the original cluster opened it for clients that write the slash twice; Pomerium merges slashes before it looks, so that /sse is what matches",
        source: "https://www.pomerium.com/docs/deploy/upgrading",
      },
      {
        path: "/koreader",
        reason: "progress of KOReader, with an API key; open it where it is used",
        source: "https://komga.org/docs/guides/koreader",
      },
    ],
    clients: [
      {
        name: "mobile apps and e-readers",
        through: ["/api", "/opds", "/kobo"],
        source: "https://komga.org/docs/guides/opds",
      },
    ],
    route: { preserve_host_header: true, timeout: "0s", idle_timeout: "1h" },
    why: {
      preserve_host_header: {
        reason:
          "OPDS feeds and Kobo downloads hold absolute links, made of the host; this spares X-Forwarded-Host",
        source: originalCluster,
      },
      timeout: streams,
      idle_timeout: { reason: "the stream of updates may be silent for long", source: originalCluster },
    },
  }),
  navidrome: builtIn({
    title: "Navidrome, music",
    streaming: true,
    api: [
      {
        path: "/rest",
        reason: "the Subsonic API of every player, with name and token in each call",
        source: subsonic,
      },
    ],
    leftOut: [
      {
        path: "/share",
        reason: "shared albums are for anyone with the link; open it where shares are used",
        source: "https://www.navidrome.org/docs/usage/sharing/",
      },
      {
        path: "/api",
        reason: "the web client's own API; its user has signed in to Pomerium",
        source: originalCluster,
      },
    ],
    clients: [{ name: "players on phones", through: ["/rest"], source: subsonic }],
    route: { timeout: "0s", idle_timeout: "1h" },
    why: { timeout: streams, idle_timeout: pauses },
  }),
  "steam-headless": builtIn({
    title: "Steam Headless, a desktop in the browser",
    streaming: true,
    route: { allow_websockets: true },
    why: {
      allow_websockets: {
        reason: "noVNC's picture and sound come over WebSockets, for as long as one plays",
        source: "https://github.com/Steam-Headless/docker-steam-headless",
      },
    },
  }),
};

import { builtIn, originalCluster } from "../entry.ts";

const fireflyApi = "https://api-docs.firefly-iii.org/";

const homeAssistantAuth = "https://developers.home-assistant.io/docs/auth_api";

/** Tools of no other kind. */
export const tools = {
  "code-server": builtIn({
    title: "code-server, VS Code in the browser",
    route: { allow_websockets: true, preserve_host_header: true },
    why: {
      allow_websockets: {
        reason: "the editor runs over a WebSocket",
        source: "https://coder.com/docs/code-server/guide",
      },
      preserve_host_header: {
        reason: "since v4.10.1 it refuses WebSockets whose origin is not the host that it sees",
        source: "https://github.com/coder/code-server/releases/tag/v4.10.1",
      },
    },
  }),
  "ddns-updater": builtIn({
    title: "ddns-updater, DNS records of a moving address",
    route: {},
    why: {},
    needs: [
      {
        reason: "it has no sign-in of its own: public means that anybody sees the address and starts updates",
        source: "https://github.com/qdm12/ddns-updater",
      },
    ],
  }),
  "firefly-iii": builtIn({
    title: "Firefly III, personal finances",
    api: [
      {
        path: "/api/v1",
        reason: "calls of apps and importers, with a personal access token",
        source: fireflyApi,
      },
    ],
    leftOut: [
      {
        path: "/v1",
        reason: "the original cluster opened it, but the API is at /api/v1",
        source: fireflyApi,
      },
      {
        path: "/oauth",
        reason: "apps that sign in by OAuth need /oauth/token; a personal access token does not",
        source: fireflyApi,
      },
    ],
    route: { preserve_host_header: true },
    why: {
      preserve_host_header: {
        reason: "redirects after its own sign-in go to the host that it sees",
        source: "https://docs.firefly-iii.org/references/faq/install/",
      },
    },
    needs: [
      {
        reason: "TRUSTED_PROXIES=** and APP_URL, or its pages load over http",
        source: "https://docs.firefly-iii.org/references/faq/install/",
      },
    ],
  }),
  "home-assistant": builtIn({
    title: "Home Assistant, home automation",
    api: [
      {
        path: "/api",
        reason: "the mobile app's calls, with a token; webhooks, by an unguessable id",
        source: "https://developers.home-assistant.io/docs/api/rest",
      },
      {
        path: "/auth",
        reason: "where the mobile app signs in and renews its token",
        source: homeAssistantAuth,
      },
    ],
    clients: [
      {
        name: "the mobile app",
        through: ["/api"],
        source: "https://developers.home-assistant.io/docs/api/rest",
      },
    ],
    route: { allow_websockets: true, preserve_host_header: true },
    why: {
      allow_websockets: {
        reason: "page and app hold a WebSocket all the time",
        source: "https://developers.home-assistant.io/docs/api/websocket",
      },
      preserve_host_header: {
        reason: "sign-in checks where it leads back to against the host",
        source: homeAssistantAuth,
      },
    },
    needs: [
      {
        reason:
          "use_x_forwarded_for and trusted_proxies with the pods' network, or it answers 400 Bad Request",
        source: "https://www.home-assistant.io/integrations/http/#reverse-proxies",
      },
    ],
  }),
  "kubernetes-dashboard": builtIn({
    title: "Kubernetes Dashboard",
    route: { secure_upstream: true, tls_skip_verify: true, allow_websockets: true },
    why: {
      secure_upstream: { reason: "its Kong proxy speaks HTTPS on 443", source: originalCluster },
      tls_skip_verify: { reason: "Kong's certificate is made by itself", source: originalCluster },
      allow_websockets: {
        reason: "a shell in a container runs over a WebSocket",
        source: "https://github.com/kubernetes/dashboard/tree/master/docs",
      },
    },
  }),
  ryot: builtIn({
    title: "Ryot, a tracker of media and sport",
    leftOut: [
      {
        path: "/_i",
        reason: "webhooks of Jellyfin, Plex and Kodi, by an unguessable id; open it where one is set up",
        source: "https://docs.ryot.io/integrations/overview.html",
      },
    ],
    route: {},
    why: {},
  }),
  unifi: builtIn({
    title: "UniFi Network Application",
    route: {
      secure_upstream: true,
      tls_skip_verify: true,
      preserve_host_header: true,
      allow_websockets: true,
    },
    why: {
      secure_upstream: { reason: "port 8443 speaks HTTPS only", source: originalCluster },
      tls_skip_verify: { reason: "its certificate is made by itself", source: originalCluster },
      preserve_host_header: {
        reason: 'sign-in fails with "try again later" when host and origin differ',
        source: originalCluster,
      },
      allow_websockets: { reason: "the state of devices comes over a WebSocket", source: originalCluster },
    },
  }),
  verify: builtIn({
    title: "Pomerium's verify page, which shows what Pomerium tells an app",
    route: { pass_identity_headers: true },
    why: {
      pass_identity_headers: {
        reason: "the identity it shows is that of X-Pomerium-Jwt-Assertion",
        source: "https://github.com/pomerium/verify",
      },
    },
  }),
};

import { builtIn, onGitHub } from "../entry.ts";

const portainer = onGitHub("portainer/portainer", "api/http/handler/handler.go");

const portainerRestore = onGitHub("portainer/portainer", "api/http/handler/backup/restore.go");

const argoServer = onGitHub("argoproj/argo-cd", "server/server.go");

const argoIngress = onGitHub("argoproj/argo-cd", "docs/operator-manual/ingress.md");

const headlamp = onGitHub("kubernetes-sigs/headlamp", "backend/cmd/headlamp.go");

const rancher = onGitHub("rancher/rancher", "pkg/multiclustermanager/routes.go");

const longhornUi = "https://longhorn.io/docs/1.9.2/deploy/accessing-the-ui/longhorn-ingress/";

const longhornApi = onGitHub("longhorn/longhorn-manager", "api/router.go");

const longUploads = {
  reason: "an upload outlasts Pomerium's 30 s for a whole request",
  source: "https://www.pomerium.com/docs/reference/routes/timeouts",
};

/** Apps that manage clusters, besides Kubernetes Dashboard. */
export const kubernetes = {
  portainer: builtIn({
    title: "Portainer, containers",
    uploads: true,
    leftOut: [
      {
        path: "/api/webhooks",
        reason: "webhooks that update a service, with a token in the path; open it where they are called",
        source: onGitHub("portainer/portainer", "api/http/handler/webhooks/handler.go"),
      },
      {
        path: "/api/endpoints",
        reason: "Edge agents and scripts call it, with a key; open it where they are used",
        source: onGitHub("portainer/portainer", "api/http/handler/endpointedge/handler.go"),
      },
    ],
    neverOpen: [
      {
        path: "/api/restore",
        reason: "it replaces the whole server for anybody who asks, until the first administrator exists",
        source: portainerRestore,
      },
      { path: "/api/websocket", reason: "shells in containers and clusters", source: portainer },
    ],
    clients: [{ name: "Edge agents and scripts", through: ["/api/endpoints"], source: portainer }],
    route: { allow_websockets: true, timeout: "0s" },
    why: {
      allow_websockets: {
        reason: "a shell in a container runs over a WebSocket",
        source: onGitHub("portainer/portainer", "api/http/handler/websocket/handler.go"),
      },
      timeout: longUploads,
    },
    health: { path: "/api/system/status", source: portainer },
  }),
  "argo-cd": builtIn({
    title: "Argo CD, deployments from Git",
    leftOut: [
      {
        path: "/api/webhook",
        reason:
          "webhooks of Git servers; they need no secret by default and have no rate limit. Set one, and open it where pushes must be seen at once",
        source: onGitHub("argoproj/argo-cd", "docs/operator-manual/webhook.md"),
      },
      {
        path: "/api/v1",
        reason: "calls of scripts, with a token; open it where they are used",
        source: onGitHub("argoproj/argo-cd", "docs/developer-guide/api-docs.md"),
      },
    ],
    neverOpen: [{ path: "/terminal", reason: "shells in pods", source: argoServer }],
    clients: [
      {
        name: "the argocd command line",
        through: [],
        instead: "it speaks gRPC at the root: use `argocd --port-forward-namespace argocd`",
        source: onGitHub("argoproj/argo-cd", "docs/user-guide/commands/argocd.md"),
      },
    ],
    needs: [
      {
        reason:
          'server.insecure: "true" in argocd-cmd-params-cm; or port 443 with secure_upstream and tls_skip_verify in the app\'s route',
        source: argoIngress,
      },
    ],
    route: { allow_websockets: true },
    why: {
      allow_websockets: { reason: "a shell in a pod runs over a WebSocket", source: argoServer },
    },
  }),
  headlamp: builtIn({
    title: "Headlamp, a page for Kubernetes",
    neverOpen: [
      {
        path: "/clusters",
        reason: "it hands requests on to the cluster's API server",
        source: headlamp,
      },
      {
        path: "/externalproxy",
        reason: "it fetches the addresses on its list for anybody who asks; in a cluster it checks no token",
        source: onGitHub("kubernetes-sigs/headlamp", "backend/pkg/auth/backendtoken.go"),
      },
      {
        path: "/config",
        reason: "names of the clusters; in a cluster it checks no token",
        source: onGitHub("kubernetes-sigs/headlamp", "backend/pkg/auth/backendtoken.go"),
      },
      { path: "/metrics", reason: "measurements, sent to anybody", source: headlamp },
    ],
    route: { allow_websockets: true },
    why: {
      allow_websockets: { reason: "/wsMultiplexer tells the page of changes", source: headlamp },
    },
  }),
  rancher: builtIn({
    title: "Rancher, many clusters",
    leftOut: [
      ...["/v3/connect", "/v3/import", "/v3/settings/cacerts", "/v3-public"].map((path) => ({
        path,
        reason:
          "agents of other clusters call it, with a token or before they have one; open it together with the others where clusters outside are managed",
        source: rancher,
      })),
      {
        path: "/ping",
        exact: true,
        reason: "Pomerium answers it itself on every host",
        source: "https://github.com/pomerium/pomerium/blob/main/config/envoyconfig/routes.go",
      },
    ],
    neverOpen: [
      { path: "/meta", reason: "proxies to other addresses; no agent needs them", source: rancher },
    ],
    clients: [{ name: "agents of other clusters", through: ["/v3/connect"], source: rancher }],
    route: { allow_websockets: true },
    why: {
      allow_websockets: { reason: "agents connect to /v3/connect over a WebSocket", source: rancher },
    },
    health: { path: "/ping", source: onGitHub("rancher/rancher", "pkg/api/steve/health/health.go") },
  }),
  longhorn: builtIn({
    title: "Longhorn, storage",
    uploads: true,
    neverOpen: [
      {
        path: "/",
        reason: "it checks no credentials: who reaches it deletes volumes",
        source: longhornUi,
      },
    ],
    route: { allow_websockets: true, timeout: "0s" },
    why: {
      allow_websockets: { reason: "/v1/ws tells the page of changes", source: longhornApi },
      timeout: { reason: "backing images of many GB are uploaded from the page", source: longhornUi },
    },
  }),
};

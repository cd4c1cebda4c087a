import { builtIn, onGitHub } from "../entry.ts";

const giteaRoutes = onGitHub("go-gitea/gitea", "routers/init.go");

const forgejoApi = "https://forgejo.org/docs/latest/user/api-usage/";

const gitlabApi = onGitHub("gitlabhq/gitlabhq", "doc/api/rest/authentication.md");

const gitlabHealth = "https://docs.gitlab.com/administration/monitoring/health_check";

const n8nEndpoints = onGitHub(
  "n8n-io/n8n-docs",
  "docs/hosting/configuration/environment-variables/endpoints.md",
);

const longUploads = {
  reason: "a push outlasts Pomerium's 30 s for a whole request",
  source: "https://www.pomerium.com/docs/reference/routes/timeouts",
};

const gitOverHttps = (source: string) => ({
  name: "git over HTTPS",
  through: [],
  instead: "repositories are at the root: use git over SSH, on a port of its own",
  source,
});

/** Apps of people who write programs, besides code-server. */
export const developer = {
  gitea: builtIn({
    title: "Gitea, Git repositories",
    uploads: true,
    api: [
      {
        path: "/api/v1",
        reason: "calls of scripts, with a token; public repositories can be read by anybody",
        source: giteaRoutes,
      },
      {
        path: "/api/packages",
        reason: "packages of npm, Maven and others, with a token; public ones can be read by anybody",
        source: giteaRoutes,
      },
      {
        path: "/v2",
        reason: "registry of images, with a token; public ones can be read by anybody",
        source: giteaRoutes,
      },
    ],
    leftOut: [
      {
        path: "/api/actions",
        reason: "runners outside the cluster, with a token; open it where there are some",
        source: giteaRoutes,
        unsure: true,
      },
    ],
    neverOpen: [
      {
        path: "/api/internal",
        reason: "Gitea's own hooks and SSH server call it; nobody outside does",
        source: giteaRoutes,
      },
    ],
    clients: [
      {
        name: "scripts and package managers",
        through: ["/api/v1", "/api/packages", "/v2"],
        source: giteaRoutes,
      },
      gitOverHttps(onGitHub("linuxserver/reverse-proxy-confs", "gitea.subdomain.conf.sample")),
    ],
    needs: [
      {
        reason: "INSTALL_LOCK, or who reaches the root first becomes the administrator",
        source: onGitHub("go-gitea/gitea", "routers/install/routes.go"),
      },
    ],
    route: { timeout: "0s" },
    why: { timeout: longUploads },
    health: { path: "/api/healthz", source: onGitHub("go-gitea/gitea", "routers/install/routes.go") },
  }),
  forgejo: builtIn({
    title: "Forgejo, Git repositories",
    uploads: true,
    api: [
      {
        path: "/api/v1",
        reason: "calls of scripts, with a token; public repositories can be read by anybody",
        source: forgejoApi,
      },
    ],
    leftOut: [
      ...["/api/packages", "/v2"].map((path) => ({
        path,
        reason: "packages and images, as in Gitea; open it where they are used from outside",
        source: giteaRoutes,
        unsure: true as const,
      })),
    ],
    neverOpen: [
      {
        path: "/api/internal",
        reason: "as in Gitea, its own hooks call it; nobody outside does",
        source: giteaRoutes,
      },
    ],
    clients: [
      { name: "scripts", through: ["/api/v1"], source: forgejoApi },
      gitOverHttps(onGitHub("linuxserver/reverse-proxy-confs", "gitea.subdomain.conf.sample")),
    ],
    route: { timeout: "0s" },
    why: { timeout: longUploads },
  }),
  gitlab: builtIn({
    title: "GitLab, Git repositories",
    uploads: true,
    api: [
      {
        path: "/api/v4",
        reason: "calls of scripts and runners, with a token; public projects can be read by anybody",
        source: gitlabApi,
      },
    ],
    neverOpen: [
      ...["/-/health", "/-/readiness", "/-/liveness", "/-/metrics"].map((path) => ({
        path,
        reason:
          "it looks at the caller's address only, and a list with the pods' network lets everybody in behind Pomerium",
        source: gitlabHealth,
      })),
    ],
    clients: [
      { name: "scripts and runners", through: ["/api/v4"], source: gitlabApi },
      gitOverHttps(onGitHub("gitlabhq/gitlabhq", "doc/topics/git/clone.md")),
    ],
    route: { allow_websockets: true, timeout: "0s" },
    why: {
      allow_websockets: {
        reason: "terminals run over WebSockets",
        source: onGitHub("gitlabhq/gitlabhq", "doc/administration/integration/terminal.md"),
      },
      timeout: longUploads,
    },
    health: { path: "/-/readiness", source: gitlabHealth },
  }),
  n8n: builtIn({
    title: "n8n, workflows",
    uploads: true,
    api: [
      {
        path: "/api/v1",
        reason: "calls of scripts, with an API key",
        source: onGitHub("n8n-io/n8n-docs", "docs/api/authentication.md"),
      },
    ],
    leftOut: [
      ...["/webhook", "/webhook-waiting", "/form"].map((path) => ({
        path,
        reason:
          "where workflows begin and go on; each Webhook node says by itself what it asks of callers. Open it where others call",
        source: n8nEndpoints,
        unsure: true as const,
      })),
    ],
    neverOpen: [
      {
        path: "/rest",
        reason: "the editor's own calls: all workflows and credentials",
        source: n8nEndpoints,
      },
      {
        path: "/webhook-test",
        reason: "runs of workflows that are still being written",
        source: n8nEndpoints,
      },
      {
        path: "/metrics",
        reason: "measurements, sent to anybody where N8N_METRICS is on",
        source: n8nEndpoints,
      },
    ],
    clients: [
      { name: "programs that call webhooks", through: ["/webhook"], source: n8nEndpoints },
      {
        name: "scripts",
        through: ["/api/v1"],
        source: onGitHub("n8n-io/n8n-docs", "docs/api/authentication.md"),
      },
    ],
    needs: [
      {
        reason: "WEBHOOK_URL is the app's address",
        source: onGitHub(
          "n8n-io/n8n-docs",
          "docs/hosting/configuration/configuration-examples/webhook-url.md",
        ),
      },
    ],
    route: { allow_websockets: true, timeout: "0s" },
    why: {
      timeout: {
        reason: "a webhook takes files of up to 200 MiB, which outlasts Pomerium's 30 s",
        source: n8nEndpoints,
      },
      allow_websockets: {
        reason: "the editor is told how a workflow goes on over a WebSocket (N8N_PUSH_BACKEND)",
        source: onGitHub("n8n-io/n8n-docs", "docs/hosting/configuration/environment-variables/deployment.md"),
      },
    },
  }),
};

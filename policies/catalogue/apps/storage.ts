import { builtIn, onGitHub } from "../entry.ts";

const harborRegistry = onGitHub("goharbor/harbor", "src/server/registry/route.go");

const harborRoutes = onGitHub("goharbor/harbor", "src/server/route.go");

const harborNginx = onGitHub("goharbor/harbor", "make/photon/prepare/templates/nginx/nginx.https.conf.jinja");

const minioAdmin = onGitHub("minio/minio", "cmd/admin-router.go");

const minioMetrics = onGitHub("minio/minio", "cmd/metrics-router.go");

const minioProxy = onGitHub("minio/docs", "source/integrations/setup-nginx-proxy-with-minio.rst");

const longUploads = {
  reason: "an upload outlasts Pomerium's 30 s for a whole request",
  source: "https://www.pomerium.com/docs/reference/routes/timeouts",
};

/** Stores of images and objects. */
export const storage = {
  harbor: builtIn({
    title: "Harbor, a registry of images",
    uploads: true,
    api: [
      {
        path: "/v2",
        reason: "the registry's API, with a token; public projects can be read by anybody",
        source: harborRegistry,
      },
      {
        path: "/service/token",
        exact: true,
        reason: "where clients trade user and password for a token",
        source: harborRoutes,
      },
    ],
    leftOut: [
      {
        path: "/api/v2.0",
        reason:
          "calls of scripts, with a robot account; public projects can be read by anybody. Open it where scripts are used",
        source: onGitHub("goharbor/harbor", "src/server/v2.0/route/route.go"),
      },
    ],
    neverOpen: [
      {
        path: "/service/notifications",
        reason: "results of its own jobs; Harbor's own nginx answers 404 there",
        source: harborNginx,
      },
      { path: "/api/internal", reason: "maintenance; no client needs it", source: harborRoutes },
    ],
    clients: [
      { name: "docker, containerd and helm", through: ["/v2", "/service/token"], source: harborRegistry },
    ],
    needs: [
      {
        reason:
          "two Services: /api, /service, /v2 and /c lead to harbor-core, everything else to harbor-portal; or the Service of Harbor's own nginx",
        source: harborNginx,
      },
    ],
    route: { preserve_host_header: true, timeout: "0s" },
    why: {
      preserve_host_header: {
        reason: "Harbor's own nginx hands the client's Host header on",
        source: harborNginx,
      },
      timeout: { reason: "layers of many GB are pushed and pulled", source: harborNginx },
    },
  }),
  minio: builtIn({
    title: "MinIO, objects",
    uploads: true,
    leftOut: [
      {
        path: "/minio/health",
        reason: "it tells anybody whether the server is well; open it where a monitor asks from outside",
        source: onGitHub("minio/minio", "cmd/healthcheck-router.go"),
      },
    ],
    neverOpen: [
      { path: "/minio/admin", reason: "administration; no S3 client needs it", source: minioAdmin },
      {
        path: "/minio/v2/metrics",
        reason: "measurements; with MINIO_PROMETHEUS_AUTH_TYPE=public they are sent to anybody",
        source: minioMetrics,
      },
    ],
    clients: [
      {
        name: "S3 clients",
        through: [],
        instead:
          "buckets are at the root: give the API (port 9000) its own public app, and keep this one for the console (port 9001)",
        source: minioProxy,
      },
    ],
    route: { allow_websockets: true, preserve_host_header: true, timeout: "0s" },
    why: {
      allow_websockets: {
        reason: "the console needs WebSockets",
        source: minioProxy,
      },
      preserve_host_header: {
        reason: "its guide asks for the client's own Host header",
        source: minioProxy,
      },
      timeout: longUploads,
    },
    health: {
      path: "/minio/health/live",
      source: onGitHub("minio/minio", "cmd/healthcheck-router.go"),
    },
  }),
};

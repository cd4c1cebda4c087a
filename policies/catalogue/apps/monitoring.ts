import { builtIn, onGitHub, originalCluster } from "../entry.ts";

const grafanaGuide = "https://www.pomerium.com/docs/guides/grafana";

const pomeriumRoutes = "https://github.com/pomerium/pomerium/blob/main/config/envoyconfig/routes.go";

const influxApi = "https://docs.influxdata.com/influxdb/v1/api/";

const lokiAuthentication = onGitHub("grafana/loki", "docs/sources/operations/authentication.md");

const lokiApi = onGitHub("grafana/loki", "docs/sources/reference/loki-http-api.md");

/** Apps that measure, store and show measurements. */
export const monitoring = {
  alertmanager: builtIn({
    title: "Alertmanager, alerts",
    neverOpen: [
      {
        path: "/",
        reason:
          "it checks no credentials by default: who reaches it silences alerts, so it is for people who signed in",
        source: onGitHub("prometheus/alertmanager", "docs/https.md"),
      },
    ],
    route: {},
    why: {},
  }),
  grafana: builtIn({
    title: "Grafana, dashboards",
    api: [
      {
        path: "/api",
        reason:
          "calls of scripts and data sources, with a service account's token; Grafana alone refuses the others",
        source: "https://grafana.com/docs/grafana/latest/developers/http_api/authentication/",
      },
    ],
    route: { preserve_host_header: true, allow_websockets: true, pass_identity_headers: true },
    why: {
      preserve_host_header: {
        reason: 'it answers "origin not allowed" to a browser whose host it does not see',
        source: originalCluster,
      },
      allow_websockets: {
        reason: "Grafana Live streams into dashboards over a WebSocket",
        source: "https://grafana.com/docs/grafana/latest/setup-grafana/set-up-grafana-live/",
      },
      pass_identity_headers: {
        reason: "with [auth.jwt] it signs people in by X-Pomerium-Jwt-Assertion",
        source: grafanaGuide,
      },
    },
    needs: [
      {
        reason:
          "[auth.anonymous] stays off while /api is open, or dashboards and data sources answer to anybody",
        source:
          "https://grafana.com/docs/grafana/latest/setup-grafana/configure-access/configure-authentication/anonymous-auth/",
      },
      {
        reason: "[server] root_url is the app's address, and [auth.jwt] names Pomerium's keys",
        source: grafanaGuide,
      },
    ],
  }),
  influxdb: builtIn({
    title: "InfluxDB 1.x, time series",
    api: [
      { path: "/query", exact: true, reason: "reading, with name and password", source: influxApi },
      { path: "/write", exact: true, reason: "writing, with name and password", source: influxApi },
    ],
    leftOut: [
      {
        path: "/ping",
        exact: true,
        reason:
          "Pomerium answers it itself on every host, so it never reaches the server; a client that only asks whether somebody is there is content with that answer",
        source: pomeriumRoutes,
      },
      {
        path: "/api/v2",
        reason: "only clients made for 2.x call it; open it where one is used",
        source: influxApi,
      },
    ],
    neverOpen: [
      {
        path: "/debug",
        reason:
          "profiles, statistics and clients of the server (pprof, vars, requests); no client needs it, although the original cluster opened it",
        source: influxApi,
      },
    ],
    route: { timeout: "5m" },
    why: { timeout: { reason: "a query over years outlasts Pomerium's 30 s", source: influxApi } },
    needs: [
      {
        reason:
          "auth-enabled = true in [http]: it is off by default, and then anybody reads, writes and drops",
        source: influxApi,
      },
    ],
  }),
  loki: builtIn({
    title: "Loki, logs",
    neverOpen: [
      {
        path: "/",
        reason: "it checks no credentials: who reaches it reads, writes and shuts down",
        source: lokiAuthentication,
      },
    ],
    clients: [
      {
        name: "collectors of logs outside the cluster",
        through: [],
        instead: "put a proxy that asks for a password in front of Loki, and open /loki/api/v1/push there",
        source: lokiAuthentication,
      },
    ],
    route: { allow_websockets: true },
    why: {
      allow_websockets: { reason: "/loki/api/v1/tail sends new lines as they come", source: lokiApi },
    },
    health: { path: "/ready", source: lokiApi },
  }),
  prometheus: builtIn({
    title: "Prometheus, metrics",
    neverOpen: [
      {
        path: "/",
        reason:
          "Prometheus checks no credentials: who reaches it reads everything, so it is for people who signed in",
        source: "https://prometheus.io/docs/operating/security/",
      },
    ],
    route: { timeout: "2m" },
    why: {
      timeout: {
        reason: "its own limit of a query, which Pomerium's 30 s would cut",
        source: "https://prometheus.io/docs/prometheus/latest/command-line/prometheus/",
      },
    },
  }),
};

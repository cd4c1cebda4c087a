import type { Entry } from "../judgement.ts";
import { judgeBuffering } from "../long-answers.ts";

/** Annotations about several endpoints, connections and time. */
export const traffic: readonly Entry[] = [
  {
    names: ["load-balance"],
    outcome: "equivalent",
    says: "`route.load_balancing_policy`; ewma is nearest to least_request",
    byValue: (value) =>
      value === "ewma"
        ? undefined
        : {
            outcome: "unnecessary",
            says: "round robin is what Pomerium does, too; ingress-nginx takes it for every value but ewma",
          },
    lacks: ({ load_balancing_policy, lb_policy }) =>
      load_balancing_policy === "least_request" || lb_policy === "LEAST_REQUEST"
        ? undefined
        : "load_balancing_policy: least_request",
  },
  {
    names: ["upstream-hash-by", "upstream-hash-by-subset", "upstream-hash-by-subset-size"],
    outcome: "lost",
    says: "no key of one's own chooses the pod; `route.load_balancing_policy` ring_hash goes by the caller's address",
  },
  {
    names: [
      "affinity",
      "affinity-mode",
      "affinity-canary-behavior",
      "session-cookie-change-on-failure",
      "session-cookie-conditional-samesite-none",
      "session-cookie-domain",
      "session-cookie-expires",
      "session-cookie-max-age",
      "session-cookie-name",
      "session-cookie-path",
      "session-cookie-samesite",
      "session-cookie-secure",
    ],
    outcome: "lost",
    says: "no cookie keeps a caller at one pod; nothing changes for an app with one replica",
  },
  {
    names: [
      "canary",
      "canary-by-cookie",
      "canary-by-header",
      "canary-by-header-pattern",
      "canary-by-header-value",
      "canary-weight",
      "canary-weight-total",
    ],
    needs: "canary",
    outcome: "lost",
    says: "Pomerium splits no traffic; the canary's Ingress goes without a replacement",
  },
  {
    names: ["mirror-host", "mirror-request-body", "mirror-target"],
    outcome: "lost",
    says: "Pomerium copies no requests elsewhere",
  },
  {
    names: ["proxy-next-upstream", "proxy-next-upstream-timeout", "proxy-next-upstream-tries"],
    outcome: "lost",
    says: "Pomerium tries no second pod; `route.health_checks` and `route.outlier_detection` leave out bad ones",
  },
  {
    names: ["proxy-read-timeout", "proxy-send-timeout"],
    outcome: "decide",
    says: "`route.idle_timeout` limits a pause, 5m by default; `route.timeout` the whole answer, 30s by default",
  },
  { names: ["proxy-connect-timeout"], outcome: "lost", says: "cannot be set for one app" },
  {
    names: [
      "client-body-buffer-size",
      "proxy-buffer-size",
      "proxy-buffers-number",
      "proxy-busy-buffers-size",
      "proxy-max-temp-file-size",
    ],
    outcome: "unnecessary",
    says: "Pomerium passes bodies on as they come",
  },
  {
    names: ["proxy-buffering", "proxy-request-buffering"],
    outcome: "unnecessary",
    says: "Pomerium passes bodies on as they come",
    byValue: judgeBuffering,
  },
  {
    names: ["connection-proxy-header", "proxy-http-version", "http2-push-preload", "enable-rewrite-log"],
    outcome: "unnecessary",
    says: "Pomerium settles it itself",
  },
];

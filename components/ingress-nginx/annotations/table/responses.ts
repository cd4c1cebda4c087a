import { type Entry, hasHeader } from "../judgement.ts";

/** Annotations about headers, redirects, errors and logs. */
export const responses: readonly Entry[] = [
  {
    names: ["ssl-redirect"],
    outcome: "unnecessary",
    says: "Pomerium sends every plain request to HTTPS",
    byValue: (value) =>
      /^(f|false)$/i.test(value)
        ? { outcome: "decide", says: "plain HTTP was answered; Pomerium sends it to HTTPS" }
        : undefined,
  },
  {
    names: ["force-ssl-redirect"],
    outcome: "unnecessary",
    says: "Pomerium sends every plain request to HTTPS",
  },
  {
    names: ["preserve-trailing-slash", "relative-redirects", "use-port-in-redirects"],
    outcome: "unnecessary",
    says: "a detail of redirects that Pomerium does not make",
  },
  {
    names: [
      "app-root",
      "from-to-www-redirect",
      "permanent-redirect",
      "permanent-redirect-code",
      "temporal-redirect",
      "temporal-redirect-code",
    ],
    outcome: "lost",
    says: "no Ingress can have Pomerium redirect; the app must",
  },
  {
    names: ["proxy-redirect-from", "proxy-redirect-to"],
    off: /^off$/,
    outcome: "equivalent",
    says: "`route.rewrite_response_headers` on Location",
    lacks: ({ rewrite_response_headers }, _, of) =>
      rewrite_response_headers === undefined && /^(?!default$|off$)./.test(of("proxy-redirect-from"))
        ? "rewrite_response_headers"
        : undefined,
  },
  {
    names: ["proxy-cookie-domain", "proxy-cookie-path"],
    off: /^off$/,
    outcome: "lost",
    says: "Pomerium does not rewrite cookies; the app must set them for its public host",
  },
  {
    names: ["x-forwarded-prefix"],
    // ingress-nginx sets the header only where it rewrites the path.
    needs: "rewrite-target",
    outcome: "equivalent",
    says: "`route.set_request_headers`",
    lacks: ({ set_request_headers }, value) =>
      hasHeader(set_request_headers, "X-Forwarded-Prefix")
        ? undefined
        : `set_request_headers: { X-Forwarded-Prefix: ${value} }`,
  },
  {
    names: ["custom-headers"],
    outcome: "equivalent",
    says: "`route.set_response_headers` with what the ConfigMap holds",
    lacks: ({ set_response_headers, set_response_headers_secret }, value) =>
      set_response_headers === undefined && set_response_headers_secret === undefined
        ? `set_response_headers with the data of ConfigMap ${value}`
        : undefined,
  },
  {
    names: [
      "enable-cors",
      "cors-allow-credentials",
      "cors-allow-headers",
      "cors-allow-methods",
      "cors-allow-origin",
      "cors-expose-headers",
      "cors-max-age",
    ],
    needs: "enable-cors",
    outcome: "decide",
    says: "`route.cors_allow_preflight` lets preflight requests through to the app, which must answer them; else `route.set_response_headers`, for one origin",
  },
  {
    names: ["custom-http-errors", "default-backend", "disable-proxy-intercept-errors"],
    outcome: "lost",
    says: "the app's own error pages come through as they are",
  },
  { names: ["enable-access-log"], outcome: "lost", says: "the access log is Pomerium's, for all apps alike" },
  {
    names: ["enable-opentelemetry", "opentelemetry-operation-name", "opentelemetry-trust-incoming-span"],
    outcome: "decide",
    says: "tracing is Pomerium's, for all apps alike",
  },
];

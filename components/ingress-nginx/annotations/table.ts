import type { Entry } from "./judgement.ts";
import { isEverywhere, networksOf } from "./networks.ts";
import { judgeSnippet } from "./snippet.ts";

/**
 * Every annotation of ingress-nginx v1.15.1.
 *
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 * @see https://www.pomerium.com/docs/deploy/k8s/ingress#supported-annotations
 */
export const table: readonly Entry[] = [
  // Who may call.
  {
    names: ["whitelist-source-range", "allowlist-source-range"],
    outcome: "decide",
    says: "`access.from` admits the same networks, where Pomerium sees callers' own addresses",
    protects: true,
    byValue: (value) =>
      isEverywhere(networksOf(value)) ? { outcome: "unnecessary", says: "admits every address" } : undefined,
  },
  {
    names: ["denylist-source-range"],
    outcome: "decide",
    says: "`access.policy` can deny a `source_ip`, where Pomerium sees callers' own addresses",
    protects: true,
  },
  {
    names: ["auth-type", "auth-secret", "auth-secret-type", "auth-realm"],
    needs: "auth-type",
    outcome: "lost",
    says: "no password is asked for any more; people sign in instead",
    protects: true,
  },
  {
    names: ["auth-url", "auth-signin", "auth-snippet"],
    needs: "auth-url",
    outcome: "lost",
    says: "no other service is asked any more; people sign in instead",
    protects: true,
  },
  {
    names: [
      "auth-always-set-cookie",
      "auth-cache-duration",
      "auth-cache-key",
      "auth-keepalive",
      "auth-keepalive-requests",
      "auth-keepalive-share-vars",
      "auth-keepalive-timeout",
      "auth-method",
      "auth-request-redirect",
      "auth-signin-redirect-param",
    ],
    outcome: "unnecessary",
    says: "a detail of auth-url, and goes with it",
  },
  {
    names: ["auth-proxy-set-headers", "auth-response-headers"],
    outcome: "decide",
    says: "`route.pass_identity_headers` tells the app who calls, in X-Pomerium-Jwt-Assertion; an app that trusts other headers must learn to read that one",
  },
  {
    names: ["enable-global-auth"],
    outcome: "decide",
    says: "global-auth-url of ingress-nginx' ConfigMap is not asked any more; people sign in instead",
    protects: true,
  },
  {
    names: ["auth-tls-secret", "auth-tls-verify-depth"],
    needs: "auth-tls-secret",
    offBy: { name: "auth-tls-verify-client", value: /^off$/ },
    outcome: "decide",
    says: "`route.tls_downstream_client_ca_secret` asks for clients' certificates of an authority",
    protects: true,
  },
  {
    names: ["auth-tls-match-cn"],
    needs: "auth-tls-secret",
    offBy: { name: "auth-tls-verify-client", value: /^off$/ },
    outcome: "lost",
    says: "Pomerium can ask for a certificate's fingerprint or alternative names, not for its common name",
    protects: true,
  },
  {
    names: ["auth-tls-verify-client"],
    needs: "auth-tls-secret",
    offBy: { name: "auth-tls-verify-client", value: /^off$/ },
    outcome: "decide",
    says: "a detail of auth-tls-secret; with `optional`, ingress-nginx left it to the app to refuse",
    protects: true,
    byValue: (value) =>
      /^(on|off|optional|optional_no_ca)$/.test(value)
        ? undefined
        : { outcome: "decide", says: "ingress-nginx takes this value for `on`", protects: true },
  },
  {
    names: ["auth-tls-error-page"],
    outcome: "lost",
    says: "there is no page of one's own for a client without a certificate",
  },
  {
    names: ["auth-tls-pass-certificate-to-upstream"],
    outcome: "decide",
    says: "`route.set_request_headers` with ${pomerium.client_cert_fingerprint} passes the certificate's fingerprint, not the certificate",
  },
  {
    names: ["satisfy"],
    outcome: "decide",
    says: "address or sign-in, either was enough; with `access.from` both must fit",
    byValue: (value) =>
      value === "any" ? undefined : { outcome: "unnecessary", says: "everything must fit, as with Pomerium" },
  },

  // How much.
  {
    names: ["limit-rps", "limit-rpm"],
    off: /^0+$/,
    outcome: "lost",
    says: "Pomerium limits no caller's requests; the app must bear them, or limit them itself",
    protects: true,
  },
  {
    names: ["limit-connections"],
    off: /^0+$/,
    outcome: "lost",
    says: "Pomerium limits no caller's connections; `route.circuit_breaker_thresholds` limits those of all callers together",
    protects: true,
  },
  {
    names: ["limit-rate"],
    off: /^0+$/,
    outcome: "lost",
    says: "Pomerium limits no answer's bandwidth",
    protects: true,
  },
  {
    names: ["limit-rate-after", "limit-burst-multiplier", "limit-allowlist", "limit-whitelist"],
    outcome: "lost",
    says: "a detail of the limits, which are lost themselves",
  },
  {
    names: ["proxy-body-size"],
    off: /^0+$/,
    outcome: "decide",
    says: "Pomerium limits no body's size; the app must refuse what is too large for it",
  },
  {
    names: ["enable-modsecurity", "enable-owasp-core-rules", "modsecurity-snippet"],
    outcome: "lost",
    says: "Pomerium has no web application firewall",
    protects: true,
  },
  {
    names: ["modsecurity-transaction-id"],
    outcome: "lost",
    says: "a detail of ModSecurity, which is lost itself",
  },

  // nginx' own language.
  {
    names: ["configuration-snippet", "server-snippet", "stream-snippet"],
    outcome: "lost",
    says: "Pomerium does not read nginx' configuration; it may restrict callers, so read it",
    protects: true,
    byValue: judgeSnippet,
  },

  // The way to the backend.
  {
    names: ["backend-protocol"],
    outcome: "lost",
    says: "Pomerium speaks HTTP and HTTPS to a backend",
    byValue: (value) =>
      ({
        HTTP: { outcome: "unnecessary", says: "HTTP is what Pomerium speaks to a backend" } as const,
        HTTPS: {
          outcome: "equivalent",
          says: "`route.secure_upstream`; with `route.tls_skip_verify` where the certificate is the backend's own",
        } as const,
        GRPCS: { outcome: "equivalent", says: "`route.secure_upstream`" } as const,
      })[value.toUpperCase()],
  },
  {
    names: ["proxy-ssl-verify"],
    outcome: "equivalent",
    says: "the default; leave `route.tls_skip_verify` out",
    byValue: (value) =>
      value === "off" ? { outcome: "equivalent", says: "`route.tls_skip_verify`" } : undefined,
  },
  { names: ["proxy-ssl-name"], outcome: "equivalent", says: "`route.tls_server_name`" },
  {
    names: ["proxy-ssl-secret"],
    outcome: "equivalent",
    says: "`route.tls_client_secret` and `route.tls_custom_ca_secret`, Secrets in the app's namespace",
  },
  {
    names: ["proxy-ssl-server-name"],
    outcome: "unnecessary",
    says: "Pomerium always names the server that it means",
  },
  {
    names: [
      "proxy-ssl-ciphers",
      "proxy-ssl-protocols",
      "proxy-ssl-verify-depth",
      "ssl-ciphers",
      "ssl-prefer-server-ciphers",
    ],
    outcome: "lost",
    says: "cannot be set for one app; Pomerium chooses modern ones",
  },
  {
    names: ["ssl-passthrough"],
    outcome: "lost",
    says: "TLS ends at Pomerium, which must see the request",
  },
  { names: ["service-upstream"], outcome: "equivalent", says: "`route.service_proxy_upstream`" },
  { names: ["upstream-vhost"], outcome: "equivalent", says: "`route.host_rewrite`" },
  {
    names: ["rewrite-target"],
    outcome: "equivalent",
    says: "`route.prefix_rewrite`; with capture groups `route.regex_rewrite_pattern` and `route.regex_rewrite_substitution`",
  },
  {
    names: ["use-regex"],
    outcome: "decide",
    says: "`route.path_regex`; Pomerium's expressions match the whole path and heed capitals",
  },
  {
    names: ["server-alias"],
    outcome: "equivalent",
    says: "only with an app of its own in `apps` for each further host; one without goes dark",
  },
  {
    names: ["fastcgi-index", "fastcgi-params-configmap"],
    outcome: "lost",
    says: "Pomerium speaks no FastCGI",
  },

  // Several endpoints.
  {
    names: ["load-balance"],
    outcome: "equivalent",
    says: "`route.load_balancing_policy`; ewma is nearest to least_request",
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

  // Connections and time.
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
      "proxy-buffering",
      "proxy-buffers-number",
      "proxy-busy-buffers-size",
      "proxy-max-temp-file-size",
      "proxy-request-buffering",
    ],
    outcome: "unnecessary",
    says: "Pomerium passes bodies on as they come",
  },
  {
    names: ["connection-proxy-header", "proxy-http-version", "http2-push-preload", "enable-rewrite-log"],
    outcome: "unnecessary",
    says: "Pomerium settles it itself",
  },

  // Headers and redirects.
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
  },
  {
    names: ["proxy-cookie-domain", "proxy-cookie-path"],
    off: /^off$/,
    outcome: "lost",
    says: "Pomerium does not rewrite cookies; the app must set them for its public host",
  },
  { names: ["x-forwarded-prefix"], outcome: "equivalent", says: "`route.set_request_headers`" },
  {
    names: ["custom-headers"],
    outcome: "equivalent",
    says: "`route.set_response_headers` with what the ConfigMap holds",
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

  // Errors, logs, traces.
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

const byName: ReadonlyMap<string, Entry> = new Map(
  table.flatMap((entry) => entry.names.map((name) => [name, entry] as const)),
);

/** @param name Annotation without its prefix. */
export function entryOf(name: string): Entry | undefined {
  return byName.get(name);
}

/** Annotations that can protect an app, without their prefix. */
export const protections: readonly string[] = table.flatMap(({ names, protects }) => (protects ? names : []));

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Pomerium writes its substitutions like this
import { didYouMean } from "../../../stack-file/nearest.ts";
import { isEverywhere, networksOf } from "./networks.ts";
import { judgeSnippet } from "./snippet.ts";

/** Beginning of every annotation that ingress-nginx reads. */
export const nginxPrefix = "nginx.ingress.kubernetes.io/";

/**
 * What becomes of an annotation behind Pomerium: a key of the stack file does the same (`equivalent`), nothing
 * needs to (`unnecessary`), what there is works differently (`decide`), or nothing does it (`lost`).
 */
export type Verdict = "equivalent" | "unnecessary" | "decide" | "lost";

export interface Judgement {
  verdict: Verdict;
  /** What it comes to, and what to write where; one line. */
  says: string;
  /** It restricts who may call, or how much. */
  protects?: boolean;
}

/** Annotations of one verdict. */
export interface Entry extends Judgement {
  /** Without the prefix. */
  names: readonly string[];
  /** The annotation without which these do nothing; it may be one of them. */
  needs?: string;
  /** Values that switch it off, besides `false` and nothing. */
  off?: RegExp;
  /** An annotation, and its values, that switch all of them off. */
  offBy?: { name: string; value: RegExp };
  /** What a value comes to where it is not what is said above; asked before `off` is. */
  byValue?: (value: string) => Judgement | undefined;
}

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
    verdict: "decide",
    says: "`access.from` admits the same networks, where Pomerium sees callers' own addresses",
    protects: true,
    byValue: (value) =>
      isEverywhere(networksOf(value)) ? { verdict: "unnecessary", says: "admits every address" } : undefined,
  },
  {
    names: ["denylist-source-range"],
    verdict: "decide",
    says: "`access.policy` can deny a `source_ip`, where Pomerium sees callers' own addresses",
    protects: true,
  },
  {
    names: ["auth-type", "auth-secret", "auth-secret-type", "auth-realm"],
    needs: "auth-type",
    verdict: "lost",
    says: "no password is asked for any more; people sign in instead",
    protects: true,
  },
  {
    names: ["auth-url", "auth-signin", "auth-snippet"],
    needs: "auth-url",
    verdict: "lost",
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
    verdict: "unnecessary",
    says: "a detail of auth-url, and goes with it",
  },
  {
    names: ["auth-proxy-set-headers", "auth-response-headers"],
    verdict: "decide",
    says: "`route.pass_identity_headers` tells the app who calls, in X-Pomerium-Jwt-Assertion; an app that trusts other headers must learn to read that one",
  },
  {
    names: ["enable-global-auth"],
    verdict: "decide",
    says: "global-auth-url of ingress-nginx' ConfigMap is not asked any more; people sign in instead",
    protects: true,
  },
  {
    names: ["auth-tls-secret", "auth-tls-verify-depth"],
    needs: "auth-tls-secret",
    offBy: { name: "auth-tls-verify-client", value: /^off$/ },
    verdict: "decide",
    says: "`route.tls_downstream_client_ca_secret` asks for clients' certificates of an authority",
    protects: true,
  },
  {
    names: ["auth-tls-match-cn"],
    needs: "auth-tls-secret",
    offBy: { name: "auth-tls-verify-client", value: /^off$/ },
    verdict: "lost",
    says: "Pomerium can ask for a certificate's fingerprint or alternative names, not for its common name",
    protects: true,
  },
  {
    names: ["auth-tls-verify-client"],
    needs: "auth-tls-secret",
    offBy: { name: "auth-tls-verify-client", value: /^off$/ },
    verdict: "decide",
    says: "a detail of auth-tls-secret; with `optional`, ingress-nginx left it to the app to refuse",
    protects: true,
    byValue: (value) =>
      /^(on|off|optional|optional_no_ca)$/.test(value)
        ? undefined
        : { verdict: "decide", says: "ingress-nginx takes this value for `on`", protects: true },
  },
  {
    names: ["auth-tls-error-page"],
    verdict: "lost",
    says: "there is no page of one's own for a client without a certificate",
  },
  {
    names: ["auth-tls-pass-certificate-to-upstream"],
    verdict: "decide",
    says: "`route.set_request_headers` with ${pomerium.client_cert_fingerprint} passes the certificate's fingerprint, not the certificate",
  },
  {
    names: ["satisfy"],
    verdict: "decide",
    says: "address or sign-in, either was enough; with `access.from` both must fit",
    byValue: (value) =>
      value === "any" ? undefined : { verdict: "unnecessary", says: "everything must fit, as with Pomerium" },
  },

  // How much.
  {
    names: ["limit-rps", "limit-rpm"],
    off: /^0+$/,
    verdict: "lost",
    says: "Pomerium limits no caller's requests; the app must bear them, or limit them itself",
    protects: true,
  },
  {
    names: ["limit-connections"],
    off: /^0+$/,
    verdict: "lost",
    says: "Pomerium limits no caller's connections; `route.circuit_breaker_thresholds` limits those of all callers together",
    protects: true,
  },
  {
    names: ["limit-rate"],
    off: /^0+$/,
    verdict: "lost",
    says: "Pomerium limits no answer's bandwidth",
    protects: true,
  },
  {
    names: ["limit-rate-after", "limit-burst-multiplier", "limit-allowlist", "limit-whitelist"],
    verdict: "lost",
    says: "a detail of the limits, which are lost themselves",
  },
  {
    names: ["proxy-body-size"],
    off: /^0+$/,
    verdict: "decide",
    says: "Pomerium limits no body's size; the app must refuse what is too large for it",
  },
  {
    names: ["enable-modsecurity", "enable-owasp-core-rules", "modsecurity-snippet"],
    verdict: "lost",
    says: "Pomerium has no web application firewall",
    protects: true,
  },
  {
    names: ["modsecurity-transaction-id"],
    verdict: "lost",
    says: "a detail of ModSecurity, which is lost itself",
  },

  // nginx' own language.
  {
    names: ["configuration-snippet", "server-snippet", "stream-snippet"],
    verdict: "lost",
    says: "Pomerium does not read nginx' configuration; it may restrict callers, so read it",
    protects: true,
    byValue: judgeSnippet,
  },

  // The way to the backend.
  {
    names: ["backend-protocol"],
    verdict: "lost",
    says: "Pomerium speaks HTTP and HTTPS to a backend",
    byValue: (value) =>
      ({
        HTTP: { verdict: "unnecessary", says: "HTTP is what Pomerium speaks to a backend" } as const,
        HTTPS: {
          verdict: "equivalent",
          says: "`route.secure_upstream`; with `route.tls_skip_verify` where the certificate is the backend's own",
        } as const,
        GRPCS: { verdict: "equivalent", says: "`route.secure_upstream`" } as const,
      })[value.toUpperCase()],
  },
  {
    names: ["proxy-ssl-verify"],
    verdict: "equivalent",
    says: "the default; leave `route.tls_skip_verify` out",
    byValue: (value) =>
      value === "off" ? { verdict: "equivalent", says: "`route.tls_skip_verify`" } : undefined,
  },
  { names: ["proxy-ssl-name"], verdict: "equivalent", says: "`route.tls_server_name`" },
  {
    names: ["proxy-ssl-secret"],
    verdict: "equivalent",
    says: "`route.tls_client_secret` and `route.tls_custom_ca_secret`, Secrets in the app's namespace",
  },
  {
    names: ["proxy-ssl-server-name"],
    verdict: "unnecessary",
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
    verdict: "lost",
    says: "cannot be set for one app; Pomerium chooses modern ones",
  },
  {
    names: ["ssl-passthrough"],
    verdict: "lost",
    says: "TLS ends at Pomerium, which must see the request",
  },
  { names: ["service-upstream"], verdict: "equivalent", says: "`route.service_proxy_upstream`" },
  { names: ["upstream-vhost"], verdict: "equivalent", says: "`route.host_rewrite`" },
  {
    names: ["rewrite-target"],
    verdict: "equivalent",
    says: "`route.prefix_rewrite`; with capture groups `route.regex_rewrite_pattern` and `route.regex_rewrite_substitution`",
  },
  {
    names: ["use-regex"],
    verdict: "decide",
    says: "`route.path_regex`; Pomerium's expressions match the whole path and heed capitals",
  },
  {
    names: ["server-alias"],
    verdict: "equivalent",
    says: "only with an app of its own in `apps` for each further host; one without goes dark",
  },
  {
    names: ["fastcgi-index", "fastcgi-params-configmap"],
    verdict: "lost",
    says: "Pomerium speaks no FastCGI",
  },

  // Several endpoints.
  {
    names: ["load-balance"],
    verdict: "equivalent",
    says: "`route.load_balancing_policy`; ewma is nearest to least_request",
  },
  {
    names: ["upstream-hash-by", "upstream-hash-by-subset", "upstream-hash-by-subset-size"],
    verdict: "lost",
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
    verdict: "lost",
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
    verdict: "lost",
    says: "Pomerium splits no traffic; the canary's Ingress goes without a replacement",
  },
  {
    names: ["mirror-host", "mirror-request-body", "mirror-target"],
    verdict: "lost",
    says: "Pomerium copies no requests elsewhere",
  },
  {
    names: ["proxy-next-upstream", "proxy-next-upstream-timeout", "proxy-next-upstream-tries"],
    verdict: "lost",
    says: "Pomerium tries no second pod; `route.health_checks` and `route.outlier_detection` leave out bad ones",
  },

  // Connections and time.
  {
    names: ["proxy-read-timeout", "proxy-send-timeout"],
    verdict: "decide",
    says: "`route.idle_timeout` limits a pause, 5m by default; `route.timeout` the whole answer, 30s by default",
  },
  { names: ["proxy-connect-timeout"], verdict: "lost", says: "cannot be set for one app" },
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
    verdict: "unnecessary",
    says: "Pomerium passes bodies on as they come",
  },
  {
    names: ["connection-proxy-header", "proxy-http-version", "http2-push-preload", "enable-rewrite-log"],
    verdict: "unnecessary",
    says: "Pomerium settles it itself",
  },

  // Headers and redirects.
  {
    names: ["ssl-redirect"],
    verdict: "unnecessary",
    says: "Pomerium sends every plain request to HTTPS",
    byValue: (value) =>
      /^(f|false)$/i.test(value)
        ? { verdict: "decide", says: "plain HTTP was answered; Pomerium sends it to HTTPS" }
        : undefined,
  },
  {
    names: ["force-ssl-redirect"],
    verdict: "unnecessary",
    says: "Pomerium sends every plain request to HTTPS",
  },
  {
    names: ["preserve-trailing-slash", "relative-redirects", "use-port-in-redirects"],
    verdict: "unnecessary",
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
    verdict: "lost",
    says: "no Ingress can have Pomerium redirect; the app must",
  },
  {
    names: ["proxy-redirect-from", "proxy-redirect-to"],
    off: /^off$/,
    verdict: "equivalent",
    says: "`route.rewrite_response_headers` on Location",
  },
  {
    names: ["proxy-cookie-domain", "proxy-cookie-path"],
    off: /^off$/,
    verdict: "lost",
    says: "Pomerium does not rewrite cookies; the app must set them for its public host",
  },
  { names: ["x-forwarded-prefix"], verdict: "equivalent", says: "`route.set_request_headers`" },
  {
    names: ["custom-headers"],
    verdict: "equivalent",
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
    verdict: "decide",
    says: "`route.cors_allow_preflight` lets preflight requests through to the app, which must answer them; else `route.set_response_headers`, for one origin",
  },

  // Errors, logs, traces.
  {
    names: ["custom-http-errors", "default-backend", "disable-proxy-intercept-errors"],
    verdict: "lost",
    says: "the app's own error pages come through as they are",
  },
  { names: ["enable-access-log"], verdict: "lost", says: "the access log is Pomerium's, for all apps alike" },
  {
    names: ["enable-opentelemetry", "opentelemetry-operation-name", "opentelemetry-trust-incoming-span"],
    verdict: "decide",
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

/**
 * Why a name is of no protection: unknown, with its prefix, or about something else.
 *
 * @param known Names of which the nearest may have been meant.
 */
export function noProtection(name: string, known: readonly string[] = protections): string {
  if (name.startsWith(nginxPrefix)) return `has the prefix too: write ${name.slice(nginxPrefix.length)}`;
  if (byName.has(name)) return "protects nothing, so there is nothing to accept: take it away";
  return `ingress-nginx has no such annotation${didYouMean(name, known)}`;
}

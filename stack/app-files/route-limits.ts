import type { AnnotationName } from "../../policies/annotations/annotations.ts";
import { isMap } from "../../stack-file/paths.ts";

/** Route settings that are about the app and its callers alone. */
const ownSettings = [
  "name",
  "description",
  "logo_url",
  "secure_upstream",
  "tls_skip_verify",
  "tls_server_name",
  "tls_custom_ca_secret",
  "tls_client_secret",
  "service_proxy_upstream",
  "h2c_upstream",
  "tcp_upstream",
  "udp_upstream",
  "ssh_upstream",
  "kubernetes_service_account_token_secret",
  "allow_websockets",
  "allow_spdy",
  "allow_upgrades",
  "timeout",
  "idle_timeout",
  "preserve_host_header",
  "host_rewrite",
  "host_rewrite_header",
  "host_path_regex_rewrite_pattern",
  "host_path_regex_rewrite_substitution",
  "prefix_rewrite",
  "regex_rewrite_pattern",
  "regex_rewrite_substitution",
  "path_regex",
  "pass_identity_headers",
  "set_request_headers",
  "remove_request_headers",
  "set_response_headers",
  "set_response_headers_secret",
  "rewrite_response_headers",
  "cors_allow_preflight",
  "depends_on",
  "tls_downstream_client_ca_secret",
  "load_balancing_policy",
  "lb_policy",
  "least_request_lb_config",
  "maglev_lb_config",
  "ring_hash_lb_config",
  "healthy_panic_threshold",
  "health_checks",
  "outlier_detection",
  "circuit_breaker_thresholds",
  "mcp_server",
  "mcp_server_max_request_bytes",
  "mcp_server_path",
  "mcp_server_upstream_oauth2_secret",
  "mcp_server_upstream_oauth2_auth_url",
  "mcp_server_upstream_oauth2_scopes",
  "mcp_server_upstream_oauth2_authorization_url_params",
  "mcp_server_upstream_oauth2_auth_style",
] as const satisfies readonly AnnotationName[];

const askedByPomerium =
  "makes Pomerium itself send requests to this address, which may be inside the cluster";
const aboutEverybody =
  "takes sign-ins of other programs at the identity provider, and what they say about a person counts for all apps";

interface Beyond {
  /** What the setting does, as the end of a sentence that begins with its name. */
  reason: string;
  /** Whether it takes hosts that the app does not name. */
  takesHosts: boolean;
}

const other = (reason: string): Beyond => ({ reason, takesHosts: false });

/** The other route settings, and why. A new one needs an answer, or nothing compiles. */
const settingsOfAll: Readonly<Record<Exclude<AnnotationName, (typeof ownSettings)[number]>, Beyond>> = {
  bearer_token_format: other(aboutEverybody),
  enable_google_cloud_serverless_authentication: other("signs requests as Pomerium itself"),
  identity_provider_secret: other(aboutEverybody),
  idp_access_token_allowed_audiences: other(aboutEverybody),
  mcp_client: other("sends the backend a token of the caller that every MCP server behind Pomerium accepts"),
  mcp_server_authorization_server_url: other(askedByPomerium),
  mcp_server_upstream_oauth2_token_url: other(askedByPomerium),
  set_request_headers_secret: other(
    "can send the backend a caller's token of the identity provider, and nobody sees it in a review",
  ),
  subtle_allow_empty_host: { reason: "takes every host", takesHosts: true },
  upstream_tunnel: other("leads out of the cluster"),
  upstream_tunnel_ssh_policy: other("leads out of the cluster"),
};

/** Substitutions that are about this route alone. The others hand out tokens that are good elsewhere. */
const ownTokens = ["pomerium.jwt", "pomerium.client_cert_fingerprint"];

/** The settings of a route that use something of the whole cluster, each with its place in the route and the reason. They may have any form. */
export function* beyondTheApp(settings: unknown): Generator<[place: string[], reason: string]> {
  if (!isMap(settings)) return;
  for (const [key, { reason }] of beyondOf(settings)) yield [[key], reason];
  const headers = isMap(settings.set_request_headers) ? settings.set_request_headers : {};
  for (const [header, value] of Object.entries(headers)) {
    const foreign = [...String(value).matchAll(/\$\{(pomerium\.[^}]*)/g)].find(
      ([, name = ""]) => !ownTokens.includes(name),
    );
    if (foreign !== undefined)
      yield [
        ["set_request_headers", header],
        `sends the backend a caller's ${foreign[1]}, which is good elsewhere too`,
      ];
  }
}

/** The settings of a route that take hosts which its app does not name, like {@link beyondTheApp}. */
export function* takesHosts(settings: unknown): Generator<[place: string[], reason: string]> {
  if (!isMap(settings)) return;
  for (const [key, { reason, takesHosts }] of beyondOf(settings)) if (takesHosts) yield [[key], reason];
}

const beyondOf = (settings: Readonly<Record<string, unknown>>): [string, Beyond][] =>
  Object.keys(settings).flatMap((key): [string, Beyond][] =>
    Object.hasOwn(settingsOfAll, key) ? [[key, settingsOfAll[key as keyof typeof settingsOfAll]]] : [],
  );

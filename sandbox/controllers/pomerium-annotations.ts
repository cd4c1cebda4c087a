/**
 * How Pomerium's controller checks the annotations of an Ingress.
 *
 * Imitates: the names that each release knows, the type of each value, and the combinations that are errors. Does not
 * imitate: the contents of maps and lists, or the routes that the annotations lead to.
 */
import { parse } from "yaml";
import { checkPolicy } from "./pomerium-policy.ts";

/** Prefix of the annotations that Pomerium reads on an Ingress. */
export const PREFIX = "ingress.pomerium.io/";

/** Type of an annotation's value. */
type Kind =
  | "bool"
  /** Compared with "true"; any other text means false. */
  | "flag"
  | "duration"
  | "string"
  | "integer"
  | "map"
  | "list"
  | "policy"
  /** Name of a Secret in the Ingress's namespace. */
  | "secret"
  | readonly string[];

interface Annotation {
  kind: Kind;
  /** First minor version (0.x) that reads it; absent if every supported version does. */
  since?: number;
}

const of = (kind: Kind, names: string, since?: number): [string, Annotation][] =>
  names.split(" ").map((name) => [name, { kind, ...(since === undefined ? {} : { since }) }]);

const ANNOTATIONS = new Map<string, Annotation>([
  ...of(
    "bool",
    "allow_any_authenticated_user allow_public_unauthenticated_access allow_spdy allow_websockets",
  ),
  ...of("bool", "cors_allow_preflight pass_identity_headers preserve_host_header tls_skip_verify"),
  ...of("bool", "enable_google_cloud_serverless_authentication", 33),
  ...of("flag", "secure_upstream path_regex tcp_upstream udp_upstream service_proxy_upstream"),
  ...of("flag", "subtle_allow_empty_host mcp_server mcp_client"),
  ...of("flag", "ssh_upstream upstream_tunnel", 33),
  ...of("duration", "timeout idle_timeout"),
  ...of("string", "name description logo_url host_rewrite host_rewrite_header tls_server_name"),
  ...of("string", "host_path_regex_rewrite_pattern host_path_regex_rewrite_substitution"),
  ...of("string", "prefix_rewrite regex_rewrite_pattern regex_rewrite_substitution"),
  ...of("string", "mcp_server_path mcp_server_upstream_oauth2_auth_url mcp_server_upstream_oauth2_token_url"),
  ...of("string", "mcp_server_authorization_server_url", 33),
  ...of(["default", "idp_access_token", "idp_identity_token"], "bearer_token_format"),
  ...of(["round_robin", "maglev", "random", "ring_hash", "least_request"], "load_balancing_policy", 32),
  ...of(["in_params", "in_header"], "mcp_server_upstream_oauth2_auth_style", 33),
  ...of("integer", "healthy_panic_threshold mcp_server_max_request_bytes"),
  ...of("map", "set_request_headers set_response_headers circuit_breaker_thresholds outlier_detection"),
  ...of("map", "allowed_idp_claims"),
  ...of("map", "mcp_server_upstream_oauth2_authorization_url_params", 33),
  ...of("list", "remove_request_headers rewrite_response_headers depends_on health_checks"),
  ...of("list", "idp_access_token_allowed_audiences allowed_domains allowed_users"),
  ...of("list", "mcp_server_upstream_oauth2_scopes"),
  ...of("list", "allow_upgrades", 33),
  ...of("policy", "policy"),
  ...of("policy", "upstream_tunnel_ssh_policy", 33),
  ...of("secret", "tls_custom_ca_secret tls_client_secret tls_downstream_client_ca_secret"),
  ...of("secret", "kubernetes_service_account_token_secret"),
  ...of("secret", "set_request_headers_secret set_response_headers_secret"),
  ...of("secret", "mcp_server_upstream_oauth2_secret"),
  ...of("secret", "identity_provider_secret", 32),
]);

/** Newest minor version (0.x) that the table covers. */
export const NEWEST = 33;

/** Go's syntax: `0s`, `1h30m`. A number without a unit is not a valid duration. */
const DURATION = /^[-+]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$/;

/**
 * The controller's objection to an Ingress's annotations; undefined if it accepts them.
 *
 * @param minor Minor version of the running Pomerium, the x of 0.x.
 */
export function checkAnnotations(annotations: Record<string, string>, minor = NEWEST): string | undefined {
  const own = Object.entries(annotations)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => [key.slice(PREFIX.length), value] as const)
    .sort();
  for (const [name, value] of own) {
    if (name === "allowed_groups") return `${PREFIX}${name} no longer supported`;
    const annotation = ANNOTATIONS.get(name);
    if (annotation === undefined || (annotation.since ?? 0) > minor) return `unknown ${PREFIX}${name}`;
    const problem = checkValue(annotation.kind, value);
    if (problem !== undefined) return `${PREFIX}${name}: ${problem}`;
  }
  const set = new Map(own);
  const isTrue = (name: string) => /^true$/i.test(set.get(name) ?? "");
  if (isTrue("allow_public_unauthenticated_access") && isTrue("allow_any_authenticated_user")) {
    return "config: policy route marked as public but contains whitelists";
  }
  if (set.has("prefix_rewrite") && set.has("regex_rewrite_pattern")) {
    return "only prefix_rewrite or regex_rewrite_pattern can be specified";
  }
  return undefined;
}

/** The Secrets that an Ingress's annotations name, with the type and keys that each must have. */
export function secretsOf(
  annotations: Record<string, string>,
): { name: string; annotation: string; type?: string; keys: string[] }[] {
  const expectations: Record<string, { type?: string; keys: string[] }> = {
    tls_custom_ca_secret: { keys: ["ca.crt"] },
    tls_downstream_client_ca_secret: { keys: ["ca.crt"] },
    tls_client_secret: { type: "kubernetes.io/tls", keys: ["tls.crt", "tls.key"] },
    kubernetes_service_account_token_secret: { type: "kubernetes.io/service-account-token", keys: ["token"] },
    set_request_headers_secret: { type: "Opaque", keys: [] },
    set_response_headers_secret: { type: "Opaque", keys: [] },
    mcp_server_upstream_oauth2_secret: { type: "Opaque", keys: ["client_id", "client_secret"] },
    identity_provider_secret: { type: "Opaque", keys: ["client_id", "client_secret"] },
  };
  return Object.entries(expectations).flatMap(([annotation, expected]) => {
    const name = annotations[`${PREFIX}${annotation}`];
    return name === undefined ? [] : [{ name, annotation, ...expected }];
  });
}

function checkValue(kind: Kind, text: string): string | undefined {
  if (kind === "flag" || kind === "secret") return undefined;
  if (kind === "policy") return checkPolicy(text);
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    return `not YAML: ${(error as Error).message.split("\n")[0]}`;
  }
  if (value === null) return undefined;
  const taken = matches(kind, value);
  const wanted = typeof kind === "string" ? kind : `one of ${kind.join(", ")}`;
  return taken ? undefined : `${JSON.stringify(text)} is not a value of kind ${wanted}`;
}

function matches(kind: Exclude<Kind, "flag" | "secret" | "policy">, value: unknown): boolean {
  if (typeof kind !== "string") return kind.includes(String(value).toLowerCase());
  switch (kind) {
    case "bool":
      return typeof value === "boolean";
    case "integer":
      return Number.isInteger(value);
    case "duration":
      return typeof value === "string" && DURATION.test(value);
    case "string":
      return typeof value === "string";
    case "list":
      return Array.isArray(value);
    case "map":
      return typeof value === "object" && !Array.isArray(value);
  }
}

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Pomerium writes its substitutions like this
import { z } from "zod";
import { goDuration } from "../../stack-file/duration.ts";
import { dnsSubdomain } from "../../stack-file/values.ts";
import { headerName, headerValue } from "./header.ts";
import * as shapes from "./shapes.ts";

/** Beginning of every annotation that Pomerium reads. */
export const annotationPrefix = "ingress.pomerium.io/";

/** How a value is written into its annotation. */
export type Form =
  | "boolean"
  /** Present or absent. The value is always `true`. */
  | "presence"
  | "duration"
  /** Text that the controller reads as YAML. */
  | "string"
  /** Text that the controller takes unchanged. */
  | "raw"
  | "enum"
  /** A number from 0 to 100, written with a decimal point, because older releases take no other form. */
  | "percent"
  | "requestHeaders"
  | "responseHeaders"
  | "map"
  | "list"
  /** A list in one text, separated by commas. */
  | "commas"
  | "structured"
  /** Name of a Secret in the app's namespace. */
  | "secret";

/** One annotation of a route. */
export interface Annotation<S extends z.ZodType = z.ZodType> {
  form: Form;
  schema: S;
  /** Meaning, in one line. */
  meaning: string;
}

const annotation = <S extends z.ZodType>(form: Form, schema: S, meaning: string) => ({
  form,
  schema: schema.describe(meaning) as S,
  meaning,
});

/** Text that YAML and Kubernetes can carry. */
const text = z.string().refine((value) => value.isWellFormed() && !value.includes("\0"), {
  error: "not valid Unicode",
});
const someText = text.min(1);
const secretName = z.string().max(253).regex(dnsSubdomain, { error: "not a Secret's name" });
const host = z.string().regex(/^[^\s/]+$/, { error: "not a host name" });
const url = z.url({ protocol: /^https?$/ });
const oneLine = text.regex(/^[^\n\r]*$/, { error: "has a line break" });
const path = z
  .string()
  .startsWith("/")
  .regex(/^[^\n\r]*$/, { error: "has a line break" });

const boolean = (meaning: string) => annotation("boolean", z.boolean(), meaning);
const presence = (meaning: string) => annotation("presence", z.literal(true), meaning);
const string = (meaning: string, schema: z.ZodString = someText) => annotation("string", schema, meaning);
const secret = (meaning: string) => annotation("secret", secretName, meaning);

/**
 * Every annotation of an Ingress that Pomerium reads, except the annotations that decide who may pass: those come from
 * the app's access. The table of releases says which releases know an annotation.
 *
 * @see https://www.pomerium.com/docs/deploy/k8s/ingress#supported-annotations
 * @see https://github.com/pomerium/ingress-controller/blob/v0.33.1/pomerium/ingress_annotations.go
 */
export const annotations = {
  // What people see of the route.
  name: string("name in the routes portal; made from namespace, Ingress and host when absent"),
  description: string("description in the routes portal"),
  logo_url: string("address of the logo in the routes portal"),

  // The way to the backend.
  secure_upstream: boolean("the backend speaks HTTPS"),
  tls_skip_verify: boolean("accept any certificate of the backend"),
  tls_server_name: string(
    "name that the backend's certificate is checked against, in place of the Service's",
  ),
  tls_custom_ca_secret: secret("Secret with `ca.crt`: authorities of the backend's certificate"),
  tls_client_secret: secret("Secret of type kubernetes.io/tls: the certificate shown to the backend"),
  service_proxy_upstream: boolean("go through the Service's address in place of its pods'"),
  h2c_upstream: boolean("the backend speaks HTTP/2 without TLS, as gRPC servers do"),
  tcp_upstream: boolean("the backend speaks TCP; clients need Pomerium's command line"),
  udp_upstream: boolean("the backend speaks UDP; clients need Pomerium's command line"),
  ssh_upstream: boolean("the backend speaks SSH, which Pomerium itself proxies"),
  upstream_tunnel: presence("the backend is reached over a tunnel that it opens itself"),
  upstream_tunnel_ssh_policy: annotation(
    "raw",
    someText,
    "policy of who may open the tunnel as the route's backend, in Pomerium's policy language",
  ),
  kubernetes_service_account_token_secret: secret(
    "Secret of type kubernetes.io/service-account-token: the backend is a Kubernetes API server",
  ),
  enable_google_cloud_serverless_authentication: boolean(
    "sign requests for a Google Cloud serverless backend",
  ),

  // Connections and time.
  allow_websockets: boolean("let WebSockets through; the route then has no time limit of its own"),
  allow_spdy: boolean("let SPDY upgrades through: `kubectl exec` of old clients"),
  allow_upgrades: annotation("list", z.array(someText), "protocols to which a request may be upgraded"),
  timeout: annotation(
    "duration",
    goDuration,
    "time for a whole request and its answer; 30s when absent, 0s for no limit",
  ),
  idle_timeout: annotation(
    "duration",
    goDuration,
    "time without a byte in either direction; 5m when absent, 0s for no limit",
  ),

  // Host and path of the request that the backend sees.
  preserve_host_header: boolean("the backend sees the host that the client asked for, not its own address"),
  host_rewrite: string("host that the backend sees", host),
  host_rewrite_header: annotation(
    "string",
    headerName,
    "request header whose value the backend sees as host",
  ),
  host_path_regex_rewrite_pattern: string("expression on the path whose match becomes the host"),
  host_path_regex_rewrite_substitution: string("host made of the match", oneLine),
  prefix_rewrite: string("path that replaces the route's own", path),
  regex_rewrite_pattern: string("expression on the path whose match is replaced"),
  regex_rewrite_substitution: string("what replaces the match", oneLine),
  path_regex: boolean("paths of type ImplementationSpecific are expressions"),
  subtle_allow_empty_host: boolean("a rule without a host is meant: it takes every host"),

  // Headers.
  pass_identity_headers: boolean(
    "tell the backend who calls, in the signed header X-Pomerium-Jwt-Assertion; any other header about the caller can be forged",
  ),
  set_request_headers: annotation(
    "requestHeaders",
    z.record(headerName, headerValue),
    "headers for the backend; values are literal but for ${pomerium.jwt} and its like",
  ),
  set_request_headers_secret: secret("Secret of type Opaque: more headers for the backend"),
  remove_request_headers: annotation("list", z.array(headerName), "headers that the backend does not see"),
  set_response_headers: annotation(
    "responseHeaders",
    z.record(headerName, headerValue),
    'headers for the client, in place of Pomerium\'s own; {disable: "true"} for none; values are literal',
  ),
  set_response_headers_secret: secret("Secret of type Opaque: more headers for the client"),
  rewrite_response_headers: annotation(
    "structured",
    z.array(shapes.responseHeaderRewrite),
    "changes to the backend's response headers",
  ),

  // Sign-in.
  cors_allow_preflight: boolean("let CORS preflight requests pass without a session"),
  depends_on: annotation(
    "list",
    z.array(host).max(5, { error: "at most five hosts" }),
    "hosts of the stack whose sessions are made at the same sign-in",
  ),
  bearer_token_format: annotation(
    "enum",
    z.enum(["default", "idp_access_token", "idp_identity_token", "jwt"]),
    "what a bearer token in a request is taken for",
  ),
  idp_access_token_allowed_audiences: annotation(
    "list",
    z.array(someText),
    "audiences that an identity provider's access token may have",
  ),
  identity_provider_secret: secret(
    "Secret of type Opaque with `client_id` and `client_secret`: a client of its own at the identity provider",
  ),
  tls_downstream_client_ca_secret: secret("Secret with `ca.crt`: clients must show a certificate of it"),

  // Several endpoints.
  load_balancing_policy: annotation(
    "enum",
    z.enum(["round_robin", "maglev", "random", "ring_hash", "least_request"]),
    "how requests are spread over the endpoints",
  ),
  lb_policy: annotation(
    "enum",
    z.enum(["ROUND_ROBIN", "MAGLEV", "RANDOM", "RING_HASH", "LEAST_REQUEST"]),
    "how requests are spread over the endpoints",
  ),
  least_request_lb_config: annotation(
    "structured",
    shapes.leastRequest,
    "settings of the least-request spreading",
  ),
  maglev_lb_config: annotation("structured", shapes.maglev, "settings of the Maglev spreading"),
  ring_hash_lb_config: annotation("structured", shapes.ringHash, "settings of the ring-hash spreading"),
  healthy_panic_threshold: annotation(
    "percent",
    z.int().min(0).max(100),
    "percentage of healthy endpoints below which all are used again",
  ),
  health_checks: annotation(
    "structured",
    z.array(shapes.healthCheck),
    "checks by which an endpoint is left out before it fails a request",
  ),
  outlier_detection: annotation(
    "structured",
    shapes.outlierDetection,
    "leaving out endpoints whose answers are errors",
  ),
  circuit_breaker_thresholds: annotation(
    "structured",
    shapes.circuitBreakerThresholds,
    "limits of what is sent to the backend at a time",
  ),

  // Model Context Protocol; needs the runtime flag `mcp`.
  mcp_server: presence("the backend is an MCP server"),
  mcp_client: presence("the backend is an MCP client"),
  mcp_server_max_request_bytes: annotation(
    "raw",
    z.int().min(1).max(0xffff_ffff),
    "largest request body of an MCP server, in bytes",
  ),
  mcp_server_path: annotation("raw", path, "path of the MCP endpoint on the backend"),
  mcp_server_authorization_server_url: annotation(
    "raw",
    z.url({ protocol: /^https$/ }),
    "authorization server of the MCP server, in place of discovery",
  ),
  mcp_server_upstream_oauth2_secret: secret(
    "Secret of type Opaque with `client_id` and `client_secret` at the MCP server's authorization server",
  ),
  mcp_server_upstream_oauth2_auth_url: annotation("raw", url, "the MCP server's authorization endpoint"),
  mcp_server_upstream_oauth2_token_url: annotation("raw", url, "the MCP server's token endpoint"),
  mcp_server_upstream_oauth2_scopes: annotation(
    "commas",
    z.array(z.string().regex(/^[^\s,]+$/, { error: "not a scope" })).min(1),
    "scopes asked for at the MCP server's authorization server",
  ),
  mcp_server_upstream_oauth2_authorization_url_params: annotation(
    "map",
    z.record(someText, text),
    "more parameters of the authorization request",
  ),
  mcp_server_upstream_oauth2_auth_style: annotation(
    "raw",
    z.enum(["in_params", "in_header"]),
    "how the client's secret is sent to the token endpoint",
  ),
} as const satisfies Record<string, Annotation>;

/** Name of an annotation, without its prefix. */
export type AnnotationName = keyof typeof annotations;

type Shape = { [K in AnnotationName]: z.ZodOptional<(typeof annotations)[K]["schema"]> };

/**
 * Schema of a route in a stack file: names of annotations, with typed values. `checkRoute` checks what depends on several
 * keys or on the version of Pomerium.
 */
export const routeSchema: z.ZodObject<Shape, z.core.$strict> = z.strictObject(
  Object.fromEntries(
    Object.entries(annotations).map(([name, { schema, meaning }]) => [
      name,
      (schema as z.ZodType).optional().describe(meaning),
    ]),
  ) as Shape,
);

/** All settings of a route except its host, its backend and who may pass. */
export type Route = Readonly<z.infer<typeof routeSchema>>;

/** The settings of a route about client certificates. */
export type CertificateSettings = Pick<Route, "tls_downstream_client_ca_secret">;

/** Whether a route asks for client certificates of a separate authority. */
export const asksForCertificates = (route: CertificateSettings = {}): boolean =>
  route.tls_downstream_client_ca_secret !== undefined;

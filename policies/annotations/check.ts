import { durationMilliseconds } from "../../stack-file/duration.ts";
import { nearest } from "../../stack-file/nearest.ts";
import { isMap } from "../../stack-file/paths.ts";
import { re2Problem } from "../../stack-file/re2.ts";
import { parsePolicy } from "../language/parse.ts";
import { formatProblem } from "../language/problems.ts";
import { atLeast, firstWith, firstWithValue, removal } from "../language/releases.ts";
import {
  type AnnotationName,
  annotationPrefix,
  annotations,
  type Route,
  routeSchema,
} from "./annotations.ts";
import { substitutionProblem } from "./header.ts";

/** A mistake in a route, or something that deserves a look. */
export interface RouteProblem {
  /** Key path within the route: `health_checks[0].interval`. */
  at: string;
  message: string;
}

const names = Object.keys(annotations) as AnnotationName[];
const isAnnotation = (name: string): name is AnnotationName => Object.hasOwn(annotations, name);

/** Annotations that decide who may pass. The app's `access` writes them. */
export const accessAnnotations: ReadonlySet<string> = new Set([
  "allow_any_authenticated_user",
  "allow_public_unauthenticated_access",
  "allowed_domains",
  "allowed_groups",
  "allowed_idp_claims",
  "allowed_users",
  "policy",
]);

/** Settings of Pomerium's routes that no annotation of the supported releases has, and what to do instead. */
const absent: Readonly<Record<string, string>> = {
  identity_providers:
    "chooses among several identity providers of Pomerium's settings, and this program sets up one",
  redirect:
    "no annotation makes a redirect: let the app redirect (it sees the host with preserve_host_header), or redirect at the DNS provider",
  response: "no annotation makes a fixed answer",
};

/**
 * Finds everything for which this version of Pomerium would leave the route out of service, or silently do something
 * else. A route without problems can be rendered.
 *
 * @param version Pomerium's tag, `v0.33.1`.
 * @throws RangeError if `version` is not a release tag.
 */
export function checkRoute(route: unknown, version: string): RouteProblem[] {
  // Most apps have no settings.
  if (isMap(route) && Object.keys(route).length === 0) return [];
  const parsed = routeSchema.safeParse(route);
  const problems: RouteProblem[] = [];
  for (const issue of parsed.error?.issues ?? []) {
    if (issue.code === "unrecognized_keys" && issue.path.length === 0)
      for (const key of issue.keys) problems.push({ at: key, message: unknownAnnotation(key, version) });
    else problems.push({ at: keyPath(issue.path), message: issue.message });
  }
  if (route !== null && typeof route === "object")
    for (const [name, value] of Object.entries(route)) {
      const message = isAnnotation(name) ? outOfVersion(name, version, value) : undefined;
      if (message) problems.push({ at: name, message });
    }
  if (parsed.success) problems.push(...contradictions(parsed.data));
  return problems;
}

/** Why a name is not valid in a route, and what was probably meant. */
export function unknownAnnotation(name: string, version: string): string {
  if (name.startsWith(annotationPrefix)) {
    const bare = name.slice(annotationPrefix.length);
    return `write it without "${annotationPrefix}": ${bare}`;
  }
  if (accessAnnotations.has(name)) return `who may pass is said by the app's \`access\`, not by its route`;
  if (Object.hasOwn(absent, name)) return absent[name]!;
  const meant = nearest(
    name,
    names.filter((candidate) => !outOfVersion(candidate, version)),
  );
  return `not an annotation of Pomerium${meant ? `; did you mean "${meant}"?` : ""}`;
}

/** @param value Value of the annotation. Default: any. */
function outOfVersion(name: AnnotationName, version: string, value?: unknown): string | undefined {
  const since = firstWith("annotations", name) ?? firstWithValue(name, value);
  if (since && !atLeast(version, since)) return `needs Pomerium ${since} or later; the stack runs ${version}`;
  const removed = removal(name);
  if (removed && atLeast(version, removed.tag)) {
    const advice = removed.successor ? `write ${removed.successor}` : "there is no successor";
    return `gone since Pomerium ${removed.tag}; ${advice}`;
  }
  return undefined;
}

const hostRewrites = [
  "host_rewrite",
  "host_rewrite_header",
  "host_path_regex_rewrite_pattern",
  "preserve_host_header",
] as const;

/** Upgrades that Pomerium itself lists for every route, allowed or not. */
const ownUpgrades = ["websocket", "spdy/3.1"];

const isHost = (header: string): boolean => header.toLowerCase() === "host";

const protocols = [
  "secure_upstream",
  "h2c_upstream",
  "tcp_upstream",
  "udp_upstream",
  "ssh_upstream",
] as const;

type Found = (at: string, message: string) => void;

/** Finds keys that are valid alone, but that Pomerium refuses or ignores together. */
function contradictions(route: Route): RouteProblem[] {
  const problems: RouteProblem[] = [];
  const report: Found = (at, message) => void problems.push({ at, message });
  pairsOfKeys(route, report);
  expressions(route, report);
  protocolsOfBackend(route, report);
  headers(route, report);
  return problems;
}

function pairsOfKeys(route: Route, report: Found): void {
  const only = (keys: readonly AnnotationName[], what: string): void => {
    const [first, ...others] = keys.filter((key) => route[key] !== undefined && route[key] !== false);
    for (const other of others) report(other, `only one of ${first} and ${other} can ${what}`);
  };
  const together = (key: AnnotationName, needed: AnnotationName): void => {
    if (route[key] !== undefined && route[needed] === undefined)
      report(key, `has no effect without ${needed}`);
  };
  only(["prefix_rewrite", "regex_rewrite_pattern"], "rewrite the path");
  together("regex_rewrite_substitution", "regex_rewrite_pattern");
  only(hostRewrites, "decide which host the backend sees");
  together("host_path_regex_rewrite_substitution", "host_path_regex_rewrite_pattern");
  only(protocols, "be the backend's protocol");
}

function expressions(route: Route, report: Found): void {
  for (const key of ["regex_rewrite_pattern", "host_path_regex_rewrite_pattern"] as const) {
    const expression = route[key];
    const problem = expression === undefined ? undefined : re2Problem(expression);
    if (problem !== undefined) report(key, `Pomerium's expressions are those of RE2: ${problem}`);
  }
}

function protocolsOfBackend(route: Route, report: Found): void {
  for (const [i, check] of (route.health_checks ?? []).entries())
    if (check.grpc_health_check !== undefined && !route.secure_upstream && !route.h2c_upstream)
      report(
        `health_checks[${i}].grpc_health_check`,
        "needs HTTP/2 to the backend: secure_upstream or h2c_upstream",
      );
  for (const [i, protocol] of (route.allow_upgrades ?? []).entries()) {
    const same = [...ownUpgrades, ...route.allow_upgrades!.slice(0, i)].find(
      (other) => other !== protocol && other.toLowerCase() === protocol.toLowerCase(),
    );
    if (same !== undefined)
      report(
        `allow_upgrades[${i}]`,
        `is ${same} with other capital letters, and Envoy refuses both together`,
      );
  }
  const { problems: mistakes = [] } = parsePolicy(route.upstream_tunnel_ssh_policy ?? "[]");
  for (const mistake of mistakes) report("upstream_tunnel_ssh_policy", formatProblem(mistake));

  const server = names.find((name) => name.startsWith("mcp_server") && route[name] !== undefined);
  if (route.mcp_client && server) report(server, "a backend is an MCP server or an MCP client, not both");
}

function headers(route: Route, report: Found): void {
  for (const key of ["set_request_headers", "set_response_headers"] as const) repeated(route, key, report);
  for (const name of Object.keys(route.set_response_headers ?? {}))
    if (isHost(name)) report(`set_response_headers.${name}`, "Envoy sets no such header in an answer");
  for (const [i, name] of (route.remove_request_headers ?? []).entries())
    if (isHost(name)) report(`remove_request_headers[${i}]`, "Envoy removes no Host header from a request");
  for (const [name, value] of Object.entries(route.set_request_headers ?? {})) {
    const problem = substitutionProblem(value);
    if (problem) report(`set_request_headers.${name}`, problem);
    // Removal is the last thing that happens to a request on its way to the backend.
    if (route.remove_request_headers?.some((removed) => removed.toLowerCase() === name.toLowerCase()))
      report(`set_request_headers.${name}`, "is removed again by remove_request_headers");
  }
}

function repeated(route: Route, key: "set_request_headers" | "set_response_headers", report: Found): void {
  const seen = new Map<string, string>();
  for (const name of Object.keys(route[key] ?? {})) {
    const before = seen.get(name.toLowerCase());
    if (before) report(`${key}.${name}`, `the same header as ${before}`);
    else seen.set(name.toLowerCase(), name);
  }
}

/** Finds settings that are valid, but may not do what their author expects. */
export function routeWarnings(route: Route): RouteProblem[] {
  const warnings: RouteProblem[] = [];
  const warn = (at: AnnotationName, message: string): void => {
    warnings.push({ at, message });
  };
  for (const key of [
    "tls_skip_verify",
    "tls_server_name",
    "tls_custom_ca_secret",
    "tls_client_secret",
  ] as const)
    if (route[key] && !route.secure_upstream) warn(key, "has no effect without secure_upstream: true");
  if (route.tls_skip_verify && route.tls_custom_ca_secret)
    warn("tls_custom_ca_secret", "has no effect beside tls_skip_verify: true");
  for (const key of ["path_regex", "subtle_allow_empty_host"] as const)
    if (route[key]) warn(key, "has no effect: an app has one host and the path /");

  const timeout = route.timeout && durationMilliseconds(route.timeout);
  const idle = route.idle_timeout && durationMilliseconds(route.idle_timeout);
  if (timeout && route.allow_websockets) warn("timeout", `cuts every WebSocket after ${route.timeout}`);
  if (timeout && idle && idle >= timeout)
    warn("idle_timeout", `has no effect: timeout ends the request after ${route.timeout}`);
  if (route.idp_access_token_allowed_audiences && route.bearer_token_format !== "idp_access_token")
    warn("idp_access_token_allowed_audiences", "has no effect without bearer_token_format: idp_access_token");
  return warnings;
}

function keyPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (whole, key) =>
      typeof key === "number" ? `${whole}[${key}]` : whole ? `${whole}.${String(key)}` : String(key),
    "",
  );
}

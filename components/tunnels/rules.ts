import { domainToASCII } from "node:url";
import { standsFor } from "../../stack-file/hosts.ts";
import { re2Problem } from "../../stack-file/re2.ts";

/**
 * One rule of a tunnel, with Cloudflare's names. Cloudflare tries rules in order and uses the first match.
 *
 * @see https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/do-more-with-tunnels/local-management/configuration-file/
 */
export interface Rule<Service = string> {
  /** Host name, also with `*.` at the beginning. Default: every host. */
  hostname?: string;
  /** Go regular expression that is searched for in the path. Default: every path. */
  path?: string;
  /** Scheme, address and port without a path, or one of cloudflared's built-in services such as `http_status:404`. */
  service: Service;
  originRequest?: OriginRequest;
}

/** How cloudflared speaks to the origin. Times are whole seconds. */
export interface OriginRequest {
  /** Name to check the origin's certificate against. It is also sent as SNI. */
  originServerName?: string;
  /** Whether to use the request's host instead of `originServerName`. */
  matchSNItoHost?: boolean;
  /** Whether to accept any certificate. */
  noTLSVerify?: boolean;
  /** File on cloudflared's machine with the authority for the origin's certificate. */
  caPool?: string;
  /** Host header to send instead of the request's. */
  httpHostHeader?: string;
  http2Origin?: boolean;
  disableChunkedEncoding?: boolean;
  noHappyEyeballs?: boolean;
  /** `socks` for a SOCKS5 proxy. */
  proxyType?: string;
  connectTimeout?: number;
  tlsTimeout?: number;
  tcpKeepAlive?: number;
  keepAliveTimeout?: number;
  keepAliveConnections?: number;
  /** Makes cloudflared check that Cloudflare Access let the request in. */
  access?: AccessCheck;
}

export interface AccessCheck {
  teamName: string;
  audTag: string[];
  required?: boolean;
}

type Match = Pick<Rule, "hostname" | "path">;

/** The rules of one host, in order: those for single paths come first. */
export interface HostRules<Service = string> {
  host: string;
  rules: readonly Rule<Service>[];
}

/** The rule for requests that match no other rule. Cloudflare refuses a list without such a last rule. */
export const notFound: Rule = { service: "http_status:404" };

/**
 * Builds the complete rule list of a tunnel. Cloudflare replaces the whole list on every write and uses the first
 * match, so the order matters. First come extra rules for a path of a carried host, then the carried hosts. The other
 * extra rules follow in their order, then the catch-all.
 *
 * @throws RangeError if a rule can never match, because an earlier rule takes all its requests.
 * @see https://github.com/cloudflare/cloudflared/blob/2026.8.2/ingress/ingress.go
 */
export function ingressRules<Service>(
  carried: readonly HostRules<Service>[],
  extra: readonly Rule[] = [],
  end: Rule = notFound,
): Rule<Service | string>[] {
  const hosts = new Set(carried.map(({ host }) => host));
  const isPathOfCarried = ({ hostname, path }: Match): boolean =>
    path !== undefined && hostname !== undefined && hosts.has(hostname);
  const rules: Rule<Service | string>[] = [
    ...extra.filter(isPathOfCarried),
    ...carried.flatMap((each) => each.rules),
    ...extra.filter((rule) => !isPathOfCarried(rule)),
    end,
  ];
  for (const [i, rule] of rules.entries()) {
    const first = rules.slice(0, i).find((earlier) => takesAllOf(earlier, rule));
    if (first !== undefined)
      throw new RangeError(
        `the rule for ${describeMatch(rule)} never matches: that for ${describeMatch(first)} takes its requests`,
      );
  }
  return rules;
}

/** Describes the requests that a rule matches: `komga.example.org`, `komga.example.org ^/api`, `every host`. */
export function describeMatch({ hostname, path }: Match): string {
  return `${hostname ?? "every host"}${path === undefined ? "" : ` ${path}`}`;
}

/** A host in the DNS's form, which requests have: lower case, with letters of other scripts in Punycode. */
export function dnsForm(host: string): string {
  return domainToASCII(host) || host.toLowerCase();
}

/** The form in which cloudflared compares a host name. It converts neither wildcards nor underscores. */
function comparable(hostname: string | undefined): string | undefined {
  return hostname === undefined || /[*_]/.test(hostname) ? hostname : dnsForm(hostname);
}

/** Whether two rules match the same requests. */
export function sameMatch(one: Match, other: Match): boolean {
  return comparable(one.hostname) === comparable(other.hostname) && one.path === other.path;
}

/** Whether a rule matches every request. */
export function isCatchAll({ hostname, path }: Match): boolean {
  return (hostname === undefined || hostname === "*") && path === undefined;
}

/** Whether `earlier` matches every request that `later` matches. Different paths count as different requests. */
export function takesAllOf(earlier: Match, later: Match): boolean {
  if (earlier.path !== undefined && earlier.path !== later.path) return false;
  if (earlier.hostname === undefined || earlier.hostname === "*") return true;
  return later.hostname !== undefined && matchesHost(earlier, later.hostname);
}

/**
 * Whether a rule matches a host, by cloudflared's comparison: a wildcard matches any number of labels.
 *
 * @see https://github.com/cloudflare/cloudflared/blob/2026.8.2/ingress/rule.go
 */
export function matchesHost({ hostname }: Match, host: string): boolean {
  if (hostname === undefined || hostname === "*" || hostname === host) return true;
  const requested = comparable(host)!;
  return comparable(hostname) === requested || standsFor(hostname, requested);
}

/** The rules that match one host, in order, rewritten for this host only. */
export function rulesFor(rules: readonly Rule[], host: string): Rule[] {
  const found: Rule[] = [];
  for (const rule of rules) {
    if (!matchesHost(rule, host)) continue;
    const own = { ...rule, hostname: host };
    if (!found.some((earlier) => takesAllOf(earlier, own))) found.push(own);
    if (rule.path === undefined) break;
  }
  return found;
}

const ownServices = ["hello_world", "hello-world", "bastion", "socks-proxy"];

/** Why Cloudflare or cloudflared refuses a service; undefined if both accept it. */
export function serviceProblem(service: string): string | undefined {
  const status = /^http_status:(.*)$/.exec(service)?.[1];
  const fine =
    status === undefined
      ? ownServices.includes(service) ||
        /^unix(\+tls)?:\/[^\s]+$/.test(service) ||
        /^(https?|wss?|tcp|ssh|rdp|smb):\/\/[^/\s?#@]+$/.test(service)
      : /^[1-9]\d\d$/.test(status);
  return fine
    ? undefined
    : "must be an address without a path, such as ssh://192.168.0.10:22, or http_status:404";
}

/**
 * Why a rule cannot have this host name; undefined if it can. Cloudflare accepts more than the DNS: underscores,
 * capitals and letters of any script.
 */
export function hostnameProblem(hostname: string): string | undefined {
  return hostname === "*" || /^(\*\.)?[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)+$/u.test(hostname)
    ? undefined
    : "is not a valid host name: labels joined by dots, without port; a wildcard only as *. in front";
}

/** Why a rule cannot have this path; undefined if it can. */
export function pathProblem(path: string): string | undefined {
  const problem = re2Problem(path);
  return problem && `is not a valid Go regular expression: ${problem}`;
}

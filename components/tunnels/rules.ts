import { goRegexProblem } from "./go-regex.ts";

/** One public host of a tunnel and where its requests go. */
export interface Route<Origin = string> {
  /** Public FQDN; also the name that the origin's certificate is checked against. */
  host: string;
  /** Address that terminates TLS for `host`: `https://192.168.0.154:443`. */
  origin: Origin;
}

/**
 * One rule, in the order in which Cloudflare tries them, by Cloudflare's own names.
 *
 * @see https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/do-more-with-tunnels/local-management/configuration-file/
 */
export interface Rule<Service = string> {
  /** FQDN; `*.` may stand in front. Default: every host. */
  hostname?: string;
  /** Go regular expression that is searched for in the path. Default: every path. */
  path?: string;
  /** Scheme, address and port, without a path; or a service of cloudflared's own: `http_status:404`. */
  service: Service;
  originRequest?: OriginRequest;
}

/** How cloudflared speaks to the origin. Times are whole seconds. */
export interface OriginRequest {
  /** Name that the origin's certificate is checked against, and that is sent as SNI. */
  originServerName?: string;
  /** Takes the request's host in place of `originServerName`. */
  matchSNItoHost?: boolean;
  /** Takes any certificate. */
  noTLSVerify?: boolean;
  /** Path, on cloudflared's machine, of the authority that the origin's certificate is checked with. */
  caPool?: string;
  /** Host header in place of the request's. */
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
  /** Has cloudflared check, too, that Cloudflare Access let the request in. */
  access?: { teamName: string; audTag: string[]; required?: boolean };
}

/** What answers a request that no other rule takes; Cloudflare refuses a list without such an end. */
const catchAll: Rule = { service: "http_status:404" };

/**
 * The whole rule list of a tunnel: Cloudflare replaces the list at each write and takes the first match, so
 * order is meaning. A path of a routed host comes first, then the routes, then what else there is in
 * `extra`, in the order given, then the catch-all.
 *
 * @throws RangeError when a rule could never match, because an earlier one takes all of its requests.
 * @see https://github.com/cloudflare/cloudflared/blob/2026.8.2/ingress/ingress.go
 */
export function ingressRules<Origin>(
  routes: readonly Route<Origin>[],
  extra: readonly Rule[] = [],
): Rule<Origin | string>[] {
  const hosts = new Set(routes.map(({ host }) => host));
  const isPathOfRoute = ({ hostname, path }: Rule): boolean =>
    path !== undefined && hostname !== undefined && hosts.has(hostname);
  const rules: Rule<Origin | string>[] = [
    ...extra.filter(isPathOfRoute),
    ...routes.map(({ host, origin }) => ({
      hostname: host,
      service: origin,
      originRequest: { originServerName: host },
    })),
    ...extra.filter((rule) => !isPathOfRoute(rule)),
    catchAll,
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

/** The requests that a rule is for: `komga.example.org`, `komga.example.org ^/api`, `every host`. */
export function describeMatch({ hostname, path }: Pick<Rule, "hostname" | "path">): string {
  return `${hostname ?? "every host"}${path === undefined ? "" : ` ${path}`}`;
}

/** Whether `earlier` matches every request that `later` would. Other paths are taken for other requests. */
export function takesAllOf(
  earlier: Pick<Rule, "hostname" | "path">,
  later: Pick<Rule, "hostname" | "path">,
): boolean {
  if (earlier.path !== undefined && earlier.path !== later.path) return false;
  if (earlier.hostname === undefined || earlier.hostname === "*") return true;
  if (later.hostname === undefined) return false;
  return (
    earlier.hostname === later.hostname ||
    (earlier.hostname.startsWith("*.") && later.hostname.endsWith(earlier.hostname.slice(1)))
  );
}

const ownServices = ["hello_world", "hello-world", "bastion", "socks-proxy"];

/** Why Cloudflare, or cloudflared, would not take a service; undefined when they would. */
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

/** Why a host name cannot stand in a rule; undefined when it can. */
export function hostnameProblem(hostname: string): string | undefined {
  return hostname === "*" ||
    /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(hostname)
    ? undefined
    : "is no host name: lower case, without port; a wildcard only as *. in front";
}

/** Why a path cannot stand in a rule; undefined when it can. */
export function pathProblem(path: string): string | undefined {
  const problem = goRegexProblem(path);
  return problem && `is no regular expression of Go's: ${problem}`;
}

/** Why an origin cannot serve a public host; undefined when it can. */
export function originProblem(origin: string): string | undefined {
  // Port 80 answers with a redirection to the very host that the tunnel leads to it: a loop.
  return /^https:\/\/[^/\s?#@]+$/.test(origin) && !/:80$/.test(origin)
    ? undefined
    : "must be https://<address>:<port>, without a path, and never port 80";
}

import { domainToASCII } from "node:url";
import type { Rule } from "../../components/tunnels/rules.ts";
import { re2Finds, re2Problem } from "../../stack-file/re2.ts";

/**
 * The error with which cloudflared, and therefore Cloudflare, refuses a list of rules; undefined if it accepts the
 * list.
 *
 * @see https://github.com/cloudflare/cloudflared/blob/2026.8.2/ingress/ingress.go validateIngress
 */
export function ingressProblem(rules: readonly Rule[]): string | undefined {
  if (rules.length === 0) return "The config file doesn't contain any ingress rules";
  for (const [i, rule] of rules.entries()) {
    const problem =
      serviceProblem(String(rule.service ?? "")) ??
      hostnameProblem(rule, i, rules.length) ??
      pathProblem(rule, i);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function serviceProblem(service: string): string | undefined {
  if (/^unix(\+tls)?:/.test(service)) return undefined;
  const status = /^http_status:(.*)$/.exec(service)?.[1];
  if (status !== undefined) {
    if (!/^[+-]?\d+$/.test(status))
      return `invalid HTTP status code: strconv.Atoi: parsing "${status}": invalid syntax`;
    return Number(status) < 100 || Number(status) > 999 ? `invalid HTTP status code: ${status}` : undefined;
  }
  if (["hello_world", "hello-world", "socks-proxy", "bastion"].includes(service)) return undefined;
  const [, host = "", path = ""] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^?#]*)/i.exec(service) ?? [];
  if (host.replace(/^.*@/, "").replace(/:\d*$/, "") === "")
    return `${service} is an invalid address, please make sure it has a scheme and a hostname`;
  return path === ""
    ? undefined
    : `${service} is an invalid address, ingress rules don't support proxying to a different path on the origin service. The path will be the same as the eyeball request's path`;
}

function hostnameProblem(
  { hostname = "", path = "" }: Rule,
  index: number,
  total: number,
): string | undefined {
  if (/^[^:]*:[^:]*$/.test(hostname)) return "Hostname cannot contain a port";
  if (hostname.lastIndexOf("*") > 0)
    return 'Hostname patterns can have at most one wildcard character ("*") and it can only be used for subdomains, e.g. "*.example.com"';
  const isCatchAll = (hostname === "" || hostname === "*") && path === "";
  const isLast = index === total - 1;
  if (isLast && !isCatchAll)
    return "The last ingress rule must match all URLs (i.e. it should not have a hostname or path filter)";
  return !isLast && isCatchAll
    ? `Rule #${index + 1} is matching the hostname '${hostname}', but this will match every hostname, meaning the rules which follow it will never be triggered.`
    : undefined;
}

function pathProblem({ path }: Rule, index: number): string | undefined {
  const problem = path ? re2Problem(path) : undefined;
  return problem && `Rule #${index + 1} has an invalid regex: ${problem}`;
}

/** The rule that cloudflared uses for a request: the first that matches. */
export function ruleFor(rules: readonly Rule[], host: string, path: string): Rule | undefined {
  return rules.find(
    ({ hostname, path: pattern }) =>
      matchesHost(hostname || "*", host) && (!pattern || re2Finds(pattern, path)),
  );
}

/** @see https://github.com/cloudflare/cloudflared/blob/2026.8.2/ingress/rule.go Matches */
function matchesHost(pattern: string, host: string): boolean {
  if (pattern === "*" || pattern === host || domainToASCII(pattern) === host) return true;
  return pattern.startsWith("*.") && host.endsWith(pattern.slice(1));
}

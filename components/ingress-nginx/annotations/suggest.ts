import type { Route } from "../../../policies/annotations/annotations.ts";
import { re2Problem } from "../../../stack-file/re2.ts";
import { isOn } from "./booleans.ts";
import { nginxPrefix } from "./judgement.ts";
import { judgeBodySize, judgeBuffering } from "./long-answers.ts";

/** Pomerium ends a request after this many seconds without a byte. ingress-nginx's own default is 60. */
const usualPause = 300;

/**
 * The settings of a route that do what the annotations of an nginx Ingress did, as far as they can be derived. `lacks`
 * of the table names what is still missing.
 *
 * @param annotations All annotations of the Ingress.
 * @param path A path of the Ingress, which `rewrite-target` refers to.
 */
export function suggestedRoute(annotations: Readonly<Record<string, string>>, path = "/"): Route {
  const of = (name: string): string => (annotations[nginxPrefix + name] ?? "").trim();
  return {
    ...backendRoute(of),
    ...rewriteRoute(of, path),
    ...timeRoute(of),
    ...("nginx.org/websocket-services" in annotations ? { allow_websockets: true } : {}),
    ...(/^(f|false|round_robin)?$/.test(of("load-balance"))
      ? {}
      : { load_balancing_policy: "least_request" }),
  };
}

type Of = (name: string) => string;

/** How the backend is spoken to. */
function backendRoute(of: Of): Route {
  const speaksTls = /^(HTTPS|GRPCS)$/i.test(of("backend-protocol"));
  const hasSecret = of("proxy-ssl-secret") !== "";
  const isVerified = hasSecret && of("proxy-ssl-verify") === "on";
  const host = of("upstream-vhost");
  return {
    // ingress-nginx takes any certificate of a backend, unless it is told to verify it.
    ...(speaksTls ? { secure_upstream: true, ...(isVerified ? {} : { tls_skip_verify: true }) } : {}),
    ...(hasSecret && of("proxy-ssl-name") !== "" ? { tls_server_name: of("proxy-ssl-name") } : {}),
    ...(isOn(of("service-upstream")) ? { service_proxy_upstream: true } : {}),
    ...(host === ""
      ? {}
      : /^\$(http_|best_http_)?host$/.test(host)
        ? { preserve_host_header: true }
        : /[$\s/]/.test(host)
          ? {}
          : { host_rewrite: host }),
  };
}

/** ingress-nginx replaces the whole path by the target, and the groups of the path's expression in it. */
function rewriteRoute(of: Of, path: string): Route {
  const target = of("rewrite-target");
  if (target === "" || !target.startsWith("/")) return {};
  const prefix = of("x-forwarded-prefix");
  const headers = prefix === "" ? {} : { set_request_headers: { "X-Forwarded-Prefix": prefix } };
  if (target.includes("$"))
    return isExpression(path)
      ? {
          regex_rewrite_pattern: `^${path}`,
          regex_rewrite_substitution: target.replace(/\$(\d)/g, "\\$1"),
          ...headers,
        }
      : headers;
  return { ...(target === path ? {} : { prefix_rewrite: target }), ...headers };
}

/** Whether the path is an expression with groups that Pomerium can read. */
const isExpression = (path: string): boolean => path.includes("(") && re2Problem(path) === undefined;

/** Apps whose answers are long, or pause for long. */
function timeRoute(of: Of): Route {
  const isLong =
    judgeBodySize(of("proxy-body-size")) !== undefined ||
    judgeBuffering(of("proxy-buffering")) !== undefined ||
    judgeBuffering(of("proxy-request-buffering")) !== undefined;
  const pauses = ["proxy-read-timeout", "proxy-send-timeout"]
    .map(of)
    .filter((value) => /^\d{1,9}$/.test(value))
    .map(Number);
  const pause = Math.max(0, ...pauses);
  return {
    ...(isLong || pause > usualPause ? { timeout: "0s" } : {}),
    ...(pause > usualPause ? { idle_timeout: `${pause}s` } : {}),
  };
}

import type { Route } from "../../../../policies/annotations/annotations.ts";
import { firstWith } from "../../../../policies/language/releases.ts";
import { aliasesOf } from "../hosts.ts";
import type { Entry, Judgement } from "../judgement.ts";
import { lacksRewrite } from "../rewrite.ts";

/**
 * ingress-nginx verifies the certificate of a backend only with `proxy-ssl-verify` and an authority from
 * `proxy-ssl-secret`. Pomerium always does, unless the route says otherwise.
 */
function lacksTls(route: Route, of: (name: string) => string): string | undefined {
  const isVerified = of("proxy-ssl-verify") === "on" && of("proxy-ssl-secret") !== "";
  const missing = [
    ...(route.secure_upstream ? [] : ["secure_upstream: true"]),
    ...(isVerified || isDecided(route) ? [] : ["tls_skip_verify: true"]),
  ];
  return missing.length > 0 ? missing.join(", ") : undefined;
}

/** Whether the route says how the certificate of the backend is verified. */
function isDecided({ tls_skip_verify, tls_custom_ca_secret }: Route): boolean {
  return tls_skip_verify !== undefined || tls_custom_ca_secret !== undefined;
}

const speaksTls = (says: string): Judgement => ({
  outcome: "equivalent",
  says,
  lacks: (route, _, of) => lacksTls(route, of),
});

/** Annotations about the way to the backend. */
export const backend: readonly Entry[] = [
  {
    names: ["backend-protocol"],
    outcome: "lost",
    says: "Pomerium speaks HTTP and HTTPS to a backend",
    byValue: (value): Judgement | undefined => {
      switch (value.toUpperCase()) {
        case "HTTP":
        case "AUTO_HTTP":
          return { outcome: "unnecessary", says: "HTTP is what Pomerium speaks to a backend" };
        case "HTTPS":
          return speaksTls(
            "`route.secure_upstream`; with `route.tls_skip_verify` unless the backend's certificate can be verified",
          );
        case "GRPCS":
          return speaksTls("`route.secure_upstream`");
        case "GRPC":
          return {
            outcome: "lost",
            says: `Pomerium speaks HTTP/2 without TLS to a backend only from ${firstWith("annotations", "h2c_upstream")} on (\`route.h2c_upstream\`)`,
          };
        default:
          return undefined;
      }
    },
  },
  {
    names: ["proxy-ssl-verify"],
    needs: "proxy-ssl-secret",
    outcome: "equivalent",
    says: "the default; leave `route.tls_skip_verify` out",
    byValue: (value) =>
      value === "on"
        ? undefined
        : {
            outcome: "equivalent",
            says: "`route.tls_skip_verify`",
            lacks: (route) => (isDecided(route) ? undefined : "tls_skip_verify: true"),
          },
    lacks: ({ tls_skip_verify }) => (tls_skip_verify ? "tls_skip_verify: false" : undefined),
  },
  {
    names: ["proxy-ssl-name"],
    needs: "proxy-ssl-secret",
    outcome: "equivalent",
    says: "`route.tls_server_name`",
    lacks: ({ tls_server_name }, value) =>
      tls_server_name === value ? undefined : `tls_server_name: ${value}`,
  },
  {
    names: ["proxy-ssl-secret"],
    outcome: "equivalent",
    says: "`route.tls_client_secret` and `route.tls_custom_ca_secret`, Secrets in the app's namespace",
    // ingress-nginx shows the Secret's certificate, and takes its `ca.crt` only to verify.
    lacks: ({ tls_client_secret, tls_custom_ca_secret }, value, of) => {
      const name = value.replace(/^.*\//, "");
      const missing = [
        ...(tls_client_secret === name ? [] : [`tls_client_secret: ${name}`]),
        ...(of("proxy-ssl-verify") !== "on" || tls_custom_ca_secret === name
          ? []
          : [`tls_custom_ca_secret: ${name}`]),
      ];
      return missing.length > 0 ? missing.join(", ") : undefined;
    },
  },
  {
    names: ["proxy-ssl-server-name"],
    needs: "proxy-ssl-secret",
    outcome: "unnecessary",
    says: "Pomerium always names the server that it means",
  },
  {
    names: ["proxy-ssl-ciphers", "proxy-ssl-protocols", "proxy-ssl-verify-depth"],
    needs: "proxy-ssl-secret",
    outcome: "lost",
    says: "cannot be set for one app; Pomerium chooses modern ones",
  },
  {
    names: ["ssl-ciphers", "ssl-prefer-server-ciphers"],
    outcome: "lost",
    says: "cannot be set for one app; Pomerium chooses modern ones",
  },
  {
    names: ["ssl-passthrough"],
    outcome: "lost",
    says: "TLS ends at Pomerium, which must see the request",
  },
  {
    names: ["service-upstream"],
    outcome: "equivalent",
    says: "`route.service_proxy_upstream`",
    lacks: (route) => (route.service_proxy_upstream ? undefined : "service_proxy_upstream: true"),
  },
  {
    names: ["upstream-vhost"],
    outcome: "equivalent",
    says: "`route.host_rewrite`",
    lacks: ({ host_rewrite, preserve_host_header }, value) => {
      // nginx's variable for the host that the client asked for.
      if (/^\$(http_|best_http_)?host$/.test(value))
        return preserve_host_header ? undefined : "preserve_host_header: true";
      // Of nginx's other variables, only a person knows the value.
      const isSame = value.includes("$") ? host_rewrite !== undefined : host_rewrite === value;
      return isSame ? undefined : `host_rewrite: ${value}`;
    },
  },
  {
    names: ["rewrite-target"],
    outcome: "equivalent",
    says: "`route.prefix_rewrite`; with capture groups `route.regex_rewrite_pattern` and `route.regex_rewrite_substitution`",
    lacks: (route, value, _, { paths }) => lacksRewrite(route, value, paths),
  },
  {
    names: ["use-regex"],
    outcome: "decide",
    says: "`route.path_regex`; Pomerium's expressions match the whole path and heed capitals",
  },
  {
    names: ["server-alias"],
    outcome: "equivalent",
    says: "only with each further host under `aliases` of an app, or in an app of its own; one without goes dark",
    section: "apps",
    lacks: (_route, value, _of, { isSettled }) => {
      const hosts = aliasesOf(value).filter((host) => !isSettled(host));
      return hosts.length > 0
        ? `${hosts.join(", ")} under aliases of an app, or as an app of its own; or abandon it`
        : undefined;
    },
  },
  {
    names: ["fastcgi-index", "fastcgi-params-configmap"],
    outcome: "lost",
    says: "Pomerium speaks no FastCGI",
  },
];

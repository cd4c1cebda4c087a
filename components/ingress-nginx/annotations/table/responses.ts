import { parseBool } from "../booleans.ts";
import { type Entry, headerOf } from "../judgement.ts";

/** Annotations about headers, redirects, errors and logs. */
export const responses: readonly Entry[] = [
  {
    names: ["ssl-redirect"],
    outcome: "unnecessary",
    says: "Pomerium sends every plain request to HTTPS",
    byValue: (value) =>
      parseBool(value) === false
        ? { outcome: "decide", says: "plain HTTP was answered; Pomerium sends it to HTTPS" }
        : undefined,
  },
  {
    names: ["force-ssl-redirect"],
    outcome: "unnecessary",
    says: "Pomerium sends every plain request to HTTPS",
  },
  {
    names: ["preserve-trailing-slash", "relative-redirects", "use-port-in-redirects"],
    outcome: "unnecessary",
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
    outcome: "lost",
    says: "no Ingress can have Pomerium redirect; the app must",
  },
  {
    names: ["proxy-redirect-from", "proxy-redirect-to"],
    off: /^off$/,
    outcome: "equivalent",
    says: "`route.rewrite_response_headers` on Location",
    lacks: ({ rewrite_response_headers = [] }, _, of) => {
      const [from, to] = [of("proxy-redirect-from"), of("proxy-redirect-to")];
      if (!/^(?!default$|off$)./.test(from)) return undefined;
      const isSame = rewrite_response_headers.some(
        ({ header, prefix, value }) =>
          // An expression, or a variable of nginx, has no counterpart that could be compared.
          /^location$/i.test(header) && (/^~|[$]/.test(from + to) || (prefix === from && value === to)),
      );
      return isSame
        ? undefined
        : `rewrite_response_headers: [{ header: Location, prefix: ${from}, value: ${to} }]`;
    },
  },
  {
    names: ["proxy-cookie-domain", "proxy-cookie-path"],
    off: /^off$/,
    outcome: "lost",
    says: "Pomerium does not rewrite cookies; the app must set them for its public host",
  },
  {
    names: ["x-forwarded-prefix"],
    // ingress-nginx sets the header only where it rewrites the path.
    needs: "rewrite-target",
    outcome: "equivalent",
    says: "`route.set_request_headers`",
    lacks: ({ set_request_headers }, value) =>
      headerOf(set_request_headers, "X-Forwarded-Prefix") === value
        ? undefined
        : `set_request_headers: { X-Forwarded-Prefix: ${value} }`,
  },
  {
    names: ["custom-headers"],
    outcome: "equivalent",
    says: "`route.set_response_headers` with what the ConfigMap holds",
    lacks: ({ set_response_headers, set_response_headers_secret }, value, _, { configMap }) => {
      // The values in a Secret are not read.
      if (set_response_headers_secret !== undefined) return undefined;
      const wanted = configMap(value);
      if (wanted === undefined)
        return set_response_headers === undefined
          ? `set_response_headers with the data of ConfigMap ${value}`
          : undefined;
      const missing = Object.entries(wanted).filter(
        ([name, text]) => headerOf(set_response_headers, name) !== text.trim(),
      );
      const lines = missing.map(([name, text]) => `${name}: ${text.trim()}`);
      return lines.length > 0 ? `set_response_headers: { ${lines.join(", ")} }` : undefined;
    },
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
    outcome: "decide",
    says: "`route.cors_allow_preflight` lets preflight requests through to the app, which must answer them; else `route.set_response_headers`, for one origin",
  },
  {
    names: ["custom-http-errors", "default-backend", "disable-proxy-intercept-errors"],
    outcome: "lost",
    says: "the app's own error pages come through as they are",
  },
  { names: ["enable-access-log"], outcome: "lost", says: "the access log is Pomerium's, for all apps alike" },
  {
    names: ["enable-opentelemetry", "opentelemetry-operation-name", "opentelemetry-trust-incoming-span"],
    outcome: "decide",
    says: "tracing is Pomerium's, for all apps alike",
  },
];

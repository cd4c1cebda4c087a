import type { Guard, Guarded } from "../../../policies/access/before-pomerium.ts";
import { isOn, parseBool } from "./booleans.ts";
import { classify } from "./classify.ts";
import { nginxPrefix } from "./judgement.ts";
import { isAllOfIPv4, isReadable, networksOf, networkTexts } from "./networks.ts";
import { settingsInForce } from "./settings.ts";
import { entryOf } from "./table.ts";

/** Annotations and settings whose effect on callers is read below. */
const recognised = new Set([
  "whitelist-source-range",
  "allowlist-source-range",
  "auth-type",
  "auth-secret",
  "auth-secret-type",
  "auth-realm",
  "auth-url",
  "auth-signin",
  "auth-snippet",
  "enable-global-auth",
  "global-auth-url",
  "auth-tls-secret",
  "auth-tls-verify-depth",
  "auth-tls-verify-client",
  "auth-tls-match-cn",
]);

/** Protections that refuse some requests, whoever makes them. All other requests pass. */
const passable = new Set([
  "denylist-source-range",
  "block-cidrs",
  "block-user-agents",
  "block-referers",
  "limit-rps",
  "limit-rpm",
  "limit-connections",
  "limit-rate",
  "global-rate-limit",
  "enable-modsecurity",
  "enable-owasp-core-rules",
  "enable-owasp-modsecurity-crs",
]);

/** Annotations that hold for all paths of a host, whichever of its Ingresses has them. */
const wholeHost = /^(auth-tls-|server-snippet$)/;

/** The annotations of an Ingress that hold for all paths of its hosts. */
export function forWholeHost(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).filter(
      ([name]) => name.startsWith(nginxPrefix) && wholeHost.test(name.slice(nginxPrefix.length)),
    ),
  );
}

/**
 * Paths where ingress-nginx asks for no password and no other service: each path below one of these beginnings. The
 * template of nginx's configuration compares the beginning letter by letter.
 *
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/#no-auth-locations
 */
function isWithoutSignIn(path: string, { "no-auth-locations": list }: Readonly<Record<string, string>>) {
  return (list ?? "/.well-known/acme-challenge")
    .split(",")
    .map((start) => start.trim())
    .some((start) => start !== "" && path.startsWith(start));
}

/**
 * Who passes a path of an nginx Ingress, as far as its annotations and the settings of its controller tell. An
 * unrecognised setting that may restrict callers is a guard of the kind `unclear`. No detail ever holds a secret.
 *
 * @param annotations All annotations of the Ingress.
 * @param settings Data of the controller's ConfigMap.
 * @param path The path as the Ingress has it.
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 */
export function guardsOf(
  annotations: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>> = {},
  path = "/",
): Guarded {
  const of = (name: string): string => (annotations[nginxPrefix + name] ?? "").trim();
  const setting = (name: string): string => (settings[name] ?? "").trim();
  const range =
    of("allowlist-source-range") || of("whitelist-source-range") || setting("whitelist-source-range");
  const authUrl =
    of("auth-url") || (parseBool(of("enable-global-auth")) === false ? "" : setting("global-auth-url"));
  const signIn: Guard[] = isWithoutSignIn(path, settings)
    ? []
    : [
        ...(of("auth-type") === "" ? [] : [{ kind: "password" as const, detail: "" }]),
        ...(authUrl === "" ? [] : [{ kind: "service" as const, detail: serviceOf(authUrl) }]),
      ];
  const isForAll = isReadable(range) && isAllOfIPv4(networksOf(range));
  const network: Guard[] =
    range === "" || !isReadable(range) || isForAll
      ? []
      : [{ kind: "network", detail: networkTexts(range).join(", ") }];
  const unclear = [
    ...(isReadable(range) ? [] : ["whitelist-source-range"]),
    ...unrecognised(annotations, settings),
  ];
  const others: Guard[] = [
    // With `optional`, ingress-nginx leaves it to the app to refuse.
    ...(of("auth-tls-secret") === "" || /^(off|optional|optional_no_ca)$/.test(of("auth-tls-verify-client"))
      ? []
      : [{ kind: "certificate" as const, detail: "" }]),
    ...(unclear.length === 0 ? [] : [{ kind: "unclear" as const, detail: unclear.join(", ") }]),
  ];
  const isAny = of("satisfy") === "any";
  // A range that admits everybody is enough by itself, and nobody has to sign in.
  if (isAny && isForAll) return { guards: others };
  const guards = [...network, ...signIn, ...others];
  const isEither = isAny && network.length > 0 && signIn.length > 0;
  return isEither && others.length > 0
    ? // Two of three ways in: no short word is right for that.
      { guards: [{ kind: "unclear", detail: ["satisfy", ...unclear].join(", ") }] }
    : { guards, ...(isEither ? { either: true as const } : {}) };
}

/** Names of annotations and settings that may restrict callers in a way that is not recognised. */
function unrecognised(
  annotations: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>>,
): string[] {
  const own = classify(annotations).flatMap(({ annotation, value, protects, outcome }) => {
    if (!annotation.startsWith(nginxPrefix)) return [];
    const name = annotation.slice(nginxPrefix.length);
    if (name === "ssl-passthrough") return isOn(value.trim()) ? [name] : [];
    if (name === "auth-type") return /^(basic|digest)?$/.test(value.trim()) ? [] : [name];
    const isKnown = entryOf(name) !== undefined;
    if (recognised.has(name) || passable.has(name)) return [];
    return protects || (!isKnown && outcome === "decide") ? [name] : [];
  });
  const inherited = settingsInForce(settings, annotations).flatMap(({ name }) =>
    recognised.has(name) || passable.has(name) ? [] : [name],
  );
  return [...new Set([...own, ...inherited])];
}

/**
 * The program that a URL asks, as far as the URL shows it: oauth2-proxy by its documented path, and the host. The rest
 * of the URL may hold a secret: a user's name, the rest of the path, the query.
 *
 * @see https://oauth2-proxy.github.io/oauth2-proxy/configuration/integration
 */
function serviceOf(url: string): string {
  const [, authority = "", rest = ""] = /^https?:\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
  const [path = ""] = rest.split(/[?#]/, 1);
  // A password with a slash in it ends the authority too early, so that a name would be taken for the host.
  const [host = ""] = rest.includes("@")
    ? []
    : (/^[\w.-]+(?=(:\d+)?$)/.exec(authority.slice(authority.lastIndexOf("@") + 1)) ?? []);
  const program = path === "/oauth2/auth" && !host.includes("oauth2-proxy") ? "oauth2-proxy" : "";
  return [program, host].filter(Boolean).join(" at ");
}

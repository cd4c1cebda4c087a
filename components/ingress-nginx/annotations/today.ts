import { nginxPrefix } from "./judgement.ts";
import { isEverywhere, networksOf } from "./networks.ts";

/**
 * Who may reach the hosts of an nginx Ingress, as far as its annotations and the settings of its controller tell, in a
 * few words each. `everybody` if nothing restricts it.
 *
 * @param annotations All annotations of the Ingress.
 * @param settings Data of the controller's ConfigMap.
 */
export function admittedToday(
  annotations: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>> = {},
): string[] {
  const of = (name: string): string => (annotations[nginxPrefix + name] ?? "").trim();
  const setting = (name: string): string => (settings[name] ?? "").trim();
  const range =
    of("whitelist-source-range") || of("allowlist-source-range") || setting("whitelist-source-range");
  const authUrl =
    of("auth-url") || (/^(f|false)$/i.test(of("enable-global-auth")) ? "" : setting("global-auth-url"));
  const found = [
    ...(range === "" || isEverywhere(networksOf(range)) ? [] : [`only ${range}`]),
    ...(of("auth-type") === "" ? [] : ["people with the password (basic auth)"]),
    ...(authUrl === "" ? [] : [`people whom another service lets in (auth-url${serviceOf(authUrl)})`]),
    ...(of("auth-tls-secret") === "" || of("auth-tls-verify-client") === "off"
      ? []
      : ["clients with a certificate (auth-tls-secret)"]),
  ];
  return found.length > 0 ? found : ["everybody"];
}

/** The host of a URL, which may say what program it is. Its path and query may hold a secret. */
function serviceOf(url: string): string {
  const [, host = ""] = /^https?:\/\/([\w.-]+)/.exec(url) ?? [];
  return host === "" ? "" : ` ${host}`;
}

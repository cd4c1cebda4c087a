import type { Guard } from "../../../policies/access/before-pomerium.ts";
import { guardsOf } from "./guards.ts";

/**
 * Who may reach the hosts of an nginx Ingress, in a few words each. The answer comes from its annotations and from the
 * settings of its controller. `everybody` if they restrict nobody.
 *
 * @param annotations All annotations of the Ingress.
 * @param settings Data of the controller's ConfigMap.
 * @param path The path as the Ingress has it.
 */
export function admittedToday(
  annotations: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>> = {},
  path = "/",
): string[] {
  const { guards, either } = guardsOf(annotations, settings, path);
  if (guards.length === 0) return ["everybody"];
  const told = guards.map(words);
  return either ? [told.join(", or ")] : told;
}

function words({ kind, detail }: Guard): string {
  switch (kind) {
    case "network":
      return `only ${detail}`;
    case "password":
      return "people with the password (basic auth)";
    case "service":
      return `people whom another service lets in (${/^oauth2-proxy( at |$)/.test(detail) ? detail : `auth-url ${detail}`.trim()})`;
    case "certificate":
      return "clients with a certificate (auth-tls-secret)";
    case "unclear":
      return `not known, because of ${detail}`;
  }
}

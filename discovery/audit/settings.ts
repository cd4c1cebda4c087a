import { classify } from "../../components/ingress-nginx/annotations/classify.ts";
import { type AnnotationOutcome, nginxPrefix } from "../../components/ingress-nginx/annotations/judgement.ts";
import { settingsInForce } from "../../components/ingress-nginx/annotations/settings.ts";
import { entryOf } from "../../components/ingress-nginx/annotations/table.ts";

/** A setting in the ConfigMap of a controller, and what becomes of it. */
export interface AuditedSetting {
  name: string;
  outcome: AnnotationOutcome;
  says: string;
  protects: boolean;
}

/** Settings about nginx itself, which nothing has to replace. */
const ownMatters =
  /^(access-log|allow-snippet-annotations|annotation-value-word-blocklist|annotations-risk-level|brotli|client-(body|header)-|disable-(access-log|ipv6)|enable-(brotli|real-ip|underscores)|error-log|generate-request-id|gzip|keep-alive|large-client-header|limit-req-status-code|log-format|lua-|map-hash|max-worker|nginx-status|plugins|proxy-(buffer|headers-hash|next-upstream)|reuse-port|server-name-hash|server-tokens|skip-access-log|ssl-(buffer|session|dh|ecdh|early)|strict-validate|syslog|upstream-|use-(gzip|http2|geoip)|variables-hash|worker-)/;

/** Settings by which ingress-nginx learns the address of a caller. */
const callersAddress =
  /^(compute-full-forwarded-for|forwarded-for-header|proxy-protocol-header-timeout|proxy-real-ip-cidr|use-forwarded-headers|use-proxy-protocol)$/;

/** What becomes of the settings in the ConfigMap of a controller. Their values are left out. */
export function settingFindings(settings: Readonly<Record<string, string>>): AuditedSetting[] {
  const inForce = new Map(settingsInForce(settings, {}).map((each) => [each.name, each]));
  return Object.entries(settings).map(([name, value]): AuditedSetting => {
    const protection = inForce.get(name);
    if (protection !== undefined) return { name, outcome: "decide", says: protection.says, protects: true };
    if (callersAddress.test(name))
      return {
        name,
        outcome: "decide",
        says: "something in front tells callers' addresses; Pomerium must be told to read them, or it sees that proxy's",
        protects: false,
      };
    if (name === "no-auth-locations")
      return {
        name,
        outcome: "decide",
        says: "ingress-nginx asks for no password and no other service below these paths; Pomerium has people sign in there too, unless `access.api` opens them",
        protects: false,
      };
    // Many settings are the default of an annotation of the same name.
    if (entryOf(name) !== undefined) {
      const [finding] = classify({ [nginxPrefix + name]: value });
      if (finding !== undefined)
        return { name, outcome: finding.outcome, says: finding.says, protects: finding.protects };
    }
    if (ownMatters.test(name))
      return { name, outcome: "unnecessary", says: "about nginx itself", protects: false };
    if (
      /^(hsts|ssl-(ciphers|protocols)|hide-headers|custom-http-errors|add-headers|proxy-set-headers)/.test(
        name,
      )
    )
      return {
        name,
        outcome: "decide",
        says: "for all apps alike; see the headers and TLS settings of each app's route",
        protects: false,
      };
    return {
      name,
      outcome: "decide",
      says: "not known here; see whether it restricts anybody",
      protects: false,
    };
  });
}

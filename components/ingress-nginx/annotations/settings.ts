import { nginxPrefix } from "./judgement.ts";
import { isEverywhere, networksOf } from "./networks.ts";
import { judgeSnippet } from "./snippet.ts";
import { entryOf } from "./table.ts";

/** A setting of ingress-nginx as a whole, in its ConfigMap, that restricts callers of every Ingress. */
interface Setting {
  name: string;
  /** What it comes to; one line. */
  says: string;
  /** Annotations with which an Ingress has its own way instead, whatever their value. */
  overriddenBy: readonly string[];
  /** Values with which it restricts nobody, besides `false` and nothing. */
  isOff?: (value: string) => boolean;
}

const saysOf = (annotation: string): string => entryOf(annotation)?.says ?? "";

const snippet = (name: string): Setting => ({
  name,
  says: saysOf("server-snippet"),
  // Those of an Ingress stand beside it.
  overriddenBy: [],
  isOff: (value) => judgeSnippet(value) !== undefined,
});

/**
 * Every setting of ingress-nginx v1.15.1 that restricts who may call, or how much.
 *
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/
 */
export const protectingSettings: readonly Setting[] = [
  {
    name: "whitelist-source-range",
    says: saysOf("whitelist-source-range"),
    overriddenBy: ["whitelist-source-range", "allowlist-source-range"],
    isOff: (value) => isEverywhere(networksOf(value)),
  },
  {
    name: "denylist-source-range",
    says: saysOf("denylist-source-range"),
    overriddenBy: ["denylist-source-range"],
  },
  { name: "block-cidrs", says: saysOf("denylist-source-range"), overriddenBy: [] },
  {
    name: "block-user-agents",
    says: "Pomerium turns nobody away for the program they call with",
    overriddenBy: [],
  },
  {
    name: "block-referers",
    says: "Pomerium turns nobody away for the page they come from",
    overriddenBy: [],
  },
  {
    name: "global-auth-url",
    says: saysOf("auth-url"),
    overriddenBy: ["enable-global-auth", "auth-url"],
  },
  {
    name: "enable-modsecurity",
    says: saysOf("enable-modsecurity"),
    overriddenBy: ["enable-modsecurity"],
  },
  {
    name: "enable-owasp-modsecurity-crs",
    says: saysOf("enable-modsecurity"),
    overriddenBy: ["enable-modsecurity"],
  },
  {
    name: "modsecurity-snippet",
    says: saysOf("enable-modsecurity"),
    overriddenBy: ["enable-modsecurity"],
  },
  {
    name: "limit-rate",
    says: saysOf("limit-rate"),
    overriddenBy: ["limit-rate"],
    isOff: (value) => Number(value) === 0,
  },
  snippet("http-snippet"),
  snippet("server-snippet"),
  snippet("location-snippet"),
];

/** A setting that restricts callers, as it stands. */
export interface SettingInForce {
  name: string;
  value: string;
  says: string;
}

/**
 * Settings of the controller that protect an Ingress: those that are switched on and that it does not set otherwise
 * itself.
 *
 * @param values The ConfigMap's data.
 * @param annotations All annotations of the Ingress. An empty one is as good as none.
 */
export function settingsInForce(
  values: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): SettingInForce[] {
  return protectingSettings.flatMap(({ name, says, overriddenBy, isOff }) => {
    const value = (Object.hasOwn(values, name) ? values[name]! : "").trim();
    if (/^(f|false)?$/i.test(value) || isOff?.(value)) return [];
    const isOverridden = overriddenBy.some((other) => annotations[nginxPrefix + other]?.trim());
    return isOverridden ? [] : [{ name, value, says }];
  });
}

import { isSwitchedOff } from "./booleans.ts";
import { type Entry, nginxPrefix } from "./judgement.ts";
import { isEverywhere, networksOf } from "./networks.ts";
import { judgeSnippet } from "./snippet.ts";
import { entryOf } from "./table.ts";

/** A setting in the ConfigMap of ingress-nginx that restricts callers of every Ingress. */
interface Setting extends Pick<Entry, "says" | "replacedBy"> {
  name: string;
  /** Annotations with which an Ingress replaces the setting, whatever their value. */
  overriddenBy: readonly string[];
  /** Values with which it restricts nobody, besides `false` and the empty text. */
  isOff?: (value: string) => boolean;
}

/** What is lost with a setting, and what replaces it, when an annotation does the same for one Ingress. */
function asAnnotation(annotation: string): Pick<Entry, "says" | "replacedBy"> {
  const { says = "", replacedBy } = entryOf(annotation) ?? {};
  return { says, ...(replacedBy === undefined ? {} : { replacedBy }) };
}

const snippet = (name: string): Setting => ({
  name,
  ...asAnnotation("server-snippet"),
  // A snippet of an Ingress is added to it, and does not replace it.
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
    ...asAnnotation("whitelist-source-range"),
    overriddenBy: ["whitelist-source-range", "allowlist-source-range"],
    isOff: (value) => isEverywhere(networksOf(value)),
  },
  {
    name: "denylist-source-range",
    ...asAnnotation("denylist-source-range"),
    overriddenBy: ["denylist-source-range"],
  },
  { name: "block-cidrs", ...asAnnotation("denylist-source-range"), overriddenBy: [] },
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
    ...asAnnotation("auth-url"),
    overriddenBy: ["enable-global-auth", "auth-url"],
  },
  {
    name: "enable-modsecurity",
    ...asAnnotation("enable-modsecurity"),
    overriddenBy: ["enable-modsecurity"],
  },
  {
    name: "enable-owasp-modsecurity-crs",
    ...asAnnotation("enable-modsecurity"),
    overriddenBy: ["enable-modsecurity"],
  },
  {
    name: "modsecurity-snippet",
    ...asAnnotation("enable-modsecurity"),
    overriddenBy: ["enable-modsecurity"],
  },
  {
    name: "limit-rate",
    ...asAnnotation("limit-rate"),
    overriddenBy: ["limit-rate"],
    isOff: (value) => Number(value) === 0,
  },
  snippet("http-snippet"),
  snippet("server-snippet"),
  snippet("location-snippet"),
];

/** A setting that restricts callers, with its value. */
export interface SettingInForce extends Pick<Entry, "says" | "replacedBy"> {
  name: string;
  value: string;
}

/**
 * Settings of the controller that protect an Ingress: those that are on and that the Ingress does not replace.
 *
 * @param values The ConfigMap's data.
 * @param annotations All annotations of the Ingress. An empty one counts as absent.
 */
export function settingsInForce(
  values: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): SettingInForce[] {
  return protectingSettings.flatMap(({ name, says, replacedBy, overriddenBy, isOff }) => {
    const value = (Object.hasOwn(values, name) ? values[name]! : "").trim();
    if (isSwitchedOff(name, value) || isOff?.(value)) return [];
    const isOverridden = overriddenBy.some((other) => annotations[nginxPrefix + other]?.trim());
    return isOverridden ? [] : [{ name, value, says, ...(replacedBy === undefined ? {} : { replacedBy }) }];
  });
}

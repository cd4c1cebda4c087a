import { nginxPrefix } from "./judgement.ts";

/**
 * A boolean as ingress-nginx reads it, in annotations and in its ConfigMap. Undefined for every other text, which
 * ingress-nginx treats as absent.
 *
 * @see https://pkg.go.dev/strconv#ParseBool
 */
export function parseBool(text: string): boolean | undefined {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(0|f|F|FALSE|false|False)$/.test(text) ? false : undefined;
}

/** Whether a text switches something on. */
export const isOn = (text: string | undefined): boolean => parseBool(text ?? "") === true;

/** Annotations and settings that are booleans and matter here. In other annotations, `0` is a number. */
const booleans = new Set([
  "canary",
  "enable-cors",
  "enable-global-auth",
  "enable-modsecurity",
  "enable-owasp-core-rules",
  "enable-owasp-modsecurity-crs",
  "from-to-www-redirect",
  "service-upstream",
  "ssl-passthrough",
  "ssl-redirect",
  "use-regex",
]);

/** Whether a value switches an annotation or setting off. */
export function isSwitchedOff(name: string, value: string): boolean {
  return /^(f|false)?$/i.test(value) || (booleans.has(name) && parseBool(value) === false);
}

type Annotations = Readonly<Record<string, string>>;

/** Whether an Ingress is a canary: it only takes a share of the requests of another Ingress. */
export const isCanary = (annotations: Annotations): boolean => isOn(annotations[`${nginxPrefix}canary`]);

/**
 * Whether ingress-nginx takes the paths of an Ingress for regular expressions.
 *
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#use-regex
 */
export function readsRegex(annotations: Annotations): boolean {
  return (
    isOn(annotations[`${nginxPrefix}use-regex`]) ||
    Boolean(annotations[`${nginxPrefix}rewrite-target`]?.trim())
  );
}

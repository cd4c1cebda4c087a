/** A DNS label: lower case letters, digits and hyphens, at most 63. */
export const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A DNS subdomain, the form of Kubernetes' object names: labels joined by dots. */
export const dnsSubdomain = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Whether a text is the name of a Kubernetes object. */
export function isObjectName(text: string): boolean {
  return text.length <= 253 && dnsSubdomain.test(text);
}
/** Pattern of a host name. */
export const hostPattern =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** Pattern of a host name, or of a wildcard for every name below a domain. */
export const hostOrWildcardPattern = new RegExp(hostPattern.source.replace("^", "^(\\*\\.)?"));

/** Whether a text is a host name: at least two labels in lower case, without wildcard, port or trailing dot. */
export function isHost(text: string): boolean {
  const labels = text.split(".");
  return text.length <= 253 && labels.length >= 2 && labels.every((label) => dnsLabel.test(label));
}

/** Whether a text is the name of a port: at least one letter, at most 15 characters. */
export function isPortName(text: string): boolean {
  return text.length <= 15 && dnsLabel.test(text) && /[a-z]/.test(text) && !text.includes("--");
}

const factors: Readonly<Record<string, number>> = {
  "": 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A Kubernetes quantity (`500m`, `2Gi`, `1e3`) as a number; undefined if the text is not a valid quantity.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function quantity(text: string): number | undefined {
  const parts = /^(\d+\.?\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/.exec(text);
  if (parts === null) return undefined;
  const suffix = parts[2] ?? "";
  return suffix in factors ? Number(parts[1]) * factors[suffix]! : Number(text);
}

/** Pattern of {@link isEmail}. */
export const emailPattern =
  /^(?!\.)(?!.*\.\.)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}(?<!\.)@(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/;

/**
 * An e-mail address as identity providers issue it. Stricter than the standard: a typing mistake is likelier than a
 * quoted local part.
 */
export function isEmail(text: string): boolean {
  const [local, domain, ...rest] = text.split("@");
  return (
    rest.length === 0 &&
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/.test(local ?? "") &&
    !/^\.|\.\.|\.$/.test(local ?? "") &&
    isHost((domain ?? "").toLowerCase())
  );
}

/** UUID, as Kubernetes and Cloudflare write it. */
export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

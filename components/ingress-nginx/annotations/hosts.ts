import { nginxPrefix } from "./judgement.ts";

/** What of an Ingress decides which hosts ingress-nginx answers. */
export interface Named {
  annotations: Readonly<Record<string, string>>;
  rules: readonly { host: string }[];
  /** It also answers hosts that it does not name. */
  anyHost: boolean;
}

/** How kubectl writes the host of an Ingress that takes any. */
export const anyHost = "*";

/**
 * Every host that ingress-nginx answers by an Ingress, each once: of its rules; of `server-alias`; with
 * `from-to-www-redirect` also each host's twin with or without `www.`; and `*` where it takes any, as it does where an
 * alias is a regular expression, which nobody can enumerate.
 *
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#server-alias
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#redirect-fromto-www
 */
export function hostsOf({ annotations, rules, anyHost: takesAny }: Named): string[] {
  const of = (name: string): string => (annotations[nginxPrefix + name] ?? "").trim().toLowerCase();
  const named = rules.map(({ host }) => host);
  const aliases = of("server-alias")
    .split(",")
    .map((alias) => alias.trim())
    .filter((alias) => alias !== "")
    .map((alias) => (alias.startsWith("~") ? anyHost : alias));
  const twins = /^(1|t|true)$/.test(of("from-to-www-redirect"))
    ? named.filter((host) => !host.startsWith(anyHost)).map(twin)
    : [];
  const any = takesAny || named.length === 0 ? [anyHost] : [];
  return [...new Set([...named, ...aliases, ...twins, ...any])];
}

function twin(host: string): string {
  return host.startsWith("www.") ? host.slice("www.".length) : `www.${host}`;
}

import { nginxPrefix } from "./judgement.ts";

/** The part of an Ingress that decides which hosts ingress-nginx serves. */
export interface Named {
  annotations: Readonly<Record<string, string>>;
  rules: readonly { host: string }[];
  /** It also serves hosts that it does not name. */
  anyHost: boolean;
}

/** How kubectl writes the host of an Ingress for any host. */
export const anyHost = "*";

/**
 * Every host that ingress-nginx serves for an Ingress, each once: the hosts of its rules and of `server-alias`; with
 * `from-to-www-redirect` also the twin of each host with or without `www.`; and `*` if it takes any host. An alias that is
 * a regular expression counts as `*`, because its hosts cannot be listed.
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

/**
 * The Ingresses by which nginx serves a host: those that name it, or else those with a wildcard for it. Ingresses for any
 * host are left out, because they usually serve an error page.
 */
export function ingressesFor<T extends Named>(host: string, ingresses: readonly T[]): T[] {
  const isExact = (name: string): boolean => name === host;
  // nginx's wildcards stand for any number of labels.
  const isWildcard = (name: string): boolean =>
    (/^\*?\./.test(name) && host.endsWith(name.replace(/^\*/, ""))) ||
    (name.endsWith(".*") && host.startsWith(name.slice(0, -1)));
  for (const fits of [isExact, isWildcard]) {
    const found = ingresses.filter((ingress) => hostsOf(ingress).some(fits));
    if (found.length > 0) return found;
  }
  return [];
}

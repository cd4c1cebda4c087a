import { isOn } from "./booleans.ts";
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
export function hostsOf(ingress: Named): string[] {
  return [...new Set(namesOf(ingress).map((name) => (isExpression(name) ? anyHost : name)))];
}

/** The names of an Ingress that are regular expressions, without the mark in front of them. */
export const expressionsOf = (ingress: Named): string[] =>
  namesOf(ingress)
    .filter(isExpression)
    .map((name) => name.slice(1));

/** Every name that nginx compares with the host of a request. One that begins with `~` is a regular expression. */
function namesOf({ annotations, rules, anyHost: takesAny }: Named): string[] {
  const of = (name: string): string => (annotations[nginxPrefix + name] ?? "").trim();
  const named = rules.map(({ host }) => host);
  const twins = isOn(of("from-to-www-redirect"))
    ? named.filter((host) => !host.startsWith(anyHost)).map(wwwTwin)
    : [];
  const any = takesAny || named.length === 0 ? [anyHost] : [];
  return [...named, ...aliasesOf(of("server-alias")), ...twins, ...any];
}

/** Names in the value of `server-alias`: hosts, also with a wildcard, and regular expressions. */
export function aliasesOf(value: string): string[] {
  return value
    .split(",")
    .map((alias) => alias.trim())
    .filter((alias) => alias !== "")
    .map((alias) => (isExpression(alias) ? alias : alias.toLowerCase()));
}

const isExpression = (name: string): boolean => name.startsWith("~");

function wwwTwin(host: string): string {
  return host.startsWith("www.") ? host.slice("www.".length) : `www.${host}`;
}

/**
 * How closely a name fits a host. nginx's order is: the host itself, the longest wildcard in front, the longest
 * wildcard behind, a regular expression. Undefined when it does not fit, or fits every host.
 *
 * @see https://nginx.org/en/docs/http/server_names.html
 */
function closeness(name: string, host: string): number | undefined {
  if (name === host) return 3000;
  // nginx's wildcards stand for any number of labels. `.example.org` is `example.org` as well.
  if (/^\*?\../.test(name))
    return host.endsWith(name.replace(/^\*/, "")) || name === `.${host}` ? 2000 + name.length : undefined;
  if (name.endsWith(".*")) return host.startsWith(name.slice(0, -1)) ? 1000 + name.length : undefined;
  if (!isExpression(name)) return undefined;
  try {
    return new RegExp(name.replace(/^~\*?/, ""), "i").test(host) ? 1 : undefined;
  } catch {
    // An expression that cannot be judged may fit.
    return 1;
  }
}

/**
 * The Ingresses by which nginx serves a host: those whose name for it fits most closely. Ingresses for any host are
 * left out, because they usually serve an error page. If a rule has the name of the host, ingress-nginx ignores an
 * alias of the same name, and the twin with or without `www.`.
 */
export function ingressesFor<T extends Named>(host: string, ingresses: readonly T[]): T[] {
  const ranked = ingresses.map((ingress) => ({
    ingress,
    rank: Math.max(0, ...namesOf(ingress).map((name) => rankOf(ingress, name, host))),
  }));
  const best = Math.max(0, ...ranked.map(({ rank }) => rank));
  return best === 0 ? [] : ranked.filter(({ rank }) => rank === best).map(({ ingress }) => ingress);
}

function rankOf({ rules }: Named, name: string, host: string): number {
  const rank = closeness(name, host);
  if (rank === undefined) return 0;
  return rules.some((rule) => rule.host === name) ? rank + 0.5 : rank;
}

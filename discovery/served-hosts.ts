import type { LiveIngress, LivePath } from "../components/cluster/live.ts";
import { isCanary, readsRegex } from "../components/ingress-nginx/annotations/booleans.ts";
import { anyHost, hostsOf } from "../components/ingress-nginx/annotations/hosts.ts";
import { type HostPath, withoutShadowed } from "../components/ingress-nginx/shadowed.ts";

/** A host that ingress-nginx serves. */
export interface ServedHost {
  host: string;
  /** Its paths as nginx has them, the shortest first. */
  paths: HostPath[];
  /** The Ingresses that have it, each once. */
  ingresses: LiveIngress[];
}

/** Every host that ingress-nginx serves, each once, in the order of the alphabet. `*` stands for any other host. */
export function servedHosts(ingresses: readonly LiveIngress[]): ServedHost[] {
  const found = new Map<string, ServedHost>();
  const serving = ingresses.filter(({ annotations }) => !isCanary(annotations));
  const ruled = new Set(serving.flatMap(({ rules }) => rules.map(({ host }) => host)));
  for (const ingress of serving)
    for (const host of hostsOf(ingress)) {
      // ingress-nginx ignores an alias, or a twin with or without `www.`, where a rule has the name.
      if (ruled.has(host) && !ingress.rules.some((rule) => rule.host === host)) continue;
      const served = found.get(host) ?? { host, paths: [], ingresses: [] };
      found.set(host, served);
      served.ingresses.push(ingress);
      served.paths.push(...pathsOf(ingress, host).map((path) => ({ ...path, ingress })));
    }
  for (const served of found.values()) served.paths = sorted(pathsOfHost(served));
  return [...found.values()].sort((one, other) => (one.host < other.host ? -1 : 1));
}

function pathsOf({ rules, anyPaths = [] }: LiveIngress, host: string): LivePath[] {
  const own = rules.filter((rule) => rule.host === host);
  // A host of an alias, or the twin with or without `www.`, has the paths of all rules.
  const all = host === anyHost ? [{ paths: anyPaths }] : own.length > 0 ? own : rules;
  return all.flatMap((rule) => rule.paths);
}

/** The paths that its Ingresses have. Whatever no rule has goes to the default backend of one of them. */
function pathsOfHost({ paths, ingresses }: ServedHost): HostPath[] {
  if (paths.some(({ path, exact }) => path === "/" && !exact)) return withoutShadowed(paths);
  const rest = ingresses.flatMap((ingress): HostPath[] =>
    ingress.defaultBackend === undefined
      ? []
      : [{ path: "/", exact: false, pathType: "Prefix", backend: ingress.defaultBackend, ingress }],
  );
  return withoutShadowed([...paths, ...rest]);
}

function sorted(paths: readonly HostPath[]): HostPath[] {
  return [...paths].sort(
    (one, other) =>
      one.path.length - other.path.length ||
      Number(one.exact) - Number(other.exact) ||
      (one.path < other.path ? -1 : one.path > other.path ? 1 : 0),
  );
}

/** One Ingress with regular expressions makes those of all paths of a host. */
export function isRegex({ ingresses }: ServedHost): boolean {
  return ingresses.some(({ annotations }) => readsRegex(annotations));
}

/** A path as a stack file writes it: without the slash at its end, as far as no expression begins. */
export function literalPath({ path, exact }: LivePath, regex: boolean): string {
  const literal = regex && !exact ? path.replace(/[.*+?^${}()|[\]\\].*$/, "") : path;
  return literal.replace(/(?<=.)\/$/, "") || "/";
}

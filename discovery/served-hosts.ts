import type { Backend, LiveIngress, LivePath } from "../components/cluster/live.ts";
import { isCanary, readsRegex } from "../components/ingress-nginx/annotations/booleans.ts";
import { anyHost, hostsOf } from "../components/ingress-nginx/annotations/hosts.ts";

/** A path of a host, and the Ingress that has it. */
export type HostPath = LivePath & { ingress: LiveIngress };

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
  for (const ingress of ingresses.filter(({ annotations }) => !isCanary(annotations)))
    for (const host of hostsOf(ingress)) {
      const served = found.get(host) ?? { host, paths: [], ingresses: [] };
      found.set(host, served);
      served.ingresses.push(ingress);
      for (const path of pathsOf(ingress, host)) {
        const isKnown = served.paths.some((each) => each.path === path.path && each.exact === path.exact);
        // nginx takes the path of the older Ingress. Which is older is not known here.
        if (!isKnown) served.paths.push({ ...path, ingress });
      }
    }
  for (const served of found.values()) served.paths = sorted(served.paths);
  return [...found.values()].sort((one, other) => (one.host < other.host ? -1 : 1));
}

function pathsOf({ rules, anyPaths = [], defaultBackend }: LiveIngress, host: string): LivePath[] {
  const own = rules.filter((rule) => rule.host === host);
  // A host of an alias, or the twin with or without `www.`, has the paths of all rules.
  const all = host === anyHost ? [{ paths: anyPaths }] : own.length > 0 ? own : rules;
  const paths = all.flatMap((rule) => rule.paths);
  return [...paths, ...(defaultBackend === undefined ? [] : [restOf(defaultBackend)])];
}

/** The path of a default backend: whatever no rule has. */
const restOf = (backend: Backend): LivePath => ({ path: "/", exact: false, pathType: "Prefix", backend });

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

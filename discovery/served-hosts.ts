import type { LiveIngress, LivePath } from "../components/cluster/live.ts";
import { isCanary, readsRegex } from "../components/ingress-nginx/annotations/booleans.ts";
import { anyHost, hostsOf } from "../components/ingress-nginx/annotations/hosts.ts";
import type { Serving } from "../components/ingress-nginx/protections.ts";
import { type HostPath, ofControllers, withoutShadowed } from "../components/ingress-nginx/shadowed.ts";

/** A host that ingress-nginx serves. */
export interface ServedHost {
  host: string;
  /** Its paths as nginx has them, the widest first. */
  paths: HostPath[];
  /** The Ingresses that have it, each once. */
  ingresses: LiveIngress[];
  /** Canaries, which take a share of its requests. */
  canaries: LiveIngress[];
}

/** Every host that ingress-nginx serves, each once, in the order of the alphabet. `*` stands for any other host. */
export function servedHosts(controllers: readonly Pick<Serving, "ingresses">[]): ServedHost[] {
  const all = controllers.flatMap(({ ingresses }) => hostsOfController(ingresses));
  return [...Map.groupBy(all, ({ host }) => host).values()]
    .map(together)
    .sort((one, other) => (one.host < other.host ? -1 : 1));
}

/** A host that several controllers may serve. */
function together(all: readonly ServedHost[]): ServedHost {
  const [first, ...others] = all;
  if (others.length === 0) return first!;
  const unique = (of: (served: ServedHost) => LiveIngress[]): LiveIngress[] => [...new Set(all.flatMap(of))];
  const host: ServedHost = {
    host: first!.host,
    paths: ofControllers(all.map(({ paths }) => paths)),
    ingresses: unique(({ ingresses }) => ingresses),
    canaries: unique(({ canaries }) => canaries),
  };
  return { ...host, paths: sorted(host.paths, isRegex(host)) };
}

/** Every host that one controller serves, in no order. */
export function hostsOfController(ingresses: readonly LiveIngress[]): ServedHost[] {
  const found = new Map<string, ServedHost>();
  const [serving, canaries] = [false, true].map((wanted) =>
    ingresses.filter(({ annotations }) => isCanary(annotations) === wanted),
  ) as [LiveIngress[], LiveIngress[]];
  const ruled = new Set(serving.flatMap(({ rules }) => rules.map(({ host }) => host)));
  for (const ingress of serving)
    for (const host of hostsOf(ingress)) {
      // ingress-nginx ignores an alias, or a twin with or without `www.`, where a rule has the name.
      if (ruled.has(host) && !ingress.rules.some((rule) => rule.host === host)) continue;
      const served = found.get(host) ?? { host, paths: [], ingresses: [], canaries: [] };
      found.set(host, served);
      served.ingresses.push(ingress);
      served.paths.push(...pathsOf(ingress, host).map((path) => ({ ...path, ingress })));
    }
  for (const canary of canaries) for (const { host } of canary.rules) found.get(host)?.canaries.push(canary);
  for (const served of found.values()) served.paths = sorted(pathsOfHost(served), isRegex(served));
  return [...found.values()];
}

function pathsOf({ rules, anyPaths = [] }: LiveIngress, host: string): LivePath[] {
  const own = rules.filter((rule) => rule.host === host);
  // A host of an alias, or the twin with or without `www.`, has the paths of all rules.
  const all = host === anyHost ? [{ paths: anyPaths }] : own.length > 0 ? own : rules;
  return all.flatMap((rule) => rule.paths);
}

/** The paths that its Ingresses have. A path that no rule has goes to the default backend of one of them. */
function pathsOfHost({ paths, ingresses }: ServedHost): HostPath[] {
  if (paths.some(({ path, exact }) => path === "/" && !exact)) return withoutShadowed(paths);
  const rest = ingresses.flatMap((ingress): HostPath[] =>
    ingress.defaultBackend === undefined
      ? []
      : [{ path: "/", exact: false, pathType: "Prefix", backend: ingress.defaultBackend, ingress }],
  );
  return withoutShadowed([...paths, ...rest]);
}

function sorted(paths: readonly HostPath[], regex: boolean): HostPath[] {
  const literal = (path: HostPath): number => literalPath(path, regex).length;
  return [...paths].sort(
    (one, other) =>
      // Of an expression, only its literal beginning says how much of the host it may answer.
      literal(one) - literal(other) ||
      Number(one.exact) - Number(other.exact) ||
      one.path.length - other.path.length ||
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

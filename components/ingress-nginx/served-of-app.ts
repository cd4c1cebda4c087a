import type { LiveIngress, LivePath } from "../cluster/live.ts";
import { isCanary } from "./annotations/booleans.ts";
import { forWholeHost } from "./annotations/guards.ts";
import { ingressesFor } from "./annotations/hosts.ts";
import { type HostPath, possiblyServed, withoutShadowed } from "./shadowed.ts";
import type { AppView } from "./stack-view.ts";

/** A rule of an Ingress: the paths of one host, or of any host. */
interface ServedRule {
  ingress: LiveIngress;
  /** Absent for any host. */
  host?: string;
  paths: LivePath[];
  /** The path of its default backend, which the same path of another Ingress replaces. */
  rest?: LivePath;
}

/** The Ingresses by which ingress-nginx serves an app until now, and those that the app names. */
export function ingressesOfApp(app: AppView, ingresses: readonly LiveIngress[]): LiveIngress[] {
  const byName = ingresses.filter((ingress) => isReplaced(app, ingress));
  const byHost = ingressesFor(app.host, ingresses);
  // An Ingress for any host usually serves an error page. It serves the app when it leads to its Service.
  const byService = byHost.length > 0 ? [] : ingresses.filter((ingress) => leadsTo(app, ingress));
  return [...new Set([...byName, ...byHost, ...byService])];
}

/**
 * The Ingresses of an app with the annotations that have an effect. Of an Ingress whose paths are all shadowed by older
 * Ingresses, only the annotations count that hold for the whole host.
 *
 * @param controllers What each controller serves. Ingresses of different controllers do not shadow each other.
 */
export function effectiveIngresses(
  app: AppView,
  apps: readonly AppView[],
  controllers: readonly { ingresses: readonly LiveIngress[] }[],
): LiveIngress[] {
  const effective = new Set<LiveIngress>();
  const shadowed = new Set<LiveIngress>();
  for (const { ingresses } of controllers) {
    const paths = pathsOfApp(app, apps, ingresses);
    const serving = new Set(possiblyServed(paths).map(({ ingress }) => ingress));
    const withPaths = new Set(paths.map(({ ingress }) => ingress));
    for (const ingress of ingresses)
      (withPaths.has(ingress) && !serving.has(ingress) ? shadowed : effective).add(ingress);
  }
  const all = [...new Set(controllers.flatMap(({ ingresses }) => ingresses))];
  return ingressesOfApp(app, all).map((ingress) =>
    shadowed.has(ingress) && !effective.has(ingress)
      ? { ...ingress, annotations: forWholeHost(ingress.annotations) }
      : ingress,
  );
}

/** The paths that ingress-nginx serves for an app: of its host, and of an Ingress that it replaces under a new host. */
export function pathsOfApp(
  app: AppView,
  apps: readonly AppView[],
  ingresses: readonly LiveIngress[],
): HostPath[] {
  const rules = ingresses
    // A canary only takes a share of the requests of another Ingress.
    .filter(({ annotations }) => !isCanary(annotations))
    .flatMap(rulesOf);
  const isOfOther = (host: string | undefined): boolean =>
    apps.some((other) => other !== app && other.host === host);
  const byHost = ingressesFor(app.host, rules.map(asNamed)).map(({ rule }) => rule);
  const isLast = byHost.length === 0;
  const byName = rules.filter(
    (rule) =>
      !isOfOther(rule.host) &&
      (isReplaced(app, rule.ingress) || (isLast && rule.host === undefined && leadsTo(app, rule.ingress))),
  );
  const found = [...new Set([...byHost, ...byName])];
  const paths = found.flatMap(({ ingress, host, paths: own }) =>
    own.map((path): HostPath => ({ ...path, ingress, ...(host === undefined ? {} : { host }) })),
  );
  if (paths.some(({ path, exact }) => path === "/" && !exact)) return paths;
  const rest = found.flatMap(({ ingress, rest: own }) => (own === undefined ? [] : [{ ...own, ingress }]));
  return [...paths, ...withoutShadowed(rest)];
}

/**
 * ingress-nginx takes the default backend for every path of the Ingress's hosts that no rule has.
 *
 * @see https://github.com/kubernetes/ingress-nginx/blob/controller-v1.15.1/internal/ingress/controller/controller.go
 */
function rulesOf(ingress: LiveIngress): ServedRule[] {
  const { defaultBackend: backend, anyPaths, rules, anyHost } = ingress;
  const rest = backend && { rest: { path: "/", exact: false, pathType: "Prefix", backend } };
  return [
    ...rules.map(({ host, paths }) => ({ ingress, host, paths, ...rest })),
    ...(anyHost || rules.length === 0 ? [{ ingress, paths: anyPaths ?? [], ...rest }] : []),
  ];
}

/** Every path of an Ingress, whatever its host is. */
export function pathsOfIngress({ rules, anyPaths = [] }: LiveIngress): string[] {
  return [...new Set([...rules.flatMap(({ paths }) => paths), ...anyPaths].map(({ path }) => path))];
}

function asNamed(rule: ServedRule) {
  const { ingress, host } = rule;
  return host === undefined
    ? // An alias belongs to the hosts of the Ingress.
      { rule, annotations: {}, rules: [], anyHost: true }
    : { rule, annotations: ingress.annotations, rules: [{ host }], anyHost: false };
}

function isReplaced(app: AppView, ingress: LiveIngress): boolean {
  return ingress.namespace === app.namespace && app.replaces.includes(ingress.name);
}

/** Whether an Ingress for any host leads to an app's Service. */
function leadsTo({ namespace, service }: AppView, ingress: LiveIngress): boolean {
  const { anyPaths = [], defaultBackend } = ingress;
  return (
    ingress.namespace === namespace &&
    [...anyPaths.map(({ backend }) => backend), defaultBackend].some(
      (backend) => backend?.service === service.name,
    )
  );
}

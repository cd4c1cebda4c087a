import type { LiveIngress, LiveService } from "../components/cluster/live.ts";
import { objectId } from "../components/cluster/objects.ts";
import { type AnnotationFinding, classify } from "../components/ingress-nginx/annotations/classify.ts";
import { nginxPrefix, withoutCredentials } from "../components/ingress-nginx/annotations/judgement.ts";
import { lostProtections } from "../components/ingress-nginx/annotations/lost.ts";
import { suggestedRoute } from "../components/ingress-nginx/annotations/suggest.ts";
import { admittedToday } from "../components/ingress-nginx/annotations/today.ts";
import type { HostPath } from "../components/ingress-nginx/shadowed.ts";
import type { Access } from "../policies/access/routes.ts";
import type { Route } from "../policies/annotations/annotations.ts";
import { catalogue } from "../policies/catalogue/catalogue.ts";
import type { AppNames } from "./app-names.ts";
import { type OwnBackend, ownBackend } from "./backends.ts";
import type { Inventory, Workload } from "./inventory.ts";
import { type KnownApp, knownApp } from "./known-app.ts";
import { serviceNamed, workloadsBehind } from "./lookup.ts";
import { soundsSecret } from "./secret-names.ts";
import { isRegex, literalPath, type ServedHost } from "./served-hosts.ts";
import { isWritableAnnotation, isWritablePath } from "./writable.ts";

/** An app of the stack file, with what a person must know about it. */
export interface PlannedApp {
  name: string;
  host: string;
  /** Further hosts. */
  aliases: string[];
  /** Why it is not an alias of another app with the same Service. Absent if there is no such app. */
  apart?: string;
  backend: OwnBackend;
  /** nginx Ingresses that it takes over. */
  replaces: string[];
  known?: KnownApp;
  /** Settings of the route that the catalogue does not give. */
  route: Route;
  /** Paths that lead to another Service than the rest. */
  paths: PlannedPath[];
  /** Those of them that a stack file cannot have, and why. */
  unwritable: { path: string; backend: OwnBackend; why: string }[];
  /** Annotations that other tools read. */
  annotations: Readonly<Record<string, string>>;
  /** Who may reach it today, in a few words each. */
  today: string[];
  /** Protections that it has today and that nothing of the app replaces: name and reason. */
  protections: { name: string; reason: string }[];
  /** Annotations that need a person, and the controller's settings. */
  findings: (AnnotationFinding & { lack?: string; ingress: string })[];
  /** Paths that are reachable today, if that is not the whole host. None of them is below another one. */
  onlyPaths?: ReachedPath[];
  /** Images of its pods. */
  images: string[];
  served: ServedHost;
}

/** A path that is reachable today, with everything below it unless it is exact. */
export interface ReachedPath {
  path: string;
  exact: boolean;
}

/** A path of an app that has its own Service. */
export interface PlannedPath {
  path: string;
  exact: boolean;
  backend: OwnBackend;
  route: Route;
}

/** Only the admins: nothing proves that anybody else may pass. */
const onlyAdmins: Access = { kind: "people", people: [], api: [], from: [] };

/** Plans the app of a host, or says why there cannot be one. */
export function planApp(
  served: ServedHost,
  names: AppNames,
  { cluster: { services }, controllers, workloads }: Pick<Inventory, "cluster" | "controllers" | "workloads">,
): PlannedApp | string {
  const main = served.paths.find(({ backend }) => backend !== undefined);
  if (main?.backend === undefined) return whyNoService(served);
  const { ingress } = main;
  const backend = ownBackend(ingress.namespace, main.backend, services);
  const pods = workloadsBehind(serviceNamed(services, backend), workloads);
  const images = [...new Set(pods.flatMap((each) => each.images))];
  const known = knownApp({ images, names: namesFor(served, ingress, backend, pods) });
  const name = names.take({ entry: known?.entry, host: served.host, ingress: ingress.name });
  const entryRoute = known === undefined ? {} : catalogue[known.entry]!.route;
  const suggested = suggestedRoute(ingress.annotations, main.path);
  // The annotation has no effect in ingress-nginx, and the catalogue knows which apps have WebSockets.
  const { allow_websockets: _, ...others } = suggested;
  const route = without(known === undefined ? suggested : others, entryRoute);
  const settingsOf: SettingsOf = (one) =>
    controllers.find(({ ingresses }) => ingresses.includes(one))?.settings ?? {};
  const { paths, unwritable } = otherPaths(served, main, backend, services);
  // A prefix that replaces the path of a route would replace that of every path.
  if (paths.length > 0) delete (route as { prefix_rewrite?: string }).prefix_rewrite;
  const whole: Route = { ...entryRoute, ...route };
  return {
    name,
    host: served.host,
    aliases: [],
    backend,
    replaces: [
      ...new Set(
        served.ingresses.filter((each) => each.namespace === ingress.namespace).map((each) => each.name),
      ),
    ],
    ...(known === undefined ? {} : { known }),
    route,
    paths,
    unwritable,
    annotations: annotationsOf(ingress),
    today: admitted(served, settingsOf),
    protections: lost(served, whole, settingsOf),
    findings: served.ingresses.flatMap((each) => findingsOf(each, whole, each === ingress)),
    ...onlyPaths(served),
    images,
    served,
  };
}

/** The settings of the controller that serves an Ingress. */
type SettingsOf = (ingress: LiveIngress) => Inventory["controllers"][number]["settings"];

/** Who passes today, each answer once. */
function admitted({ paths }: ServedHost, settingsOf: SettingsOf): PlannedApp["today"] {
  const all = paths.flatMap((each) =>
    [each, ...(each.rivals ?? [])].flatMap(({ path, ingress }) =>
      admittedToday(ingress.annotations, settingsOf(ingress), path),
    ),
  );
  return [...new Set(all)];
}

/** The protections that the app does not replace, each once. */
function lost({ ingresses }: ServedHost, route: Route, settingsOf: SettingsOf): PlannedApp["protections"] {
  const answers = { access: onlyAdmins, route, accept: {} };
  const all = ingresses.flatMap((each) =>
    lostProtections(each.annotations, answers, settingsOf(each))
      .filter(({ answeredBy }) => answeredBy === undefined)
      .map(({ annotation, reason }) => ({ name: annotation, reason })),
  );
  return [...new Map(all.map((each) => [each.name, each])).values()];
}

function whyNoService({ ingresses }: ServedHost): string {
  const redirects = ["permanent-redirect", "temporal-redirect"].filter((name) =>
    ingresses.some(({ annotations }) => annotations[nginxPrefix + name]),
  );
  return redirects.length === 0
    ? "none of its paths leads to a Service"
    : `it leads to no Service, only elsewhere (${redirects.join(", ")}), and no Ingress can have Pomerium redirect; put a small web server there, or have your DNS provider redirect`;
}

/** The annotations that other tools read, as far as the stack file takes them and they cannot be credentials. */
function annotationsOf({ annotations }: LiveIngress): Record<string, string> {
  return Object.fromEntries(
    classify(annotations)
      .filter(
        ({ section, annotation, value }) =>
          section === "annotations" &&
          !soundsSecret(annotation) &&
          withoutCredentials(value) === value &&
          isWritableAnnotation(annotation, value),
      )
      .map(({ annotation, value }) => [annotation, value]),
  );
}

/** @param isMain Whether the app has the annotations of this Ingress that other tools read. */
function findingsOf(ingress: LiveIngress, route: Route, isMain: boolean): PlannedApp["findings"] {
  const paths = [...ingress.rules.flatMap((rule) => rule.paths), ...(ingress.anyPaths ?? [])];
  const around = {
    paths: paths.map(({ path }) => path),
    // Every host gets its own app.
    isSettled: () => true,
    configMap: () => undefined,
    annotations: isMain ? annotationsOf(ingress) : {},
  };
  return classify(ingress.annotations).map((finding) => {
    const lack = finding.lacks(route, around);
    return { ...finding, ...(lack === undefined ? {} : { lack }), ingress: objectId(ingress) };
  });
}

/** The settings that differ from those that apply anyway. */
function without(route: Route, given: Route): Route {
  const known = given as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(route).filter(([key, value]) => JSON.stringify(known[key]) !== JSON.stringify(value)),
  );
}

/** What people called the app, the most telling name first. */
function namesFor(
  { host }: ServedHost,
  ingress: LiveIngress,
  backend: OwnBackend,
  pods: readonly Workload[],
): string[] {
  return [
    ...pods.flatMap(({ labels }) => labels["app.kubernetes.io/name"] ?? []),
    ingress.name,
    backend.name,
    host.split(".", 1)[0]!,
    ingress.namespace,
  ];
}

/** Paths that lead to another Service than the app's. */
function otherPaths(
  served: ServedHost,
  main: HostPath,
  own: OwnBackend,
  services: readonly LiveService[],
): Pick<PlannedApp, "paths" | "unwritable"> {
  const regex = isRegex(served);
  const paths = new Map<string, PlannedPath>();
  const unwritable: PlannedApp["unwritable"] = [];
  for (const each of served.paths) {
    if (each === main || each.backend === undefined) continue;
    const backend = ownBackend(each.ingress.namespace, each.backend, services);
    const isSame =
      backend.namespace === own.namespace && backend.name === own.name && backend.port === own.port;
    if (isSame) continue;
    const path = literalPath(each, regex);
    const why = whyNotWritable(path, backend, own);
    if (why !== undefined) unwritable.push({ path: each.path, backend, why });
    // Of two paths that begin with the same literal part, the shorter one answers for both.
    else if (!paths.has(path)) paths.set(path, { path, exact: each.exact, backend, route: pathRoute(each) });
  }
  return { paths: [...paths.values()], unwritable };
}

function whyNotWritable(path: string, { namespace }: OwnBackend, own: OwnBackend): string | undefined {
  if (namespace !== own.namespace)
    return `Pomerium reaches only Services of ${own.namespace}, the app's namespace; a Service of type ExternalName there can lead to it`;
  return isWritablePath(path) ? undefined : "such a path cannot be told from others";
}

/** A path that has its own Service begins without any settings. */
function pathRoute({ ingress: { annotations }, path, exact }: HostPath): Route {
  const route = suggestedRoute(annotations, path);
  const { prefix_rewrite: rewrite } = route;
  // The slash of the path is replaced as well.
  return rewrite === undefined || exact || rewrite.endsWith("/")
    ? route
    : { ...route, prefix_rewrite: `${rewrite}/` };
}

function onlyPaths(served: ServedHost): { onlyPaths?: ReachedPath[] } {
  const regex = isRegex(served);
  const reached = served.paths.map((each) => ({ path: literalPath(each, regex), exact: each.exact }));
  if (reached.some(({ path, exact }) => path === "/" && !exact)) return {};
  const isBelow = (one: ReachedPath, other: ReachedPath): boolean =>
    !other.exact && (one.path === other.path ? one.exact : one.path.startsWith(`${other.path}/`));
  const widest = reached.filter((one) => !reached.some((other) => isBelow(one, other)));
  return { onlyPaths: [...new Map(widest.map((each) => [`${each.path} ${each.exact}`, each])).values()] };
}

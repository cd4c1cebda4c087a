import { type ApiPath, allOpenPaths, covers } from "../../policies/access/routes.ts";
import { setKey } from "../../stack-file/commands.ts";
import type { Problem } from "../../stack-file/problems.ts";
import type { LiveIngress, LiveService } from "../cluster/live.ts";
import { idsOf, objectId } from "../cluster/objects.ts";
import { answerable, type ReadinessRow } from "../cluster/readiness.ts";
import { type PathQuestion, pathName } from "./annotations/accept.ts";
import { readsRegex } from "./annotations/booleans.ts";
import type { Serving } from "./protections.ts";
import { pathsOfApp } from "./served-of-app.ts";
import { type HostPath, possiblyServed } from "./shadowed.ts";
import type { AppView, StackView } from "./stack-view.ts";

/** A path of an app's host that ingress-nginx serves in another way than the app does. */
export interface PathDifference {
  app: AppView;
  /** Name under the app's `accept`: the question and the path. */
  name: string;
  /** Key path of the part of the app that differs. */
  at: string;
  /** What differs, and what to write; one line. */
  reason: string;
  /** Why nothing has to be done, according to the stack file. */
  answeredBy?: string;
  /** The command that accepts the difference. */
  fix: string;
}

/** A path of an nginx Ingress, with what decides how nginx reads it. */
type ServedPath = HostPath & { isRegex: boolean };

/** Compares the paths and Services of nginx Ingresses with what the apps of the same hosts route. */
export function pathDifferences(
  { name: stack, apps }: Pick<StackView, "name" | "apps">,
  controllers: readonly Pick<Serving, "ingresses">[],
  services: readonly LiveService[],
): PathDifference[] {
  const ingresses = [
    ...new Map(controllers.flatMap((each) => each.ingresses.map((one) => [objectId(one), one]))).values(),
  ];
  return apps.flatMap((app) => {
    const paths = pathsOf(app, apps, ingresses, controllers);
    if (paths.length === 0) return [];
    const differences = [...otherServices(app, paths, services), ...widerPaths(app, paths)];
    return differences.map(({ question, path, at, reason }) => {
      const name = pathName(question, path);
      return {
        app,
        name,
        at,
        reason,
        ...(Object.hasOwn(app.accept, name) ? { answeredBy: `accepted: ${app.accept[name]}` } : {}),
        fix: setKey(stack, ["apps", app.key ?? app.name, "accept", name], "<why>"),
      };
    });
  });
}

type Difference = Pick<PathDifference, "at" | "reason"> & { question: PathQuestion; path: string };

/** The paths of an app without those that another Ingress of the same controller shadows. */
function pathsOf(
  app: AppView,
  apps: readonly AppView[],
  ingresses: readonly LiveIngress[],
  controllers: readonly Pick<Serving, "ingresses">[],
): ServedPath[] {
  const all = pathsOfApp(app, apps, ingresses);
  const found = [
    ...new Set(
      controllers.flatMap((controller) => {
        const own = idsOf(controller.ingresses);
        return possiblyServed(all.filter(({ ingress }) => own.has(objectId(ingress))));
      }),
    ),
  ];
  // One Ingress with regular expressions makes those of all paths of the host.
  const isRegex = found.some(({ ingress: { annotations } }) => readsRegex(annotations));
  return found.map((path) => ({ ...path, isRegex: isRegex && !path.exact }));
}

/** Paths that lead to another Service, or to another port of it, than the one to which Pomerium sends them. */
function otherServices(
  app: AppView,
  served: readonly ServedPath[],
  services: readonly LiveService[],
): Difference[] {
  const nameOf = (namespace: string, service: string, port?: number | string): string => {
    const live = services.find((each) => each.namespace === namespace && each.name === service);
    return `${namespace}/${service}${port === undefined ? "" : `:${portOf(live, port)}`}`;
  };
  const others = new Map<
    string,
    { service: string; own: string; at: string; ingress: string; isRegex: boolean }
  >();
  const compare = (
    path: string,
    { backend, ingress, isRegex }: Pick<ServedPath, "backend" | "ingress" | "isRegex">,
    to: ReturnType<typeof routed>,
  ): void => {
    if (backend === undefined) return;
    const own = nameOf(app.namespace, to.service.name, to.service.port);
    const service = nameOf(ingress.namespace, backend.service, backend.port);
    if (service !== own && !(backend.port === undefined && own.startsWith(`${service}:`)))
      others.set(path, { service, own, at: to.at, ingress: objectId(ingress), isRegex });
  };
  for (const each of served) {
    const wanted = asApp(each);
    compare(each.path, each, routed(app, wanted));
    if (!each.exact && !others.has(each.path)) compare(each.path, each, routed(app, `${bare(wanted)}/any`));
  }
  const isAll = served.every(({ path }) => others.has(path));
  // Paths of the app that nginx does not part from the rest.
  for (const path of app.paths ?? []) {
    const by = answering(served, path.path);
    const isTold = [...others.keys()].some((other) => bare(other) === bare(path.path));
    if (by !== undefined && !isTold) compare(path.path, by, path);
  }
  return [...others].map(([path, { service, own, at, ingress, isRegex }]) => ({
    question: "service",
    path,
    at: `${at}.service`,
    reason: `Ingress ${ingress} sends ${path} to ${service}, and the app sends it to ${own}; ${
      isAll || at !== app.at
        ? "name that Service"
        : `write it under ${app.at}.paths["${asApp({ path, isRegex })}"].service`
    }`,
  }));
}

/** A path of nginx as the app writes paths: without the slash at its end, as far as no expression begins. */
function asApp({ path, isRegex }: Pick<ServedPath, "path" | "isRegex">): string {
  const literal = isRegex ? path.replace(/[.*+?^${}()|[\]\\].*$/, "") : path;
  return literal.replace(/(?<=.)\/$/, "");
}

/** A path without the slash at its end. */
function bare(path: string): string {
  return path.replace(/\/$/, "");
}

/** The part of the app that answers a path, and everything below it: the longest of its paths, or the app itself. */
function routed(app: AppView, wanted: string): Pick<AppView, "at" | "service"> {
  const below = (app.paths ?? []).filter((path) => covers(path, wanted));
  return below.sort((one, other) => other.path.length - one.path.length)[0] ?? app;
}

/** The path of nginx that answers a path: an exact one, or the longest. */
function answering(served: readonly ServedPath[], wanted: string): ServedPath | undefined {
  const found = served.filter((each) => serves(each, wanted));
  return found.sort(
    (one, other) => Number(other.exact) - Number(one.exact) || other.path.length - one.path.length,
  )[0];
}

/** The Service's own port for a number or name, where ingress-nginx also takes the port of the pods. */
function portOf(service: LiveService | undefined, port: number | string): number | string {
  const found =
    service?.ports.find((each) => each.port === port || each.name === port) ??
    service?.ports.find(({ targetPort }) => targetPort === port);
  return found?.port ?? port;
}

/** Paths that become reachable although ingress-nginx does not serve them: the whole host, or open API paths. */
function widerPaths(app: AppView, served: readonly ServedPath[]): Difference[] {
  const { access } = app;
  const paths = [...new Set(served.map(({ path }) => path))];
  const only = `ingress-nginx serves only ${paths.join(", ")} of ${app.host}`;
  const isWhole = ["/", "/any/path"].every((path) => served.some((each) => serves(each, path)));
  if (isWhole) return [];
  const open = allOpenPaths(app);
  const isServed = (path: string): boolean => served.some((each) => serves(each, path));
  const opened = open
    .filter(({ path, exact }) => !isServed(path) || !(exact || isServed(`${path.replace(/\/$/, "")}/any`)))
    .map(
      ({ path }): Difference => ({
        question: "opens",
        path,
        at: `${app.at}.access`,
        reason: `${only}, and the app opens ${path} to anybody`,
      }),
    );
  if (access.kind === "apiOnly") return [...opened, ...closedPaths(app, served, open)];
  // A stack file takes no open path `/`, not even an exact one.
  const openable = served.filter((path) => asApp(path) !== "/");
  const suggestion =
    openable.length === 0
      ? ""
      : `; write access: { apiOnly: [${[...new Set(openable.map(asApiPath))].join(", ")}] }`;
  return [
    ...opened,
    {
      question: "opens",
      path: "/",
      at: `${app.at}.access`,
      reason:
        access.kind === "public"
          ? `${only}, and the app makes the whole host public${suggestion}`
          : `${only}, and the app gives people the whole host`,
    },
  ];
}

/** Paths that ingress-nginx serves and of which an app with API paths only opens nothing. */
function closedPaths(
  app: AppView,
  served: readonly ServedPath[],
  open: readonly Pick<ApiPath, "path" | "exact">[],
): Difference[] {
  const isOpen = (path: string): boolean =>
    open.some((each) => covers(each, path) || each.path.startsWith(`${path}/`));
  const closed = served.filter(({ path, isRegex }) => !isRegex && !isOpen(path.replace(/(?<=.)\/$/, "")));
  return [...new Set(closed.map(({ path }) => path))].map((path) => ({
    question: "closes",
    path,
    at: `${app.at}.access.apiOnly`,
    reason: `ingress-nginx serves ${path} of ${app.host}, and the app does not open it, so nobody reaches it any more; add it to apiOnly`,
  }));
}

/** A served path as an entry of `apiOnly`. Of a regular expression, the path in front of the first special character. */
function asApiPath({ path, exact, isRegex }: ServedPath): string {
  return exact ? `{ path: ${path}, exact: true }` : asApp({ path, isRegex });
}

/** Whether nginx serves a path by a path of an Ingress. */
function serves({ path, exact, pathType, isRegex }: ServedPath, wanted: string): boolean {
  if (exact) return path === wanted;
  if (isRegex) {
    try {
      return new RegExp(`^${path}`, "i").test(wanted);
    } catch {
      return false;
    }
  }
  const bare = path.replace(/\/$/, "");
  return wanted === bare || wanted.startsWith(pathType === "Prefix" ? `${bare}/` : path);
}

/** Differences without an answer. They matter in every phase: from coexist on, Pomerium serves the app as well. */
export function pathProblems(all: readonly PathDifference[]): Problem[] {
  const found = all
    .filter(({ answeredBy }) => answeredBy === undefined)
    .map(({ at, reason, fix }) => ({ at, message: `${reason}, or say why nothing is needed`, fix }));
  // The hosts of one app may have the same difference.
  return [...new Map(found.map((problem) => [`${problem.at} ${problem.message}`, problem])).values()];
}

/** The same as a row of the readiness table. */
export function pathsRow(all: readonly PathDifference[]): ReadinessRow {
  return {
    name: "paths",
    items: all.map((difference) => answerable(`${difference.app.host} ${difference.name}`, difference)),
  };
}

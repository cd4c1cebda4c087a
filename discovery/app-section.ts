import { idsOf, objectId } from "../components/cluster/objects.ts";
import { nginxPrefix } from "../components/ingress-nginx/annotations/judgement.ts";
import { catalogue } from "../policies/catalogue/catalogue.ts";
import { keyPath, type PathPart } from "../stack-file/paths.ts";
import { apiPathInFlow } from "../stack-file/yaml-flow.ts";
import type { Comment } from "./commented.ts";
import type { PlannedApp, PlannedPath, ReachedPath } from "./planned-app.ts";
import type { Section, Todo } from "./section.ts";
import type { ServedHost } from "./served-hosts.ts";
import { isWritableOpenPath } from "./writable.ts";

/** An app in the stack file, with a comment at each decision. */
export function appSection(app: PlannedApp, domain: string | undefined): Section {
  const { name, host, aliases, backend, replaces, route, paths, annotations } = app;
  const profile = profileOf(app);
  const value: Record<string, unknown> = {
    namespace: backend.namespace,
    ...(host === `${name}.${domain}` ? {} : { host }),
    ...(aliases.length > 0 ? { aliases } : {}),
    service: { name: backend.name, port: backend.port },
    access: "admins",
    ...(profile === undefined ? {} : { profile }),
    ...(paths.length > 0
      ? { paths: Object.fromEntries(paths.map((path) => [path.path, pathValue(path)])) }
      : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    ...(Object.keys(route).length > 0 ? { route } : {}),
    replaces: replaces.length === 1 ? replaces[0] : replaces,
  };
  const notes = appNotes(app);
  const comments: Comment[] = [
    ...notes.map(({ text }): Comment => ({ path: [], place: "before", text })),
    ...(Object.keys(annotations).some((key) => key.startsWith("external-dns"))
      ? [
          {
            path: ["annotations"],
            place: "before" as const,
            text: "DECIDE: at the cutover, DNS may have to lead to Pomerium",
          },
        ]
      : []),
    { path: ["access"], place: "beside", text: `today: ${app.today.join(", and ")}` },
    ...(backend.why === undefined
      ? []
      : [{ path: ["service"], place: "beside" as const, text: backend.why }]),
  ];
  const oneLine: (readonly PathPart[])[] = [
    ["service"],
    ...(isShort(route) ? [["route"]] : []),
    ...paths.flatMap((path) => (isShort(pathValue(path)) ? [["paths", path.path]] : [])),
  ];
  return {
    value,
    comments,
    oneLine,
    todos: notes.flatMap(({ todo }) => (todo === undefined ? [] : [todo])),
  };
}

function pathValue({ exact, backend: { name, port }, route }: PlannedPath): Record<string, unknown> {
  return {
    ...(exact ? { exact } : {}),
    service: { name, port },
    ...(Object.keys(route).length > 0 ? { route } : {}),
  };
}

const isShort = (value: object): boolean => JSON.stringify(value).length < 90;

/** The app's name chooses the catalogue's entry, unless the app says otherwise. */
function profileOf({ name, known }: PlannedApp): string | undefined {
  if (known !== undefined) return known.entry === name ? undefined : known.entry;
  return Object.hasOwn(catalogue, name) ? "none" : undefined;
}

interface Note {
  text: string;
  todo?: Todo;
}

/** What a person must know about an app, in the order in which it matters. */
export function appNotes(app: PlannedApp): Note[] {
  const at = keyPath(["apps", app.name]);
  const { backend, known, protections, onlyPaths, paths, unwritable, served } = app;
  const entry = known && catalogue[known.entry];
  const elsewhere = served.ingresses.filter(({ namespace }) => namespace !== backend.namespace);
  return [
    ...(known === undefined
      ? []
      : [
          {
            text: `The catalogue's ${known.entry}, judged by ${known.because}${
              (entry?.api.length ?? 0) > 0
                ? `. Its own clients cannot sign in: for them, open its API paths by access: {api: ${known.entry}}`
                : ""
            }`,
          },
        ]),
    ...(backend.problem === undefined
      ? []
      : [
          {
            text: `TO DO: ${backend.problem}`,
            todo: { at: `${at}.service`, message: backend.problem, stops: "preview" as const },
          },
        ]),
    ...protections.map(({ name, reason }) => ({
      text: `DECIDE: ${name} protects it today: ${reason}. Put something in its place, or add accept: {${name}: <why nothing is needed>}`,
      todo: {
        at: `${at}.accept`,
        message: `accept or replace ${name}`,
        stops: "preview" as const,
      },
    })),
    ...(onlyPaths === undefined
      ? []
      : [
          {
            text: onlyPathsText(onlyPaths),
            todo: {
              at: `${at}.access`,
              message: `whether the whole host may be reached, or only ${namesOf(onlyPaths)}`,
              stops: "preview" as const,
            },
          },
        ]),
    ...unwritable.map(({ path, backend: other, why }) => ({
      text: `TO DO: ${path} leads to ${other.namespace}/${other.name}:${other.port} today, and not here: ${why}`,
      todo: {
        at: `${at}.paths`,
        message: `${path} leads to ${other.namespace}/${other.name}:${other.port} today`,
        stops: "preview" as const,
      },
    })),
    ...paths
      .filter(({ backend: other }) => other.problem !== undefined)
      .map(({ path, backend: other }) => ({
        text: `TO DO: ${path}: ${other.problem}`,
        todo: {
          at: `${at}.paths${pathKeyOf(path)}`,
          message: other.problem!,
          stops: "preview" as const,
        },
      })),
    ...(elsewhere.length === 0
      ? []
      : [
          {
            text: `DECIDE: ${elsewhere.map(({ namespace, name }) => `${namespace}/${name}`).join(", ")} has this host too, in another namespace. Pomerium reaches only Services of the app's namespace; a Service of type ExternalName can lead to another one`,
          },
        ]),
    ...rivalNotes(served),
    ...(served.canaries.length === 0
      ? []
      : [
          {
            text: `DECIDE: a share of its requests goes by ${[...idsOf(served.canaries)].join(", ")} today (canary). Pomerium splits no traffic: all of them go to Service ${backend.name}`,
          },
        ]),
    ...(app.apart === undefined ? [] : [{ text: app.apart }]),
    ...findingNotes(app),
  ];
}

/** Paths that may lead to another Service than the file has, because two Ingresses have them. */
function rivalNotes({ paths }: ServedHost): Note[] {
  return paths.flatMap(({ path, ingress, backend, rivals = [] }) => {
    const serviceOf = (namespace: string, service: string | undefined): string => `${namespace}/${service}`;
    const own = serviceOf(ingress.namespace, backend?.service);
    const others = rivals
      .map((rival) => [objectId(rival.ingress), serviceOf(rival.ingress.namespace, rival.backend?.service)])
      .filter(([, service]) => service !== own);
    return others.map(([name, service]) => ({
      text: `DECIDE: ${path} leads to Service ${own} by Ingress ${objectId(ingress)} today, and to ${service} by ${name}. It is not known which of them callers reach; here it is the first`,
    }));
  });
}

const namesOf = (paths: readonly ReachedPath[]): string =>
  [...new Set(paths.map(({ path }) => path))].join(", ");

function onlyPathsText(paths: readonly ReachedPath[]): string {
  // The whole host is no open path, and `/` alone cannot be one.
  const open = paths.filter(({ path }) => isWritableOpenPath(path));
  const clients =
    open.length === 0
      ? ""
      : `For callers that cannot sign in, write access: {apiOnly: [${open.map(apiPathInFlow).join(", ")}]}; else add`;
  return `DECIDE: only ${namesOf(paths)} of the host can be reached today, and here people get the whole host. ${clients || "Add"} accept: {"opens /": <why>}`;
}

const pathKeyOf = (path: string): string => keyPath([path]);

/** Annotations that no line above covers: one note for each text. */
function findingNotes({ findings }: PlannedApp): Note[] {
  const told = findings.flatMap(({ annotation, outcome, says, protects, lack, section }) => {
    const name = annotation.replace(nginxPrefix, "");
    if (lack !== undefined)
      return [{ name, text: section === "route" ? `add to route: ${lack}` : `add to ${section}: ${lack}` }];
    return protects || (outcome !== "decide" && outcome !== "lost") ? [] : [{ name, text: says }];
  });
  return [...Map.groupBy(told, ({ text }) => text)].map(([text, all]) => ({
    text: `DECIDE: ${[...new Set(all.map(({ name }) => name))].join(", ")}: ${text}`,
  }));
}

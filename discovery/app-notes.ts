import { idsOf, objectId } from "../components/cluster/objects.ts";
import { nginxPrefix } from "../components/ingress-nginx/annotations/judgement.ts";
import type { HostPath } from "../components/ingress-nginx/shadowed.ts";
import { catalogue } from "../policies/catalogue/catalogue.ts";
import { keyPath } from "../stack-file/paths.ts";
import { apiPathInFlow } from "../stack-file/yaml-flow.ts";
import type { PlannedApp, ReachedPath } from "./planned-app.ts";
import type { Todo } from "./section.ts";
import { isWritableOpenPath } from "./writable.ts";

/** What a person must know about an app. */
interface Note {
  text: string;
  /** The task that is left because of it. */
  todo?: Todo;
}

/** What a person must know about an app, in the order in which it matters. */
export function appNotes(app: PlannedApp): Note[] {
  return [
    catalogueNotes,
    backendNotes,
    protectionNotes,
    reachNotes,
    pathNotes,
    namespaceNotes,
    rivalNotes,
    canaryNotes,
    aliasNotes,
    findingNotes,
  ].flatMap((notesOf) => notesOf(app));
}

const todoAt = ({ name }: PlannedApp, key: string, message: string): Todo => ({
  at: `${keyPath(["apps", name])}.${key}`,
  message,
  stops: "preview",
});

function catalogueNotes({ known }: PlannedApp): Note[] {
  if (known === undefined) return [];
  const { entry, because } = known;
  const clients =
    catalogue[entry]!.api.length > 0
      ? `. Its own clients cannot sign in: for them, open its API paths by access: {api: ${entry}}`
      : "";
  return [{ text: `The catalogue's ${entry}, judged by ${because}${clients}` }];
}

function backendNotes(app: PlannedApp): Note[] {
  const { problem } = app.backend;
  return problem === undefined ? [] : [{ text: `TO DO: ${problem}`, todo: todoAt(app, "service", problem) }];
}

function protectionNotes(app: PlannedApp): Note[] {
  return app.protections.map(({ name, reason }) => ({
    text: `DECIDE: ${name} protects it today: ${reason}. Put something in its place, or add accept: {${name}: <why nothing is needed>}`,
    todo: todoAt(app, "accept", `accept or replace ${name}`),
  }));
}

/** A host of which only some paths can be reached today. */
function reachNotes(app: PlannedApp): Note[] {
  const { onlyPaths } = app;
  if (onlyPaths === undefined) return [];
  const question = `whether the whole host may be reached, or only ${namesOf(onlyPaths)}`;
  return [{ text: onlyPathsText(onlyPaths), todo: todoAt(app, "access", question) }];
}

function pathNotes(app: PlannedApp): Note[] {
  const { paths, unwritable } = app;
  return [
    ...unwritable.map(({ path, backend: { namespace, name, port }, why }) => {
      const leads = `${path} leads to ${namespace}/${name}:${port} today`;
      return { text: `TO DO: ${leads}, and not here: ${why}`, todo: todoAt(app, "paths", leads) };
    }),
    ...paths.flatMap(({ path, backend: { problem } }) =>
      problem === undefined
        ? []
        : [{ text: `TO DO: ${path}: ${problem}`, todo: todoAt(app, `paths${keyPath([path])}`, problem) }],
    ),
  ];
}

/** Ingresses with its host in other namespaces. */
function namespaceNotes({ backend, served }: PlannedApp): Note[] {
  const elsewhere = served.ingresses.filter(({ namespace }) => namespace !== backend.namespace);
  if (elsewhere.length === 0) return [];
  return [
    {
      text: `DECIDE: ${elsewhere.map(objectId).join(", ")} has this host too, in another namespace. Pomerium reaches only Services of the app's namespace; a Service of type ExternalName can lead to another one`,
    },
  ];
}

function canaryNotes({ backend, served: { canaries } }: PlannedApp): Note[] {
  if (canaries.length === 0) return [];
  return [
    {
      text: `DECIDE: a share of its requests goes by ${[...idsOf(canaries)].join(", ")} today (canary). Pomerium splits no traffic: all of them go to Service ${backend.name}`,
    },
  ];
}

const aliasNotes = ({ apart }: PlannedApp): Note[] => (apart === undefined ? [] : [{ text: apart }]);

/** Paths that may lead to another Service than the file has, because two Ingresses have them. */
function rivalNotes({ served }: PlannedApp): Note[] {
  return served.paths.flatMap(({ rivals = [], ...first }) =>
    rivals
      .filter((rival) => serviceOf(rival) !== serviceOf(first))
      .map((rival) => ({
        text: `DECIDE: ${first.path} leads to ${serviceOf(first)} by Ingress ${objectId(first.ingress)} today, and to ${serviceOf(rival)} by Ingress ${objectId(rival.ingress)}. It is not known which of them callers reach; here it is the first`,
      })),
  );
}

const serviceOf = ({ ingress, backend }: HostPath): string =>
  backend === undefined ? "no Service" : `Service ${ingress.namespace}/${backend.service}`;

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

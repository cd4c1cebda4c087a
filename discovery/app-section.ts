import { catalogue } from "../policies/catalogue/catalogue.ts";
import type { PathPart } from "../stack-file/paths.ts";
import { appNotes } from "./app-notes.ts";
import type { Comment } from "./commented-yaml.ts";
import type { PlannedApp, PlannedPath } from "./planned-app.ts";
import type { Section } from "./section.ts";

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

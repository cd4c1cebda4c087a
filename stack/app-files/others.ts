import { isWildcard, standsFor } from "../../stack-file/hosts.ts";
import { isMap, type PathPart, valueAt } from "../../stack-file/paths.ts";
import { hostsOf } from "./hosts.ts";

type Content = Readonly<Record<string, unknown>>;

/** What the apps of the other files have that an app must not take from them. */
export interface Others {
  /**
   * Each wildcard host, with the name of its app. One that stands for every host of the stack's domain is left out: it is
   * for the hosts that no app has.
   */
  wildcards: [host: string, app: string][];
  /** The name of an app by each Service that it leads to, `<namespace>/<name>`. */
  services: ReadonlyMap<string, string>;
}

/**
 * Finds what the apps of other files have. The values may have any form.
 *
 * @param own The apps of one file.
 * @param whole The sections of the stack, with the apps of all files.
 */
export function othersThan(own: unknown, whole: unknown): Others {
  const all = valueAt(whole, ["apps"]);
  const anyHost = `any.${valueAt(whole, ["domain"])}`;
  const apps = Object.entries(isMap(all) ? all : {}).filter(
    (entry): entry is [string, Content] => isMap(entry[1]) && !(isMap(own) && Object.hasOwn(own, entry[0])),
  );
  return {
    wildcards: apps.flatMap(([name, app]) =>
      hostsOf(name, app, "").flatMap(([, host]): [string, string][] =>
        isWildcard(host) && !standsFor(host, anyHost) ? [[host, name]] : [],
      ),
    ),
    services: new Map(
      apps.flatMap(([name, app]) => servicesOf(app).map(([, service]) => [service, name] as const)),
    ),
  };
}

/** The Services of an app and of its paths, `<namespace>/<name>`, each with its place in the app. */
export function servicesOf(app: Content): [PathPart[], string][] {
  const paths = Object.entries(isMap(app.paths) ? app.paths : {});
  return [
    [["service", "name"], valueAt(app, ["service", "name"])] as const,
    ...paths.map(
      ([path, own]) => [["paths", path, "service", "name"], valueAt(own, ["service", "name"])] as const,
    ),
  ].flatMap(([place, name]) => (typeof name === "string" ? [[[...place], `${app.namespace}/${name}`]] : []));
}

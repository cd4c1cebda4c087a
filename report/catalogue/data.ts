import { isOwnPath } from "../../policies/access/own-paths.ts";
import type { ApiPath } from "../../policies/access/routes.ts";
import { kinds } from "../../policies/catalogue/catalogue.ts";
import type { BuiltIn, Note } from "../../policies/catalogue/entry.ts";

/** An entry of the project's catalogue with its name and its kind. */
export interface Listed {
  name: string;
  /** Name of the file that holds the entry: `media`. */
  kind: string;
  entry: BuiltIn;
}

/** All entries of the project's catalogue, by name. */
export function listed(): Listed[] {
  return Object.entries(kinds)
    .flatMap(([kind, entries]) =>
      Object.entries<BuiltIn>(entries).map(([name, entry]) => ({ name, kind, entry })),
    )
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** A path as people read it: `/api/…` stands for everything below it too. */
export function pathText({ path, exact }: Pick<ApiPath, "path" | "exact">): string {
  return path === "/" ? "the whole app" : exact ? path : `${path.replace(/\/$/, "")}/…`;
}

/** The settings of an entry's route, each with its reason. */
export function settings({ route, why }: BuiltIn): ({ key: string; value: unknown } & Note)[] {
  const notes: Readonly<Record<string, Note | undefined>> = why;
  return Object.entries(route).map(([key, value]) => ({ key, value, ...notes[key]! }));
}

/** An entry for programs. */
export function entryData({ name, kind, entry }: Listed) {
  const { title, streaming, uploads, api, leftOut, neverOpen, clients, needs, health } = entry;
  return {
    ...{ name, kind, title, streaming, uploads },
    open: api,
    notOpened: leftOut.map(({ unsure = false, ...path }) => ({ ...path, unsure })),
    ...{ neverOpen, clients, route: settings(entry), needs },
    health: health ? { ...health, answeredByPomerium: isOwnPath(health.path) } : null,
  };
}

import type { BuiltIn, CatalogueEntry } from "./entry.ts";
import { media } from "./media.ts";
import { monitoring } from "./monitoring.ts";
import { tools } from "./tools.ts";

/** The project's own entries, with their reasons. */
export const builtIns = { ...media, ...monitoring, ...tools } satisfies Record<string, BuiltIn>;

/** Known apps by name: the project's own, and those of a stack file. */
export type Catalogue = Readonly<Record<string, CatalogueEntry>>;

/** The project's own entries, by name in alphabetical order. */
export const catalogue: Catalogue = Object.fromEntries(
  Object.entries<CatalogueEntry>(builtIns).sort(([a], [b]) => (a < b ? -1 : 1)),
);

/** The entry of a name, if the catalogue has one. A stack file may ask for "constructor": only own keys count. */
export function entryOf(entries: Catalogue, name: string): CatalogueEntry | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

import { arr } from "./apps/arr.ts";
import { developer } from "./apps/developer.ts";
import { documents } from "./apps/documents.ts";
import { downloads } from "./apps/downloads.ts";
import { homeAutomation } from "./apps/home-automation.ts";
import { household } from "./apps/household.ts";
import { identity } from "./apps/identity.ts";
import { kubernetes } from "./apps/kubernetes.ts";
import { media } from "./apps/media.ts";
import { monitoring } from "./apps/monitoring.ts";
import { network } from "./apps/network.ts";
import { photos } from "./apps/photos.ts";
import { reading } from "./apps/reading.ts";
import { status } from "./apps/status.ts";
import { storage } from "./apps/storage.ts";
import { tools } from "./apps/tools.ts";
import { video } from "./apps/video.ts";
import type { BuiltIn, CatalogueEntry } from "./entry.ts";

/** The project's own entries by kind of app: one file for each kind. */
export const kinds = {
  ...{ arr, developer, documents, downloads, "home-automation": homeAutomation, household, identity },
  ...{ kubernetes, media, monitoring, network, photos, reading, status, storage, tools, video },
} satisfies Record<string, Record<string, BuiltIn>>;

/** The project's own entries, with their reasons. */
export const builtIns: Readonly<Record<string, BuiltIn>> = Object.assign({}, ...Object.values(kinds));

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

import type { BuiltIn, CatalogueEntry } from "./entry.ts";
import { audiobookshelf, jellyfin, komga, navidrome, steamHeadless } from "./media.ts";
import { grafana, influxdb, prometheus } from "./monitoring.ts";
import {
  codeServer,
  ddnsUpdater,
  fireflyIii,
  homeAssistant,
  kubernetesDashboard,
  ryot,
  unifi,
  verify,
} from "./tools.ts";

/** The project's own entries, with their reasons. */
export const builtIns = {
  audiobookshelf,
  "code-server": codeServer,
  "ddns-updater": ddnsUpdater,
  "firefly-iii": fireflyIii,
  grafana,
  "home-assistant": homeAssistant,
  influxdb,
  jellyfin,
  komga,
  "kubernetes-dashboard": kubernetesDashboard,
  navidrome,
  prometheus,
  ryot,
  "steam-headless": steamHeadless,
  unifi,
  verify,
} satisfies Record<string, BuiltIn>;

/** Known apps by name: the project's own, and those of a stack file. */
export type Catalogue = Readonly<Record<string, CatalogueEntry>>;

export const catalogue: Catalogue = builtIns;

/** The entry of a name, if the catalogue has one. A stack file may ask for "constructor": only own keys count. */
export function entryOf(entries: Catalogue, name: string): CatalogueEntry | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

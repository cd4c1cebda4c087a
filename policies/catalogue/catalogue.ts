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

/** Known apps by the name that a stack file gives them. */
export const catalogue: Readonly<Record<string, CatalogueEntry>> = builtIns;

/** What is known of an app: by the stack file, whose entry takes the place of the project's own, or by the project. */
export function lookup(
  name: string,
  extra: Readonly<Record<string, CatalogueEntry>> = {},
): CatalogueEntry | undefined {
  // Own keys only: a stack file may ask for "constructor".
  return [extra, catalogue].find((entries) => Object.hasOwn(entries, name))?.[name];
}

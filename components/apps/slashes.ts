import type { Report } from "../../stack-file/problems.ts";
import { letsInOthers, ownerOf, type PlacedApp, placesOf, serviceOf } from "./places.ts";

/**
 * Refuses to keep `//` where a path is stricter than the paths around it. `//admin` is not below `/admin`, so the
 * access around it decides, and most Services answer it as `/admin`.
 */
export function checkSlashes(
  apps: readonly PlacedApp[],
  mergeSlashes: boolean | undefined,
  report: Report,
): void {
  if (mergeSlashes !== false) return;
  for (const app of apps) {
    const places = placesOf(app);
    for (const place of places) {
      const doubled = [...place.path.matchAll(/\//g)]
        .map(({ index }) => `${place.path.slice(0, index)}/${place.path.slice(index)}`)
        .find((path) => {
          const owner = ownerOf(path, places);
          return (
            owner !== undefined &&
            owner !== place &&
            serviceOf(owner) === serviceOf(place) &&
            letsInOthers(owner.access, place.access)
          );
        });
      if (doubled === undefined) continue;
      report.problem(
        ["pomerium", "settings", "mergeSlashes"],
        `must stay true: ${app.at} is stricter at ${place.path} than around it, and ${doubled} would pass with the access around it. Most Services answer it as ${place.path}; leave the key out, or send ${place.path} to another Service`,
      );
    }
  }
}

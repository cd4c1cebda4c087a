import type { Route } from "../../policies/annotations/annotations.ts";
import type { Report } from "../../stack-file/problems.ts";
import {
  letsInOthers,
  ownerOf,
  type Place,
  type PlacedApp,
  placesOf,
  rewriteOf,
  serviceOf,
} from "./places.ts";

/**
 * Refuses rewrites that lead past another path's access. Pomerium chooses the route, and so the access, by the path
 * before the rewrite. The Service sees the path after it: with `/pub` rewritten to `/`, `/pub/admin` is its `/admin`.
 */
export function checkRewrites(app: PlacedApp, report: Report): void {
  const places = placesOf(app);
  for (const place of places) {
    const { path, route, at } = place;
    const target = rewrittenStart(place);
    if (target === undefined) continue;
    const exact = place.exact && route.prefix_rewrite !== undefined && target !== "";
    const passed = places.filter(
      (other) =>
        other !== place &&
        serviceOf(other) === serviceOf(place) &&
        !(isBase(route) && rewriteOf(route) === rewriteOf(other.route)) &&
        letsInOthers(place.access, other.access) &&
        reaches(target, exact, other, places),
    );
    if (passed.length === 0) continue;
    const key = route.prefix_rewrite === undefined ? "regex_rewrite_substitution" : "prefix_rewrite";
    const names = [...new Set(passed.map((other) => (other.path === "/" ? "the app itself" : other.path)))];
    report.problemAt(
      `${at}.${key}`,
      `leads from ${path} past the access of ${names.join(", ")}: Pomerium asks who may pass at ${path}, and the Service answers what the rewritten path names. Send ${path} to another Service, rewrite to a path at or below ${path}, or give the path after the rewrite the access of ${path} under \`paths\``,
    );
  }
}

/** The beginning that a rewrite removes, and the text that replaces it. Undefined if it also changes the rest. */
function newStart(route: Route): { start: string; text: string } | undefined {
  const [, start, group] = /^\^([\w/~-]*)(?:(\(\.\*\))\$?)?$/.exec(route.regex_rewrite_pattern ?? "") ?? [];
  const [, text, copy] = /^([^\\]*)(\\1)?$/.exec(route.regex_rewrite_substitution ?? "") ?? [];
  if (start === undefined || text === undefined || (group === undefined) !== (copy === undefined))
    return undefined;
  return { start, text };
}

/** Whether a rewrite puts one text before every path, so that no path takes the place of another. */
function isBase(route: Route): boolean {
  return ["", "/"].includes(newStart(route)?.start ?? "none");
}

/** The beginning of the paths that a rewrite makes; undefined if it changes nothing there. */
function rewrittenStart({ path, exact, route }: Place): string | undefined {
  const { prefix_rewrite: prefix, regex_rewrite_pattern: pattern } = route;
  if (prefix !== undefined || pattern === undefined) return prefix === undefined ? undefined : plain(prefix);
  // Alternatives, and matches further inside, can make any path.
  if (!pattern.startsWith("^") || pattern.includes("|")) return "";
  const all = exact ? path : `${path.replace(/\/$/, "")}/`;
  const start = /^\^([\w/~-]*)(?![\w/~*?{-])/.exec(pattern)?.[1] ?? "";
  if (!all.startsWith(start) && !start.startsWith(all)) return undefined;
  const kept = newStart(route);
  if (kept !== undefined) return plain(kept.text + all.slice(start.length));
  return plain((route.regex_rewrite_substitution ?? "").split("\\")[0]!);
}

/** A target that the Service could read as another path counts as any path. */
const plain = (target: string): string => (/\.\.|\/\/|[%?#\\]/.test(target) ? "" : target);

/** Whether paths that begin with the target belong to another place. */
function reaches(target: string, exact: boolean, place: Place, places: readonly Place[]): boolean {
  if (ownerOf(target || "/", places) === place) return true;
  return !exact && (ownerOf(`${target || "/"}x`, places) === place || place.path.startsWith(target));
}

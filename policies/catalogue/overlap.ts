import type { ApiPath } from "../access/routes.ts";

/**
 * Whether two open paths have a path in common. Capitals do not count, because some apps do not tell them apart.
 * `/api` and `/api/v1` overlap, `/api` and `/apixyz` do not.
 */
export function overlap(one: ApiPath, other: ApiPath): boolean {
  return covers(one, other.path) || covers(other, one.path);
}

/** Whether an open path opens a path, capitals aside. */
export function covers({ path, exact }: ApiPath, inner: string): boolean {
  const [outside, inside] = [bare(path), bare(inner)];
  return inside === outside || (!exact && inside.startsWith(outside === "/" ? "/" : `${outside}/`));
}

function bare(path: string): string {
  return path.toLowerCase().replace(/(?<=.)\/+$/, "");
}

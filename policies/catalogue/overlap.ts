import { type ApiPath, covers } from "../access/routes.ts";

/**
 * Whether two open paths have a path in common. Capitals do not count, because some apps do not tell them apart.
 * `/api` and `/api/v1` overlap, `/api` and `/apixyz` do not.
 */
export function overlap(one: ApiPath, other: ApiPath): boolean {
  return leadsTo(one, other.path) || leadsTo(other, one.path);
}

/**
 * Whether an open path leads to a path of the app. Pomerium compares letter by letter, but the app may not. With such
 * an app, `/API` opens both `/api` and `/api/`.
 */
export function leadsTo({ path, exact = false }: ApiPath, inner: string): boolean {
  return covers({ path: asAppReads(path), exact }, asAppReads(inner));
}

/** A path in one spelling, for an app that ignores capitals and a slash at the end. */
function asAppReads(path: string): string {
  return path.toLowerCase().replace(/(?<=.)\/+$/, "");
}

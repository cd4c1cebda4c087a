import type { ApiPath } from "../access/routes.ts";
import type { Route } from "../annotations/annotations.ts";

/** Why something is as it is, and where one can read it up. */
export interface Note {
  reason: string;
  /** Public documentation, or `account` where nothing else says it. */
  source: string;
}

/** The account of the migration that this project grew from. */
export const account = "the first user's account";

/** What is known of an app: the paths its own clients need, and what it asks of the route. */
export interface CatalogueEntry {
  /** What the app is. */
  title?: string;
  /** It sends sound or pictures for as long as one listens or looks. */
  streaming?: boolean;
  /** Open to anonymous callers where an app's access names the entry: the app checks credentials itself. */
  api: readonly (ApiPath & Partial<Note>)[];
  route: Route;
}

/** An entry of the project's own: no path and no key of its route without a reason. */
export interface BuiltIn<R extends Route = Route> extends CatalogueEntry {
  title: string;
  streaming: boolean;
  api: readonly (ApiPath & Note)[];
  route: R;
  /** Why each key of `route` is as it is. */
  why: Readonly<{ [K in keyof R]: Note }>;
  /** Paths that one may miss in `api`, and why they are not there. */
  leftOut: readonly (ApiPath & Note)[];
  /** What has to be set in the app itself. */
  needs: readonly Note[];
}

/** Spares an entry the parts that are empty, and holds it to one reason for each key of its route. */
export function builtIn<const R extends Route>(
  entry: Pick<BuiltIn<R>, "title" | "route" | "why"> &
    Partial<Pick<BuiltIn<R>, "streaming" | "api" | "leftOut" | "needs">>,
): BuiltIn<R> {
  return { streaming: false, api: [], leftOut: [], needs: [], ...entry };
}

import type { ApiPath } from "../access/routes.ts";
import type { Route } from "../annotations/annotations.ts";

/** Why something is as it is, and where that is documented. */
export interface Note {
  reason: string;
  /** Public documentation, or `originalCluster` where nothing else says it. */
  source: string;
}

/** The cluster whose migration this project grew from; its owner wrote down what each app needed. */
export const originalCluster = "the original cluster";

/** What the project knows of an app: the paths that its own clients need, and the settings of its route. */
export interface CatalogueEntry {
  /** What the app is. */
  title?: string;
  /** It sends sound or pictures for as long as somebody listens or watches. */
  streaming?: boolean;
  /** Paths that are open to anonymous callers if an app's access names the entry: the app itself checks credentials. */
  api: readonly (ApiPath & Partial<Note>)[];
  route: Route;
}

/** An entry of the project's own catalogue. Each path and each key of its route has a reason. */
export interface BuiltIn<R extends Route = Route> extends CatalogueEntry {
  title: string;
  streaming: boolean;
  api: readonly (ApiPath & Note)[];
  route: R;
  /** Why each key of `route` is as it is. */
  why: Readonly<{ [K in keyof R]: Note }>;
  /** Paths that somebody may miss in `api`, and why they are not in it. */
  leftOut: readonly (ApiPath & Note)[];
  /** Settings that the app itself needs. */
  needs: readonly Note[];
}

/** Fills in the empty parts of an entry. The type asks for one reason for each key of its route. */
export function builtIn<const R extends Route>(
  entry: Pick<BuiltIn<R>, "title" | "route" | "why"> &
    Partial<Pick<BuiltIn<R>, "streaming" | "api" | "leftOut" | "needs">>,
): BuiltIn<R> {
  return { streaming: false, api: [], leftOut: [], needs: [], ...entry };
}

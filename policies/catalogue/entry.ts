import type { ApiPath } from "../access/routes.ts";
import type { Route } from "../annotations/annotations.ts";

/** The reason for a part of an entry, and where it is documented. */
export interface Note {
  reason: string;
  /** Address of public documentation, or `originalCluster` if no documentation says it. */
  source: string;
}

/** The cluster whose migration this project grew from; its owner wrote down what each app needed. */
export const originalCluster = "the original cluster";

/** A path that no stack file may open to anonymous callers, and why. `/` stands for the whole app. */
export type NeverOpen = Pick<ApiPath, "path" | "exact"> & { reason: string; source?: string };

/** A program that cannot sign in to Pomerium: it shows no web page, or keeps no cookie. */
export interface Client {
  /** What people call it: "the mobile apps". */
  name: string;
  /** Paths that it calls. Empty if no path can be opened for it. */
  through: readonly string[];
  /** The alternative for an app of which no path can be opened. */
  instead?: string;
  source?: string;
}

/** What the project knows of an app: the paths that its own clients need, and the settings of its route. */
export interface CatalogueEntry {
  /** Description of the app. */
  title?: string;
  /** It sends sound or pictures for as long as somebody listens or watches. */
  streaming?: boolean;
  /** It receives files that may be larger than 100 MB in one request. */
  uploads?: boolean;
  /** Paths that are open to anonymous callers if an app's access names the entry: the app itself checks credentials. */
  api: readonly (ApiPath & Partial<Note>)[];
  /** Paths that may not be open to anonymous callers. */
  neverOpen?: readonly NeverOpen[];
  /** Programs that cannot sign in to Pomerium. */
  clients?: readonly Client[];
  route: Route;
}

/** A path that somebody may miss in `api`. */
export type LeftOut = ApiPath &
  Note & {
    /** No source says how the app protects the path. */
    unsure?: true;
  };

/** An entry of the project's own catalogue. Each path and each key of its route has a reason. */
export interface BuiltIn<R extends Route = Route> extends CatalogueEntry {
  title: string;
  streaming: boolean;
  uploads: boolean;
  api: readonly (ApiPath & Note)[];
  neverOpen: readonly (NeverOpen & Note)[];
  clients: readonly (Client & { source: string })[];
  route: R;
  /** The reason for each key of `route`. */
  why: Readonly<{ [K in keyof R]: Note }>;
  /** Paths that somebody may miss in `api`, and why they are not in it. */
  leftOut: readonly LeftOut[];
  /** Settings that the app itself needs. */
  needs: readonly Note[];
  /** Path that tells a monitor inside the cluster whether the app is well. */
  health?: { path: string; source: string };
}

/** Fills in the empty parts of an entry. The type asks for one reason for each key of its route. */
export function builtIn<const R extends Route>(
  entry: Pick<BuiltIn<R>, "title" | "route" | "why"> & Partial<Omit<BuiltIn<R>, "title" | "route" | "why">>,
): BuiltIn<R> {
  return {
    ...{ streaming: false, uploads: false, api: [], neverOpen: [], clients: [], leftOut: [], needs: [] },
    ...entry,
  };
}

/** Address of a file in a public repository, on its default branch. */
export function onGitHub(repository: string, file: string): string {
  return `https://github.com/${repository}/blob/HEAD/${file}`;
}

import type { AppAccess, Matrix } from "./matrix/matrix.ts";

/**
 * What restricts the callers of a host before Pomerium. `unclear`: something that is not recognised, so it may let in
 * anybody or nobody.
 */
export type GuardKind = "network" | "password" | "service" | "certificate" | "unclear";

export interface Guard {
  kind: GuardKind;
  /** Networks, the host of the service that is asked, or names of what is not recognised. May be empty. */
  detail: string;
}

/** Who passes: everybody if there is no guard. */
export interface Guarded {
  guards: readonly Guard[];
  /** One of the guards is enough. Default: a caller must pass all of them. */
  either?: true;
}

/** A host that is served before Pomerium, and who passes there. */
export interface HostBefore {
  host: string;
  /** Its objects, `namespace/name`. */
  ingresses: readonly string[];
  /** Who passes at the start of the site, or at its shortest path. */
  site: Guarded;
  /** Paths where others pass than at the start. */
  paths: readonly { path: string; guarded: Guarded }[];
  /** The app that takes over. Absent if none does. */
  app?: { name: string; host: string };
  /** The fate of a host without an app, according to the stack file. Absent if the file does not name the host. */
  fate?: "stays" | "abandoned";
}

/** Who passes before Pomerium. */
export interface Before {
  /** Where it was read, as the end of "from …". */
  source: string;
  hosts: readonly HostBefore[];
  /** Parts that could not be read and may restrict callers too. */
  unknown: readonly string[];
}

/**
 * Who passes with Pomerium. `paths`: only the paths that are open to anybody. `unserved`: no app has the host.
 */
export type After =
  | "everybody"
  | "people"
  | "paths"
  | "nobody"
  | "unknown"
  | "stays"
  | "abandoned"
  | "unserved";

/** A host before and after. */
export interface Move {
  was: HostBefore;
  after: After;
  /** Number of paths that are open to anybody although the app is not public. */
  open: number;
}

/** The hosts before and after, and how many apps everybody reaches. */
export interface Moves {
  source: string;
  unknown: readonly string[];
  rows: readonly Move[];
  /** Apps that were served before, of which everybody reached some. Each app counts once. */
  before: { apps: number; open: number };
  /** All apps, of which everybody will reach some. */
  after: { apps: number; open: readonly string[] };
}

export const isOpen = ({ guards }: Guarded): boolean => guards.length === 0;

export const isUnclear = ({ guards }: Guarded): boolean => guards.some(({ kind }) => kind === "unclear");

/** Compares the access before Pomerium with a matrix. Hosts without an app come last. */
export function movesOf({ source, hosts, unknown }: Before, { apps }: Matrix): Moves {
  const sites = apps.filter(({ app }) => app.pathOf === undefined);
  const byHost = new Map(sites.map((access) => [access.app.host, access]));
  const rows = hosts
    .map((was): Move => {
      const access = was.app && byHost.get(was.app.host);
      return { was, after: afterOf(was, access), open: access?.public ? 0 : (access?.open.length ?? 0) };
    })
    .sort((one, other) => Number(one.was.app === undefined) - Number(other.was.app === undefined));
  const taken = new Map<string, boolean>();
  for (const { app, site } of hosts)
    if (app !== undefined) taken.set(app.name, (taken.get(app.name) ?? false) || isOpen(site));
  return {
    source,
    unknown,
    rows,
    before: { apps: taken.size, open: [...taken.values()].filter(Boolean).length },
    after: { apps: sites.length, open: sites.filter((each) => each.public).map(({ app }) => app.name) },
  };
}

function afterOf({ app, fate }: HostBefore, access: AppAccess | undefined): After {
  if (app === undefined || access === undefined) return fate ?? "unserved";
  if (access.public) return "everybody";
  const marks = new Set(access.alike.map(({ mark }) => mark));
  if (marks.has("people")) return "people";
  if (marks.has("unknown")) return "unknown";
  return access.open.length > 0 ? "paths" : "nobody";
}

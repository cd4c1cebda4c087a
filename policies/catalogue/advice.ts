import { ownCommand } from "../../stack-file/commands.ts";
import type { Access, ApiPath } from "../access/routes.ts";
import type { CatalogueEntry, Client, NeverOpen } from "./entry.ts";
import { covers, overlap } from "./overlap.ts";

/** What the catalogue has against an app's access. */
export interface Advice {
  /** Open paths that may not be open: the index of the path in `api`, and what stands against it. */
  refused: { index: number; never: NeverOpen }[];
  /** Paths that may not be open, of an app that is public. */
  exposed: readonly NeverOpen[];
  /** Programs that cannot sign in, where people must and nothing is open for the programs. */
  shutOut: Client[];
}

/**
 * Compares an app's access with what the catalogue knows of the app.
 *
 * @param isPublic Whether anybody reaches the whole app, by `public` or by a hand-written policy.
 */
export function adviseAccess(
  entry: CatalogueEntry,
  access: Access,
  isPublic = access.kind === "public",
): Advice {
  const { neverOpen = [], clients = [] } = entry;
  const api = access.kind === "people" || access.kind === "apiOnly" ? access.api : [];
  return {
    refused: api.flatMap((path, index) =>
      neverOpen.filter((never) => overlap(path, never)).map((never) => ({ index, never })),
    ),
    exposed: isPublic ? neverOpen : [],
    shutOut: access.kind === "people" ? clients.filter((client) => !isLetIn(client, api)) : [],
  };
}

/** One open path of several is enough: whoever wrote it has thought of the client. */
function isLetIn({ through }: Client, api: readonly ApiPath[]): boolean {
  return through.some((path) => api.some((open) => overlap(open, { path })));
}

/** What is wrong with opening a path. */
export function refusal(path: string, { path: closed, exact, reason, source }: NeverOpen): string {
  const what = closed === "/" ? "the whole app" : exact ? closed : `${closed}/…`;
  return `opens ${path}, but ${what} must never be open to anybody: ${reason}${cited(source)}`;
}

/** What is to be known of a public app. */
export function exposure({ path, exact, reason, source }: NeverOpen): string {
  const what = path === "/" ? "the whole app" : exact ? path : `${path}/…`;
  return `public also opens ${what}: ${reason}${cited(source)}`;
}

/**
 * What a program that cannot sign in needs.
 *
 * @param profile Name of the catalogue entry.
 */
export function shutOut({ name, through, instead }: Client, profile: string, entry: CatalogueEntry): string {
  const cannot = `${name} cannot sign in to Pomerium`;
  if (through.length === 0)
    return `${cannot}, and no path can be opened for them${instead === undefined ? "" : `: ${instead}`}`;
  const isKnown = through.every((path) => entry.api.some((open) => covers(open, path)));
  return isKnown
    ? `${cannot}: if they are used, write \`api: ${profile}\` (\`${ownCommand("catalogue", profile)}\` shows what it opens)`
    : `${cannot}: if they are used, read \`${ownCommand("catalogue", profile)}\`, and open \`api: [${through.join(", ")}]\``;
}

function cited(source: string | undefined): string {
  return source === undefined ? "" : ` (${source})`;
}

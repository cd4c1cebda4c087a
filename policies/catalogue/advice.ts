import { ownCommand } from "../../stack-file/commands.ts";
import { type ApiPath, covers } from "../access/routes.ts";
import type { CatalogueEntry, Client, NeverOpen } from "./entry.ts";
import { leadsTo, overlap } from "./overlap.ts";

/** Who may reach an app, as far as the catalogue has something to say about it. */
export interface Opening {
  /** Paths that are open to anybody. */
  open: readonly ApiPath[];
  /** Paths that have their own access, and are not public. The longest path answers, so they stay closed. */
  closed?: readonly ApiPath[];
  /** Whether anybody reaches the whole app. */
  isPublic?: boolean;
  /** Whether people must sign in for the rest of the app. */
  asksToSignIn?: boolean;
}

/** The catalogue's objections to an app's access. */
export interface Advice {
  /** Open paths that may not be open: the index of the path in `open`, and the objection. */
  refused: { index: number; never: NeverOpen }[];
  /** Paths that may not be open, of an app that is public. */
  exposed: readonly NeverOpen[];
  /** Programs that cannot sign in, where people must and nothing is open for the programs. */
  shutOut: Client[];
}

/** Compares who may reach an app with what the catalogue knows of the app. */
export function advise(
  { neverOpen = [], clients = [] }: CatalogueEntry,
  { open, closed = [], isPublic = false, asksToSignIn = false }: Opening,
): Advice {
  // A closed path closes only what Pomerium takes for it, letter by letter.
  const isClosed = ({ path, exact }: NeverOpen): boolean =>
    closed.some((one) => covers(one, path) && (exact || !one.exact));
  return {
    refused: open.flatMap((path, index) =>
      neverOpen
        .filter((never) => overlap(path, never) && !(leadsTo(path, never.path) && isClosed(never)))
        .map((never) => ({ index, never })),
    ),
    exposed: isPublic ? neverOpen.filter((never) => !isClosed(never)) : [],
    shutOut: asksToSignIn ? clients.filter((client) => !isLetIn(client, open)) : [],
  };
}

/** One open path of several is enough: its author has thought of the client. */
function isLetIn({ through }: Client, api: readonly ApiPath[]): boolean {
  return through.some((path) => api.some((open) => overlap(open, { path })));
}

/** The objection to opening a path. */
export function refusal(path: string, { path: closed, exact, reason, source }: NeverOpen): string {
  const what = closed === "/" ? "the whole app" : exact ? closed : `${closed}/…`;
  return `opens ${path}, but ${what} must never be open to anybody: ${reason}${cited(source)}`;
}

/** The warnings about a public app. */
export function exposure({ path, exact, reason, source }: NeverOpen): string {
  const what = path === "/" ? "the whole app" : exact ? path : `${path}/…`;
  return `public also opens ${what}: ${reason}${cited(source)}`;
}

/**
 * What a program that cannot sign in needs.
 *
 * @param profile Name of the catalogue entry.
 * @param access The app's access as the stack file has it.
 */
export function shutOut(
  { name, through, instead }: Client,
  profile: string,
  entry: CatalogueEntry,
  access: string | object,
): string {
  // A text has no place for a key. The admins pass without being named.
  const line = (api: string): string =>
    typeof access === "string" ? `access: {api: ${api}}` : `api: ${api}`;
  const cannot = `${name} cannot sign in to Pomerium`;
  if (through.length === 0)
    return `${cannot}, and no path can be opened for them${instead === undefined ? "" : `: ${instead}`}`;
  const isKnown = through.every((path) => entry.api.some((open) => leadsTo(open, path)));
  return isKnown
    ? `${cannot}: if they are used, write \`${line(profile)}\` (\`${ownCommand("catalogue", profile)}\` shows what it opens)`
    : `${cannot}: if they are used, read \`${ownCommand("catalogue", profile)}\`, and write \`${line(`[${through.join(", ")}]`)}\``;
}

function cited(source: string | undefined): string {
  return source === undefined ? "" : ` (${source})`;
}

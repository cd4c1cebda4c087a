import type { Access, AppPath } from "../access/routes.ts";
import type { CatalogueEntry, LeftOut } from "../catalogue/entry.ts";

/** An app of a stack, as far as a log can say something about it. */
export interface LogApp {
  /** Key in the stack file. */
  key: string;
  /** `apps.komga`. */
  at: string;
  host: string;
  access: Access;
  /** Its access as the stack file has it. */
  written: unknown;
  paths: readonly AppPath[];
  /** The catalogue's entry that it follows. */
  profile?: string;
  entry?: CatalogueEntry & { leftOut?: readonly LeftOut[] };
}

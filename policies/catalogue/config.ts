import { z } from "zod";
import { ownCommand } from "../../stack-file/commands.ts";
import { didYouMean } from "../../stack-file/nearest.ts";
import { routeSchema } from "../annotations/annotations.ts";
import type { CatalogueEntry } from "./entry.ts";

/** The message for a name that no entry has. There are too many names to list them. */
export function unknownEntry(name: string, known: Iterable<string>): string {
  return `the catalogue does not know "${name}"${didYouMean(name, known) || `; \`${ownCommand("catalogue")}\` lists its apps`}`;
}

/**
 * Schema of a path that is open to anonymous callers. It refuses paths that would open more than they say: the whole
 * app, a pattern, or a path that the app reads differently.
 */
export const apiPath = z
  .string()
  .regex(/^\/[^\s?#%*\\]*$/, { error: "not a path: it begins with / and has no query, pattern or %-escape" })
  .refine((path) => path !== "/", { error: "opens the whole app; if that is meant, say `access: public`" })
  .refine((path) => !path.includes("//"), {
    error: "Pomerium merges // into / before it looks at the path; write a single slash",
  })
  .refine((path) => !/\/\.{1,2}(?:\/|$)/.test(path), { error: "leads out of itself by a . or .. segment" });

/** Schema of a path that must stay closed, which may be the whole app. */
const closedPath = z.union([z.literal("/"), apiPath]);

/** Schema of an entry under `catalogue:` of a stack file. It replaces the project's own entry of the same name. */
export const catalogueEntrySchema = z.strictObject({
  title: z.string().min(1).optional().describe("What the app is."),
  streaming: z
    .boolean()
    .optional()
    .describe("It sends sound or pictures for as long as somebody listens or watches. Default: false."),
  uploads: z
    .boolean()
    .optional()
    .describe("It receives files that may be larger than 100 MB in one request. Default: false."),
  api: z
    .array(
      z.strictObject({
        path: apiPath.describe("Path: `/api` opens /api and everything below /api/."),
        exact: z.boolean().optional().describe("The path alone, nothing below it. Default: false."),
        reason: z.string().min(1).optional().describe("Why the app's own clients need it."),
        source: z.string().min(1).optional().describe("Where that is documented."),
      }),
    )
    .default([])
    .describe("Paths for which the app checks credentials itself. Default: none."),
  neverOpen: z
    .array(
      z.strictObject({
        path: closedPath.describe("Path, with everything below it. `/` stands for the whole app."),
        exact: z.boolean().optional().describe("The path alone, nothing below it. Default: false."),
        reason: z.string().min(1).describe("Why nobody may call it without signing in."),
        source: z.string().min(1).optional().describe("Where that is documented."),
      }),
    )
    .optional()
    .describe("Paths that no access of the app may open. Default: none."),
  clients: z
    .array(
      z.strictObject({
        name: z.string().min(1).describe("What people call it: `the mobile app`."),
        through: z.array(apiPath).describe("Paths that it calls; empty if none can be opened."),
        instead: z.string().min(1).optional().describe("What to do where no path can be opened."),
        source: z.string().min(1).optional().describe("Where that is documented."),
      }),
    )
    .optional()
    .describe("Programs that cannot sign in to Pomerium. Default: none."),
  route: routeSchema.default({}).describe("What the app asks of the route. Default: nothing."),
}) satisfies z.ZodType<CatalogueEntry>;

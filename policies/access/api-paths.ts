import { z } from "zod";
import { expectations, text, unknownKeys } from "../../stack-file/fields.ts";
import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { type Catalogue, entryOf, catalogue as known } from "../catalogue/catalogue.ts";
import { apiPath, unknownEntry } from "../catalogue/config.ts";
import { isOwnPath } from "./own-paths.ts";
import type { ApiPath } from "./routes.ts";

/**
 * Why a path has no methods. Pomerium's criterion `http_method` compares every text of a request, like `http_path`, so a
 * caller meets it by the query. The opposite, a list of methods that do not pass, lets in every method that is not on it.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.1/pkg/policy/criteria/http_method.go
 */
export function unknownPathKey(key: string): string | undefined {
  return /^methods?$/.test(key)
    ? "Pomerium cannot open a path for some methods only: its http_method criterion also compares the query, so POST /path?GET would pass as GET; open the path for all methods if the app checks them, or leave it closed"
    : undefined;
}

export const api = z
  .union([
    text(
      (value) => value !== "" && !value.startsWith("/"),
      (value) => (value === "" ? "is empty" : `is a path: write a list, [${value}]`),
      { pattern: /^[^/]/, examples: withApi(known) },
    ),
    z
      .array(
        z
          .union([
            apiPath,
            z
              .strictObject({
                path: apiPath.describe("Path: `/api` opens /api and everything below /api/."),
                exact: z.boolean().optional().describe("The path alone, nothing below it. Default: false."),
              })
              .register(unknownKeys, { explain: unknownPathKey }),
          ])
          .register(expectations, { expected: "a path such as /api, or a map of path and exact" }),
      )
      .min(1, { error: "is empty: name at least one path" }),
  ])
  .register(expectations, { expected: "the name of a catalogue entry, or a list of paths" })
  .describe(
    "Paths that anybody may call without signing in: the name of a catalogue entry, or a list of paths. The app checks its own credentials there.",
  );

export type ApiInput = z.output<typeof api>;

/** Reads the paths of an app that anybody may call. */
export function apiPaths(
  api: ApiInput,
  at: readonly PathPart[],
  catalogue: Catalogue,
  report: Report,
): readonly ApiPath[] {
  if (typeof api === "string") {
    const entry = entryOf(catalogue, api);
    if (entry === undefined) report.problem(at, unknownEntry(api, withApi(catalogue)));
    else if (entry.api.length === 0)
      report.problem(at, `the catalogue names no API paths for ${api}; leave the key out, or list the paths`);
    warnOfOwnPaths(entry?.api ?? [], () => at, report);
    return entry?.api ?? [];
  }
  const paths = api.map(
    (path): ApiPath =>
      typeof path === "string"
        ? { path }
        : { path: path.path, ...(path.exact === undefined ? {} : { exact: path.exact }) },
  );
  for (const [i, { path, exact }] of paths.entries()) {
    if (paths.findIndex((other) => other.path === path && other.exact === exact) !== i)
      report.problem([...at, i], `${path} is named twice`);
  }
  warnOfOwnPaths(paths, (i) => [...at, i], report);
  return paths;
}

/** Names of the catalogue entries that have API paths. */
function withApi(catalogue: Catalogue): string[] {
  return Object.keys(catalogue).filter((name) => catalogue[name]!.api.length > 0);
}

/** Opening a path that never reaches the app has no effect. */
function warnOfOwnPaths(
  paths: readonly ApiPath[],
  at: (index: number) => readonly PathPart[],
  report: Report,
): void {
  for (const [i, { path }] of paths.entries())
    if (isOwnPath(path))
      report.warning(
        at(i),
        `has no effect: Pomerium answers ${path} itself on every host, so it never reaches the app`,
      );
}

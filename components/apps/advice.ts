import type { AccessInput } from "../../policies/access/config.ts";
import { publicTo } from "../../policies/access/matrix/matrix.ts";
import type { Access } from "../../policies/access/routes.ts";
import { adviseAccess, exposure, refusal, shutOut } from "../../policies/catalogue/advice.ts";
import type { CatalogueEntry } from "../../policies/catalogue/entry.ts";
import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";

/**
 * Reports what the catalogue has against an app's access: refuses paths that must stay closed, and warns of programs
 * that would be shut out.
 *
 * @param profile Name of the catalogue entry.
 * @param input The access as the stack file has it.
 * @param at Key path of the access.
 * @param version Pomerium's release tag.
 */
export function reportAdvice(
  profile: string,
  entry: CatalogueEntry,
  access: Access,
  input: AccessInput,
  at: readonly PathPart[],
  version: string | undefined,
  report: Report,
): void {
  const isPublic = access.kind === "public" || (access.kind === "policy" && publicTo(access.policy, version));
  const advice = adviseAccess(entry, access, isPublic);
  const api = access.kind === "people" || access.kind === "apiOnly" ? access.api : [];
  for (const { index, never } of advice.refused)
    report.problem(
      pathAt(input, index, at),
      `${refusal(api[index]!.path, never)}. Name narrower paths, or write \`profile: none\` if the app is not ${entry.title ?? profile}`,
    );
  for (const never of advice.exposed) report.warning(at, exposure(never));
  for (const client of advice.shutOut) report.warning(at, shutOut(client, profile, entry));
}

/** Key path of an open path. The name of a catalogue entry stands for all of its paths. */
function pathAt(input: AccessInput, index: number, at: readonly PathPart[]): PathPart[] {
  if (typeof input === "string") return [...at];
  const [key, list] =
    "apiOnly" in input ? ["apiOnly", input.apiOnly] : "api" in input ? ["api", input.api] : [];
  if (key === undefined) return [...at];
  return Array.isArray(list) ? [...at, key, index] : [...at, key];
}

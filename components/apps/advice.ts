import type { AccessInput } from "../../policies/access/config.ts";
import { type PublicContext, withAuthority } from "../../policies/access/consent.ts";
import { isOpenAt } from "../../policies/access/matrix/opens.ts";
import { type Access, type ApiPath, type AppPath, openPathsOf } from "../../policies/access/routes.ts";
import type { CertificateSettings } from "../../policies/annotations/annotations.ts";
import { advise, exposure, refusal, shutOut } from "../../policies/catalogue/advice.ts";
import type { CatalogueEntry } from "../../policies/catalogue/entry.ts";
import type { PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";

/** The part of an app that the advice depends on. */
export interface AdvisedApp {
  /** Key path of the app. */
  at: readonly PathPart[];
  access: Access;
  /** The access as the stack file has it. */
  input: AccessInput;
  /** Paths that have their own Service, access or route. */
  paths: readonly (Pick<AppPath, "path" | "exact" | "access" | "route"> & { service: object })[];
  /** The Service of every path that names no other. */
  service: object;
  route: CertificateSettings;
  context: PublicContext;
}

/** An open path and the key path that opens it. */
interface OpenPath extends ApiPath {
  at: readonly PathPart[];
  /** Whether the app's own Service answers. The catalogue's facts may not be true of another Service. */
  isOwn: boolean;
}

/**
 * Compares an app's access with the catalogue. Refuses paths that must stay closed, and warns of programs that would be
 * shut out.
 *
 * @param profile Name of the catalogue entry.
 */
export function reportAdvice(profile: string, entry: CatalogueEntry, app: AdvisedApp, report: Report): void {
  const { access, route, context } = app;
  const at = [...app.at, "access"];
  const open = openPaths(app);
  const advice = advise(entry, {
    open,
    closed: app.paths.filter(
      (path) => path.access !== undefined && !isPublic(path.access, path.route, context),
    ),
    isPublic: isPublic(access, route, context),
    asksToSignIn: access.kind === "people",
  });
  for (const { index, never } of advice.refused) {
    const path = open[index]!;
    const said = refusal(path.path, never);
    if (path.isOwn)
      report.problem(
        path.at,
        `${said}. ${fixOf(never.path)}, or write \`profile: none\` if the app is not ${entry.title ?? profile}`,
      );
    else report.warning(path.at, said);
  }
  for (const never of advice.exposed) report.warning(at, exposure(never));
  for (const client of advice.shutOut) report.warning(at, shutOut(client, profile, entry, app.input));
}

function fixOf(closed: string): string {
  return closed === "/"
    ? "Let people sign in"
    : `Name narrower paths, close it with \`paths: { ${closed}: { access: admins } }\``;
}

/** Whether callers who have not signed in reach at least a part. */
function isPublic(access: Access, route: CertificateSettings | undefined, context: PublicContext): boolean {
  if (access.kind === "policy") return isOpenAt(access.policy, withAuthority(context, route ?? {}));
  return access.kind === "public";
}

function openPaths({ at, access, input, paths, service, context }: AdvisedApp): OpenPath[] {
  return [
    ...openPathsOf(access).map((path, index) => ({
      ...path,
      at: [...at, "access", ...keyOf(input, index)],
      isOwn: true,
    })),
    ...paths
      .filter((path) => path.access !== undefined && isPublic(path.access, path.route, context))
      .map(({ path, exact, service: own }) => ({
        ...{ path, ...(exact ? { exact } : {}) },
        at: [...at, "paths", path, "access"],
        isOwn: own === service,
      })),
  ];
}

/** Key of an open path, below the access. The name of a catalogue entry stands for all of its paths. */
function keyOf(input: AccessInput, index: number): PathPart[] {
  if (typeof input === "string") return [];
  const [key, list] =
    "apiOnly" in input ? ["apiOnly", input.apiOnly] : "api" in input ? ["api", input.api] : [];
  if (key === undefined) return [];
  return Array.isArray(list) ? [key, index] : [key];
}

import type { Catalogue, Context } from "../../stack/context.ts";
import { didYouMean } from "../../stack-file/nearest.ts";
import { keyPath, type PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { type Directory, grants } from "./people.ts";
import { rawPolicy } from "./raw-policy.ts";
import { checkAddresses } from "./resolve-people.ts";
import type { Access, ApiPath } from "./routes.ts";
import type { AccessInput, ApiInput } from "./schema.ts";

const nobody: Directory = { admins: [], groups: {} };

/** Who may reach an app; undefined when what the stack file says makes no access at all. */
export function resolveAccess(
  input: AccessInput,
  at: readonly PathPart[],
  host: string | undefined,
  context: Context,
  report: Report,
): Access | undefined {
  const directory = context.directory ?? nobody;
  if (input === "admins")
    return { kind: "people", people: grants(directory, {}, keyPath(at)), api: [], from: [] };
  if (input === "public" || "public" in input) {
    checkConsent(input === "public" ? undefined : input.public.consent, at, host, context, report);
    return { kind: "public" };
  }
  if ("policy" in input) return rawPolicy(input.policy, [...at, "policy"], report);
  if (input.from !== undefined)
    report.warning(
      [...at, "from"],
      "holds only where Pomerium sees callers' own addresses: not through a tunnel, and through a load balancer only with externalTrafficPolicy Local",
    );
  const from = input.from ?? [];
  if ("apiOnly" in input)
    return {
      kind: "apiOnly",
      api: apiPaths(input.apiOnly, [...at, "apiOnly"], context.catalogue, report),
      from,
    };

  const { users, groups, api } = input;
  if (users === undefined && groups === undefined && api === undefined && input.from === undefined)
    report.problem(at, "names nobody: write `access: admins` for the admins alone, or name users or groups");
  checkAddresses(users ?? [], [...at, "users"], report);
  checkGroups(groups ?? [], [...at, "groups"], context.directory, report);
  return {
    kind: "people",
    people: grants(directory, { ...(users && { users }), ...(groups && { groups }) }, keyPath(at)),
    api: api === undefined ? [] : apiPaths(api, [...at, "api"], context.catalogue, report),
    from,
  };
}

/** Where a router leads to Pomerium, anybody with the right Host reaches a public app past the tunnel. */
function checkConsent(
  consent: string | undefined,
  at: readonly PathPart[],
  host: string | undefined,
  { exposure }: Context,
  report: Report,
): void {
  if (consent !== undefined && host !== undefined && consent !== host)
    report.problem([...at, "public", "consent"], `consents to ${consent}, but the app's host is ${host}`);
  else if (consent === undefined && exposure === "direct")
    report.problem(
      at,
      `public, and the cluster's 443 is exposed directly: anybody reaches ${host ?? "it"} past the tunnel and whatever guards that; write \`access: admins\`, or consent with { public: { consent: ${host ?? "<host>"} } }`,
    );
  else report.warning(at, `public: everybody on the internet reaches ${host ?? "it"} without signing in`);
}

function checkGroups(
  groups: readonly string[],
  at: readonly PathPart[],
  directory: Directory | undefined,
  report: Report,
): void {
  for (const [i, group] of groups.entries())
    if (directory !== undefined && !Object.hasOwn(directory.groups, group)) {
      const meant = group.includes("@")
        ? "; a person stands under `users`"
        : didYouMean(group, Object.keys(directory.groups));
      report.problem([...at, i], `unknown group "${group}"${meant}`);
    } else if (groups.indexOf(group) !== i) report.problem([...at, i], `group ${group} is named twice`);
}

function apiPaths(
  api: ApiInput,
  at: readonly PathPart[],
  catalogue: Catalogue,
  report: Report,
): readonly ApiPath[] {
  if (typeof api === "string") {
    const entry = Object.hasOwn(catalogue, api) ? catalogue[api] : undefined;
    if (entry === undefined)
      report.problem(at, `the catalogue does not know "${api}"${didYouMean(api, Object.keys(catalogue))}`);
    else if (entry.api.length === 0)
      report.problem(at, `the catalogue names no API paths for ${api}; leave the key out, or list the paths`);
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
  return paths;
}

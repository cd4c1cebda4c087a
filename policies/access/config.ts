import { z } from "zod";
import { expectations, hostName, network, someText, text, unknownKeys } from "../../stack-file/fields.ts";
import { didYouMean } from "../../stack-file/nearest.ts";
import { keyPath, type PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import { type Catalogue, entryOf } from "../catalogue/catalogue.ts";
import { apiPath, unknownEntry } from "../catalogue/config.ts";
import { invisible } from "../language/criteria.ts";
import { parsePolicy } from "../language/parse.ts";
import { publicTo } from "./matrix/matrix.ts";
import { isOwnPath } from "./own-paths.ts";
import { type Directory, grants, type Named } from "./people.ts";
import { checkPrincipals, warnOfCapitals } from "./people-config.ts";
import { domainProblem } from "./principals.ts";
import type { Access, ApiPath, RawPolicy } from "./routes.ts";

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

const api = z
  .union([
    text(
      (value) => value !== "" && !value.startsWith("/"),
      (value) => (value === "" ? "is empty" : `is a path: write a list, [${value}]`),
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
    "Paths that anybody may call without signing in, because the app checks its own credentials there: the name of a catalogue entry, or a list of paths.",
  );

const from = z
  .array(network)
  .min(1, { error: "is empty: name at least one network, or leave the key out" })
  .optional()
  .describe("Networks outside which nobody passes, API paths included. Default: from anywhere.");

const someNames = (meaning: string) =>
  z.array(someText).min(1, { error: "is empty: leave the key out" }).optional().describe(meaning);

const claimName = text(
  (value) => /^[^=\s]+$/.test(value) && !invisible.test(value),
  'is not the name of a claim: no space and no "="',
);

const claims = z
  .record(
    claimName,
    z
      .array(z.union([someText, z.number(), z.boolean()]))
      .min(1, { error: "is empty: name at least one value, or leave the claim out" }),
  )
  .register(expectations, { expected: "a map of claims and lists of values, such as {groups: [family]}" })
  .optional()
  .describe(
    "Everybody of whom the identity provider says one of these values, such as `{groups: [family]}`; a nested claim is written with dots, `realm_access.roles`.",
  );

const consentTo = (what: string) =>
  hostName.describe(`The app's host, repeated: ${what} everybody on the internet reaches it.`);

/** Who may reach an app. Exactly one kind, so that public and a policy can never meet. */
export const accessSchema = z
  .union([
    z.literal("public").describe("Everybody, signed in or not; refused where 443 is exposed directly."),
    z.literal("admins").describe("The admins alone."),
    z
      .strictObject({
        users: someNames("People by e-mail address, in addition to the admins."),
        groups: someNames("Groups of `users.groups`, in addition to the admins."),
        claims,
        domains: someNames("Everybody with an address in one of these domains, such as `example.org`."),
        signedIn: z
          .literal(true)
          .optional()
          .describe("Everybody who can sign in at the identity provider. Default: nobody else."),
        api: api.optional(),
        from,
      })
      .describe("People, in addition to the admins, who may always pass; API paths open to anybody."),
    z.strictObject({ apiOnly: api, from }).describe("No people at all: only the API paths."),
    z
      .strictObject({
        public: z
          .strictObject({
            consent: consentTo("with `public`,"),
          })
          .describe("Everybody, signed in or not, with consent."),
      })
      .describe("Everybody, signed in or not, on a cluster whose 443 is exposed directly."),
    z
      .strictObject({
        policy: someText.describe("Policy in Pomerium's own language, as YAML text."),
        consent: consentTo("with a policy that lets in anonymous callers,").optional(),
      })
      .describe("A hand-written policy, for the rare case."),
  ])
  .register(expectations, {
    expected:
      "`admins`, `public`, or a map: users, groups, claims, domains, signedIn, api and from; apiOnly and from; public; or policy and consent",
  })
  .describe("Who may reach the app.");

export type AccessInput = z.output<typeof accessSchema>;
export type ApiInput = z.output<typeof api>;

/**
 * The values of the stack that an app's access depends on. A value with a mistake is undefined, and checks that need
 * it are skipped. So each mistake is reported once.
 */
export interface AccessContext {
  directory?: Directory | undefined;
  /** Whether a router leads to Pomerium directly, or only a tunnel does. */
  exposure?: "direct" | "tunnelOnly" | undefined;
  /** Pomerium's release tag. */
  version?: string | undefined;
  /** What the identity provider says about people, as far as this project knows. */
  identityProvider?: ProviderLimits | undefined;
  catalogue: Catalogue;
}

/** Facts about an identity provider that decide what `signedIn` and `claims` mean. */
export interface ProviderLimits {
  /** Name for the reader: `google`. */
  name: string;
  /** Who can sign in, if that is not an organisation's own people. */
  anybody?: string;
  /** Why the provider sends no claim of this name; undefined if it may. */
  missingClaim(claim: string): string | undefined;
}

const noDirectory: Directory = { admins: [], groups: {} };

/** Reads who may reach an app; undefined if the stack file does not say so in a valid way. */
export function resolveAccess(
  input: AccessInput,
  at: readonly PathPart[],
  host: string | undefined,
  context: AccessContext,
  report: Report,
): Access | undefined {
  const directory = context.directory ?? noDirectory;
  if (input === "admins")
    return { kind: "people", people: grants(directory, {}, keyPath(at)), api: [], from: [] };
  if (input === "public" || "public" in input) {
    checkConsent(input === "public" ? undefined : input.public.consent, at, host, context, report);
    return { kind: "public" };
  }
  if ("policy" in input) {
    const policy = rawPolicy(input.policy, [...at, "policy"], report);
    if (policy) checkPublicPolicy(policy, input.consent, at, host, context, report);
    return policy;
  }
  const from = input.from ?? [];
  if ("apiOnly" in input)
    return {
      kind: "apiOnly",
      api: apiPaths(input.apiOnly, [...at, "apiOnly"], context.catalogue, report),
      from,
    };

  const { api, from: _, ...named } = input;
  if (Object.keys(input).length === 0)
    report.problem(
      at,
      "names nobody: write `access: admins` for the admins alone, or name users, groups, claims or domains",
    );
  checkNamed(named, at, context, report);
  return {
    kind: "people",
    people: grants(directory, named as Named, keyPath(at)),
    api: api === undefined ? [] : apiPaths(api, [...at, "api"], context.catalogue, report),
    from,
  };
}

/** The principals of an access, as the stack file has them. */
type NamedInput = Omit<Extract<AccessInput, { users?: unknown }>, "api" | "from">;

function checkNamed(
  { users = [], groups = [], claims = {}, domains = [], signedIn }: NamedInput,
  at: readonly PathPart[],
  { directory, identityProvider: provider }: AccessContext,
  report: Report,
): void {
  checkPrincipals(users, [...at, "users"], report);
  checkGroups(groups, [...at, "groups"], directory, report);
  for (const claim of Object.keys(claims)) {
    const missing = provider?.missingClaim(claim);
    if (missing !== undefined)
      report.warning([...at, "claims", claim], `nobody passes by this claim: ${missing}`);
  }
  for (const [i, domain] of domains.entries()) {
    const problem = domain.startsWith("@") ? `write ${domain.slice(1)}, without "@"` : domainProblem(domain);
    if (problem !== undefined) report.problem([...at, "domains", i], problem);
    else if (domain !== domain.toLowerCase()) warnOfCapitals(domain, [...at, "domains", i], report);
    if (domains.indexOf(domain) !== i) report.problem([...at, "domains", i], `${domain} is named twice`);
  }
  if (signedIn && provider?.anybody !== undefined)
    report.warning(
      [...at, "signedIn"],
      `${provider.anybody} passes, unless the OAuth client at ${provider.name} is limited to your own people; name groups, claims or domains to be sure`,
    );
}

/** A hand-written policy that lets in anonymous callers everywhere needs the consent that \`public\` needs. */
function checkPublicPolicy(
  { policy }: RawPolicy,
  consent: string | undefined,
  at: readonly PathPart[],
  host: string | undefined,
  context: AccessContext,
  report: Report,
): void {
  const isPublic = publicTo(policy, context.version);
  if (isPublic)
    checkConsent(
      consent,
      [...at, "policy"],
      host,
      context,
      report,
      `{ policy: …, consent: ${host ?? "<host>"} }`,
    );
  else if (consent !== undefined)
    report.problem(
      [...at, "consent"],
      "consents to a public app, but the policy is not public; leave it out",
    );
}

/** A public app needs consent where a router leads to Pomerium: any caller then reaches it past the tunnel. */
function checkConsent(
  consent: string | undefined,
  at: readonly PathPart[],
  host: string | undefined,
  { exposure }: AccessContext,
  report: Report,
  form = `{ public: { consent: ${host ?? "<host>"} } }`,
): void {
  if (consent !== undefined && host !== undefined && consent !== host)
    report.problem(
      at.at(-1) === "policy" ? [...at.slice(0, -1), "consent"] : [...at, "public", "consent"],
      `consents to ${consent}, but the app's host is ${host}`,
    );
  else if (consent === undefined && exposure === "direct")
    report.problem(
      at,
      `public, and the cluster's 443 is exposed directly: anybody reaches ${host ?? "it"} past the tunnel and whatever guards that; write \`access: admins\`, or consent with ${form}`,
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

/** Opening a path that never reaches the app does nothing. */
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

/** Reads a hand-written policy. Each mistake has its line and column in the text. */
function rawPolicy(text: string, at: readonly PathPart[], report: Report): RawPolicy | undefined {
  const parsed = parsePolicy(text);
  for (const { line, column, message, hint } of parsed.problems ?? [])
    report.problem(at, `line ${line}, column ${column}: ${message}${hint === undefined ? "" : `; ${hint}`}`);
  for (const { line, column, message, hint } of parsed.warnings ?? [])
    report.warning(at, `line ${line}, column ${column}: ${message}${hint === undefined ? "" : `; ${hint}`}`);
  return parsed.policy === undefined ? undefined : { kind: "policy", policy: parsed.policy };
}

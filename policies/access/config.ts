import { z } from "zod";
import { expectations, network, someText, text } from "../../stack-file/fields.ts";
import { didYouMeanOrKnown } from "../../stack-file/nearest.ts";
import { keyPath, type PathPart } from "../../stack-file/paths.ts";
import type { Report } from "../../stack-file/problems.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { invisible } from "../language/criteria.ts";
import { api, apiPaths } from "./api-paths.ts";
import { checkConsent, consentTo, type PublicContext, type Where } from "./consent.ts";
import { type Directory, grants, type Named } from "./people.ts";
import { checkPrincipals, warnOfCapitals, warnOfClaim } from "./people-config.ts";
import { domainProblem, type ProviderLimits } from "./principals.ts";
import { rawPolicy } from "./raw-policy.ts";
import type { Access } from "./routes.ts";

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

/** Who may reach an app. Exactly one kind, so that public and a policy can never meet. */
export const accessSchema = z
  .union([
    z.literal("public").describe("Everybody, signed in or not; refused where 443 is exposed directly."),
    z.literal("admins").describe("The admins alone."),
    z
      .strictObject({
        users: someNames("People by e-mail address, in addition to the admins."),
        groups: someNames("Groups of `users.groups`, in addition to the admins.").meta({
          examples: [["family"]],
        }),
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
  .describe("Who may reach the app.")
  .meta({
    examples: [
      "admins",
      { groups: ["family"] },
      { groups: ["family"], api: ["/api"] },
      { users: ["alice@example.org"] },
      { signedIn: true },
      { apiOnly: ["/hook"] },
      { public: { consent: "komga.example.org" } },
    ],
  });

export type AccessInput = z.output<typeof accessSchema>;

/**
 * The values of the stack that an app's access depends on. A value with a mistake is undefined, and checks that need
 * it are skipped. So each mistake is reported once.
 */
export interface AccessContext extends PublicContext {
  directory?: Directory | undefined;
  /** What the identity provider says about people, as far as this project knows. */
  identityProvider?: ProviderLimits | undefined;
  catalogue: Catalogue;
}

const noDirectory: Directory = { admins: [], groups: {} };

/** Reads who may reach an app; undefined if the stack file does not say so in a valid way. */
export function resolveAccess(
  input: AccessInput,
  at: readonly PathPart[],
  where: Where,
  context: AccessContext,
  report: Report,
): Access | undefined {
  const directory = context.directory ?? noDirectory;
  if (input === "admins")
    return { kind: "people", people: grants(directory, {}, keyPath(at)), api: [], from: [] };
  if (input === "public" || "public" in input) {
    checkConsent(input === "public" ? undefined : input.public.consent, at, where, context, report);
    return { kind: "public" };
  }
  if ("policy" in input) return rawPolicy(input, at, where, context, report);
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
  checkPrincipals(users, [...at, "users"], report, provider);
  checkGroups(groups, [...at, "groups"], directory, report);
  for (const claim of Object.keys(claims)) warnOfClaim(claim, [...at, "claims", claim], report, provider);
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

function checkGroups(
  groups: readonly string[],
  at: readonly PathPart[],
  directory: Directory | undefined,
  report: Report,
): void {
  for (const [i, group] of groups.entries())
    if (directory !== undefined && !Object.hasOwn(directory.groups, group)) {
      report.unknown([...at, i], `unknown group "${group}"`, group, () =>
        group.includes("@")
          ? "; a person stands under `users`"
          : didYouMeanOrKnown(group, Object.keys(directory.groups)),
      );
    } else if (groups.indexOf(group) !== i) report.problem([...at, i], `group ${group} is named twice`);
}

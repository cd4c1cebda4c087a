import { atLeast, firstWith } from "../../policies/language/releases.ts";
import { isHost, uuid } from "../../stack-file/values.ts";

interface ProviderFacts {
  /** Why Pomerium needs the issuer's URL; absent if the provider has one address for everybody. */
  needsUrl?: string;
  /** Why a URL is not the issuer of one's own; undefined if it is. */
  wrongUrl?: (url: URL) => string | undefined;
}

/** With Entra's shared addresses, Pomerium does not check the issuer. */
const anyTenant =
  "without it, an account of any tenant passes if its tenant gave it the e-mail address of somebody here; write https://login.microsoftonline.com/<tenant id>/v2.0";

/** A tenant is written as its id, or as a domain of it. `common`, `organizations` and `consumers` are no tenants. */
function sharedTenant({ pathname }: URL): string | undefined {
  const tenant = (pathname.split("/")[1] ?? "").toLowerCase();
  const isDomain = isHost(tenant) && /\.[^.]*[a-z][^.]*$/.test(tenant);
  return uuid.test(tenant) || isDomain
    ? undefined
    : `names no tenant: ${anyTenant.replace("without it", "with it")}`;
}

/**
 * Every identity provider that Pomerium has a client for; the table of releases says since when. `oidc` is any other one
 * that speaks OpenID Connect.
 */
const providers = {
  apple: {},
  auth0: { needsUrl: "each tenant has its own issuer" },
  azure: { needsUrl: anyTenant, wrongUrl: sharedTenant },
  cognito: { needsUrl: "each user pool has its own issuer" },
  github: {},
  gitlab: {},
  google: {},
  oidc: { needsUrl: "it is any provider" },
  okta: { needsUrl: "each organisation has its own issuer" },
  onelogin: {},
  ping: { needsUrl: "each environment has its own issuer" },
} satisfies Record<string, ProviderFacts>;

export type IdentityProvider = keyof typeof providers;

export const identityProviders = Object.keys(providers) as IdentityProvider[];

/** The providers that need the issuer's URL. */
export const providersWithUrl = identityProviders.filter(
  (provider) => (providers[provider] as ProviderFacts).needsUrl !== undefined,
);

/** Finds out why Pomerium would refuse an identity provider, by key of `pomerium.identityProvider`. */
export function providerProblems(
  version: string,
  { provider, url }: { provider: IdentityProvider; url?: string | undefined },
): { key: "provider" | "url"; message: string }[] {
  const { needsUrl, wrongUrl }: ProviderFacts = providers[provider];
  const wrong = url === undefined ? undefined : wrongUrl?.(new URL(url));
  const since = firstWith("identityProviders", provider);
  return [
    ...(since !== undefined && !atLeast(version, since)
      ? [
          {
            key: "provider" as const,
            message: `${provider} needs Pomerium ${since} or later; the stack runs ${version}`,
          },
        ]
      : []),
    ...(needsUrl !== undefined && url === undefined
      ? [
          {
            key: "url" as const,
            message: `missing: provider ${provider} needs its issuer's URL, because ${needsUrl}`,
          },
        ]
      : []),
    ...(wrong === undefined ? [] : [{ key: "url" as const, message: wrong }]),
  ];
}

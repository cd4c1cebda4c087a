import { atLeast, firstWith } from "../../policies/language/releases.ts";

interface ProviderFacts {
  /** Why Pomerium needs the issuer's URL; absent if the provider has one address for everybody. */
  needsUrl?: string;
}

/**
 * Every identity provider that Pomerium has a client for; the table of releases says since when. `oidc` is any other one
 * that speaks OpenID Connect.
 */
const providers = {
  apple: {},
  auth0: { needsUrl: "each tenant has its own issuer" },
  azure: {},
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
  const { needsUrl }: ProviderFacts = providers[provider];
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
  ];
}

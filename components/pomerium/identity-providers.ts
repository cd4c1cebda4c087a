import { atLeast, firstWith } from "../../policies/language/releases.ts";
import { isHost, uuid } from "../../stack-file/values.ts";

interface ProviderFacts {
  /** The client that Pomerium has for it. Default: the one of the same name. */
  client?: PomeriumClient;
  /** Why Pomerium needs the issuer's URL, and its form; absent if the provider has one address for everybody. */
  needsUrl?: string;
  /** Why a URL is not the issuer of a single organisation; undefined if it is. */
  wrongUrl?: (url: URL) => string | undefined;
  /** Who can sign in if the URL is left out. Absent: only those whom its owner has admitted. */
  anybody?: string;
  /** The complete list of claims, if none of them says to which group somebody belongs. */
  claims?: readonly string[];
  /** Scope without which the provider sends no claim `groups`. */
  groupsScope?: string;
}

/** Names that `spec.identityProvider.provider` takes, except `hosted`. */
type PomeriumClient =
  | "apple"
  | "auth0"
  | "azure"
  | "cognito"
  | "github"
  | "gitlab"
  | "google"
  | "oidc"
  | "okta"
  | "onelogin"
  | "ping";

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

const entra: ProviderFacts = { client: "azure", needsUrl: anyTenant, wrongUrl: sharedTenant };

/** A provider that people run themselves, and that speaks OpenID Connect. */
function selfHosted(issuer: string, path?: RegExp, more: Partial<ProviderFacts> = {}): ProviderFacts {
  return {
    client: "oidc",
    needsUrl: `everybody runs it at another address; write ${issuer}`,
    ...(path && {
      wrongUrl: ({ pathname }) =>
        path.test(pathname) ? undefined : `does not have the form of its issuer: write ${issuer}`,
    }),
    ...more,
  };
}

const groupsScope = "groups";

/**
 * Every identity provider that Pomerium has a client for; the table of releases says since when. `oidc` is any other one
 * that speaks OpenID Connect. Self-hosted ones that have their own name are `oidc` too; their entry knows the form of
 * the issuer. The issuer must be spelled exactly as the provider's own metadata spells it, its slash at the end included.
 *
 * @see https://www.pomerium.com/docs/integrations/user-identity/identity-providers
 */
const providers = {
  apple: {
    anybody: "anybody with an Apple account",
    claims: ["email", "email_verified", "is_private_email", "sub"],
  },
  auth0: { needsUrl: "each tenant has its own issuer; write https://<tenant>.auth0.com/" },
  azure: { ...entra, client: "azure" },
  cognito: {
    needsUrl:
      "each user pool has its own issuer; write https://cognito-idp.<region>.amazonaws.com/<user pool id>",
  },
  github: {
    anybody: "anybody with a GitHub account",
    claims: ["email", "email_verified", "name", "picture", "sub", "user"],
  },
  gitlab: { anybody: "anybody with an account at gitlab.com" },
  google: {
    anybody: "anybody with a Google account",
    claims: ["email", "email_verified", "family_name", "given_name", "hd", "name", "picture", "sub"],
  },
  oidc: {
    needsUrl: "it is any provider; write the issuer, below which /.well-known/openid-configuration answers",
  },
  okta: { needsUrl: "each organisation has its own issuer; write https://<organisation>.okta.com" },
  onelogin: {},
  ping: {
    needsUrl: "each environment has its own issuer; write https://auth.pingone.com/<environment id>/as",
  },
  authelia: selfHosted("https://<host>, the root of Authelia's own host", undefined, { groupsScope }),
  authentik: selfHosted(
    "https://<host>/application/o/<slug of the application>/, with the slash at its end",
    /^\/application\/o\/[^/]+\/$/,
  ),
  dex: selfHosted("https://<host>/dex, the `issuer` of Dex's own configuration", undefined, { groupsScope }),
  entra,
  kanidm: selfHosted("https://<host>/oauth2/openid/<client id>", /^\/oauth2\/openid\/[^/]+\/?$/, {
    groupsScope,
  }),
  keycloak: selfHosted("https://<host>/realms/<realm>", /^(?:\/auth)?\/realms\/[^/]+$/),
  "pocket-id": selfHosted("https://<host>, the root of Pocket ID's own host", undefined, { groupsScope }),
  zitadel: selfHosted("https://<host>, the root of the instance's own host"),
} satisfies Record<string, ProviderFacts>;

export type IdentityProvider = keyof typeof providers;

export const identityProviders = Object.keys(providers) as IdentityProvider[];

const factsOf = (provider: IdentityProvider): ProviderFacts => providers[provider];

/** The providers that need the issuer's URL. */
export const providersWithUrl = identityProviders.filter((each) => factsOf(each).needsUrl !== undefined);

/** The provider's name in Pomerium's settings. */
export function clientOf(provider: IdentityProvider): PomeriumClient {
  return factsOf(provider).client ?? (provider as PomeriumClient);
}

/** The part of `pomerium.identityProvider` that the facts are about. */
interface Given {
  provider: IdentityProvider;
  url?: string | undefined;
  scopes?: readonly string[] | undefined;
}

/** Explains a provider that this project does not accept; undefined for a name that is only mistyped. */
export function refusedProvider(name: string): string | undefined {
  return name === "hosted"
    ? "hosted is Pomerium's own sign-in service, which has no client of yours and no sign-in pages on your domain; use any other provider"
    : undefined;
}

/** Finds out why Pomerium would refuse an identity provider, by key of `pomerium.identityProvider`. */
export function providerProblems(
  version: string,
  { provider, url, scopes }: Given,
): { key: "provider" | "url" | "scopes"; message: string }[] {
  const { needsUrl } = factsOf(provider);
  const wrong = url === undefined ? undefined : wrongUrl(provider, new URL(url));
  const since = firstWith("identityProviders", provider);
  const signsIn = clientOf(provider) === "github" || scopes === undefined || scopes.includes("openid");
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
    ...(signsIn
      ? []
      : [
          {
            key: "scopes" as const,
            message: `lacks openid, without which nobody can sign in; write [openid, ${scopes.join(", ")}]`,
          },
        ]),
  ];
}

const discovery = "/.well-known/openid-configuration";

function wrongUrl(provider: IdentityProvider, url: URL): string | undefined {
  if (url.pathname.endsWith(discovery))
    return `is the address of the provider's metadata: write the issuer, without ${discovery}`;
  if (url.search !== "" || url.hash !== "") return "is not an issuer: an issuer has no ? and no #";
  return factsOf(provider).wrongUrl?.(url);
}

/** What the identity provider says about people, as far as this project knows. */
export function providerLimits({ provider, url, scopes }: Given): {
  name: string;
  anybody?: string;
  missingClaim(claim: string): string | undefined;
} {
  const { anybody, claims, groupsScope: scope } = factsOf(provider);
  return {
    name: provider,
    ...(anybody !== undefined && url === undefined ? { anybody } : {}),
    missingClaim(claim) {
      if (claims !== undefined && url === undefined && !claims.includes(claim))
        return `${provider} does not send it; its claims are ${claims.join(", ")}`;
      if (scope !== undefined && claim === "groups" && !(scopes ?? []).includes(scope))
        return `${provider} sends it only for the scope ${scope}; write pomerium.identityProvider.scopes: [openid, profile, email, offline_access, ${scope}]`;
      return undefined;
    },
  };
}

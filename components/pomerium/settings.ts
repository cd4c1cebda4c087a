/** The contents of Pomerium's settings object. */

import { atLeast, behaves, firstWith } from "../../policies/language/releases.ts";
import * as names from "./names.ts";

/** Every provider that can be configured. */
const providers = {
  apple: {},
  auth0: { needsUrl: true },
  azure: {},
  cognito: { needsUrl: true },
  github: {},
  gitlab: {},
  google: {},
  oidc: { needsUrl: true },
  okta: { needsUrl: true },
  onelogin: {},
  ping: { needsUrl: true },
} satisfies Record<string, { needsUrl?: boolean }>;

/** An identity provider that Pomerium has a client for; `oidc` is any other that speaks OpenID Connect. */
export type ProviderName = keyof typeof providers;

export interface SettingsOptions {
  /** Release tag; later releases know more settings. */
  version: string;
  /** Public address of the sign-in pages, with port where that is not 443: `https://authenticate.example.org`. */
  authenticateUrl: string;
  provider: ProviderName;
  /** Issuer of the provider, for those without a common one. */
  providerUrl?: string;
  /** OAuth scopes. Default: what Pomerium asks the provider for. */
  scopes?: string[];
  store: "pebble" | "postgres";
  /** TLS Secrets, `namespace/name`. One that does not exist yet is used once it does. */
  certificates: string[];
  /** How long a sign-in lasts, as a Go duration: `720h`. */
  session: string;
  /** Headers set on every response, instead of `defaultResponseHeaders`. */
  responseHeaders?: Record<string, string>;
}

/**
 * Response headers. Pomerium's own defaults go when any is set, so this is the whole list:
 *
 * - Strict-Transport-Security as ingress-nginx sent it. Without `preload`, which Pomerium would add: it invites
 *   browsers to refuse plain HTTP for the whole domain for good, hosts that are not behind Pomerium included.
 * - X-Frame-Options: a sign-in page must not be framed by another site. An app that is meant to be framed by another
 *   host needs a header of its own on its route.
 * - No X-XSS-Protection: browsers dropped the filter, and in old ones it could be turned against a page.
 */
export const defaultResponseHeaders: Readonly<Record<string, string>> = {
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "X-Frame-Options": "SAMEORIGIN",
};

/** The `spec` of `Pomerium/global`, as far as this program writes it. */
export interface PomeriumSpec {
  authenticate: { url: string };
  identityProvider: { provider: ProviderName; secret: string; url?: string; scopes?: string[] };
  secrets: string;
  certificates: string[];
  storage: { file: { path: string } } | { postgres: { secret: string } };
  cookie: { expire: string };
  timeouts: { read: string };
  setResponseHeaders: Record<string, string>;
  headersWithUnderscoresAction?: "drop_header";
  mergeSlashes?: boolean;
  normalizePath?: boolean;
  pathWithEscapedSlashesAction?: "unescape_and_redirect";
}

/**
 * Complete from the first write: newer CRDs take `authenticate` and `identityProvider` only together,
 * so settings can't be built up in steps.
 */
export function settings(options: SettingsOptions): PomeriumSpec {
  const { provider, providerUrl, scopes } = options;
  return {
    authenticate: { url: options.authenticateUrl },
    identityProvider: {
      provider,
      secret: qualified(names.identityProviderSecret),
      ...(providerUrl !== undefined ? { url: providerUrl } : {}),
      ...(scopes !== undefined ? { scopes } : {}),
    },
    secrets: qualified(names.bootstrapSecret),
    certificates: options.certificates,
    storage:
      options.store === "pebble"
        ? { file: { path: names.pebblePath } }
        : { postgres: { secret: qualified(names.storageSecret) } },
    cookie: { expire: options.session },
    // Within this time a whole request must have arrived, 30 s by default: too short for a large upload, so no
    // limit. `write` has none anyway, and the two are refused together unless read is the lesser one.
    timeouts: { read: "0s" },
    setResponseHeaders: { ...(options.responseHeaders ?? defaultResponseHeaders) },
    ...(behaves(options.version, "requestSettings") ? requestHygiene : {}),
  };
}

/**
 * As ingress-nginx treated requests, where Pomerium would answer 400: a header with an underscore is dropped; slashes
 * are merged and escaped ones unescaped before a policy sees the path, by a redirect, so that policy and app judge
 * the same path. (Earlier releases have no settings for this.)
 */
const requestHygiene = {
  headersWithUnderscoresAction: "drop_header",
  mergeSlashes: true,
  normalizePath: true,
  pathWithEscapedSlashesAction: "unescape_and_redirect",
} as const;

function qualified(secret: string): string {
  return `${names.namespace}/${secret}`;
}

/** Why Pomerium would refuse this provider, by property of the identity provider's arguments; empty if it won't. */
export function providerProblems(
  version: string,
  { provider, url }: { provider: ProviderName; url?: unknown },
): { property: "provider" | "url"; reason: string }[] {
  const known: { needsUrl?: boolean } | undefined = Object.hasOwn(providers, provider)
    ? providers[provider]
    : undefined;
  if (!known) {
    return [
      { property: "provider", reason: `"${provider}" is none of ${Object.keys(providers).join(", ")}` },
    ];
  }
  const problems: { property: "provider" | "url"; reason: string }[] = [];
  const since = firstWith("identityProviders", provider);
  if (since !== undefined && !atLeast(version, since)) {
    problems.push({
      property: "provider",
      reason: `${provider} needs Pomerium ${since}, this is ${version}`,
    });
  }
  if (known.needsUrl && url === undefined) {
    problems.push({ property: "url", reason: `${provider} has no common address: give the issuer's URL` });
  }
  return problems;
}

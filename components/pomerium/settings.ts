/** The contents of Pomerium's settings object. */

import { behaves } from "../../policies/language/releases.ts";
import { clientOf, type IdentityProvider } from "./identity-providers.ts";
import * as names from "./names.ts";
import type { SettingsInput } from "./settings-schema.ts";
import type { Store } from "./storage.ts";

export interface SettingsOptions {
  /** Release tag: later releases have more settings. */
  version: string;
  /** Public address of the sign-in pages, with the port if that is not 443: `https://authenticate.example.org`. */
  authenticateUrl: string;
  identityProvider: {
    provider: IdentityProvider;
    /** Issuer's URL. Default: the one address that the provider has. */
    url?: string;
    /** OAuth scopes. Default: those that Pomerium asks the provider for. */
    scopes?: readonly string[];
    /** Further parameters of the sign-in request. */
    requestParams?: Readonly<Record<string, string>>;
    /** Whether the Secret with further parameters exists. */
    hasSecretParams: boolean;
    /** Whether the Secret with the certificates of a private authority exists. */
    hasAuthority: boolean;
  };
  /** Where sessions are kept. The Secrets are `namespace/name`. */
  storage: { [K in Store]?: object } & { postgres?: { caSecret?: string; tlsSecret?: string } };
  /** TLS Secrets, `namespace/name`. Pomerium uses a Secret as soon as it exists. */
  certificates: readonly string[];
  /** How long a sign-in lasts, as a Go duration: `720h`. */
  session: string;
  /** Settings of the stack file. They win over the defaults of this program, and never meet a computed field. */
  given: SettingsInput;
}

/**
 * Response headers. Setting any header removes all of Pomerium's defaults, so this is the whole list:
 *
 * - Strict-Transport-Security as ingress-nginx sent it. Pomerium would add `preload`. That invites browsers to refuse
 *   plain HTTP for the whole domain permanently, also for hosts that are not behind Pomerium.
 * - X-Frame-Options: another site must not show the sign-in page in a frame. If another host may show an app in a
 * frame,
 *   the app's route must set this header.
 * - No X-XSS-Protection: browsers dropped the filter, and in old browsers it could be used against a page.
 */
const defaultResponseHeaders: Readonly<Record<string, string>> = {
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "X-Frame-Options": "SAMEORIGIN",
};

/** The headers that Pomerium adds to every response. */
export function responseHeaders(
  given: Pick<SettingsInput, "setResponseHeaders">,
): Readonly<Record<string, string>> {
  return given.setResponseHeaders ?? defaultResponseHeaders;
}

/** The `spec` of `Pomerium/global`. */
export type PomeriumSpec = Omit<SettingsInput, "cookie"> & {
  authenticate: { url: string };
  identityProvider: {
    provider: string;
    secret: string;
    url?: string;
    scopes?: readonly string[];
    requestParams?: Readonly<Record<string, string>>;
    requestParamsSecret?: string;
  };
  secrets: string;
  certificates: readonly string[];
  storage?:
    | { file: { path: string } }
    | { postgres: { secret: string; caSecret?: string; tlsSecret?: string } };
  cookie: SettingsInput["cookie"] & { expire: string };
};

/**
 * Builds the complete settings. They cannot be written in steps: newer CRDs accept `authenticate` and
 * `identityProvider` only together.
 */
export function settings(options: SettingsOptions): PomeriumSpec {
  const { given } = options;
  const { provider, hasSecretParams, hasAuthority, ...client } = options.identityProvider;
  const storage = storageOf(options.storage);
  const authorities = [
    ...(hasAuthority ? [qualified(names.authoritySecret)] : []),
    ...(given.caSecrets ?? []),
  ];
  return {
    setResponseHeaders: { ...responseHeaders({}) },
    ...(behaves(options.version, "requestSettings") ? requestHygiene : {}),
    ...given,
    // A whole request must arrive within this time. The default of 30 s is too short for a large upload, so there is no
    // limit. `write` has no limit by default, and Pomerium refuses both together unless `read` is the smaller one.
    timeouts: { read: "0s", ...given.timeouts },
    cookie: { ...given.cookie, expire: options.session },
    authenticate: { url: options.authenticateUrl },
    identityProvider: {
      provider: clientOf(provider),
      secret: qualified(names.identityProviderSecret),
      ...client,
      ...(hasSecretParams ? { requestParamsSecret: qualified(names.requestParamsSecret) } : {}),
    },
    secrets: qualified(names.bootstrapSecret),
    certificates: [...new Set([...options.certificates, ...(given.certificates ?? [])])],
    ...(authorities.length > 0 ? { caSecrets: authorities } : {}),
    ...(storage ? { storage } : {}),
  };
}

/** Without a store in its settings, Pomerium keeps sessions in memory. */
function storageOf(storage: SettingsOptions["storage"]): PomeriumSpec["storage"] {
  if (storage.pebble) return { file: { path: names.pebblePath } };
  if (storage.cluster) return { file: { path: names.clusterPath } };
  if (!storage.postgres) return undefined;
  const { caSecret, tlsSecret } = storage.postgres;
  return {
    postgres: {
      secret: qualified(names.storageSecret),
      ...(caSecret === undefined ? {} : { caSecret }),
      ...(tlsSecret === undefined ? {} : { tlsSecret }),
    },
  };
}

/**
 * Treats requests as ingress-nginx did. Without these settings, Pomerium answers 400. A header with an underscore is
 * dropped. Slashes are merged. Escaped slashes are unescaped by a redirect before a policy sees the path, so that
 * policy and app judge the same path.
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

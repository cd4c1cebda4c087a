/** The contents of Pomerium's settings object. */

import { behaves } from "../../policies/language/releases.ts";
import type { IdentityProvider } from "./identity-providers.ts";
import * as names from "./names.ts";

export interface SettingsOptions {
  /** Release tag: later releases have more settings. */
  version: string;
  /** Public address of the sign-in pages, with the port if that is not 443: `https://authenticate.example.org`. */
  authenticateUrl: string;
  provider: IdentityProvider;
  /** Issuer's URL. Default: the one address that the provider has. */
  providerUrl?: string;
  /** OAuth scopes. Default: those that Pomerium asks the provider for. */
  scopes?: string[];
  store: "pebble" | "postgres";
  /** TLS Secrets, `namespace/name`. Pomerium uses a Secret as soon as it exists. */
  certificates: string[];
  /** How long a sign-in lasts, as a Go duration: `720h`. */
  session: string;
  /** Headers set on every response, instead of `defaultResponseHeaders`. */
  responseHeaders?: Record<string, string>;
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

/** The fields of the `spec` of `Pomerium/global` that this program writes. */
export interface PomeriumSpec {
  authenticate: { url: string };
  identityProvider: { provider: IdentityProvider; secret: string; url?: string; scopes?: string[] };
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
 * Builds the complete settings. They cannot be written in steps: newer CRDs accept `authenticate` and
 * `identityProvider` only together.
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
    // A whole request must arrive within this time. The default of 30 s is too short for a large upload, so there is no
    // limit. `write` has no limit by default, and Pomerium refuses both together unless `read` is the smaller one.
    timeouts: { read: "0s" },
    setResponseHeaders: { ...(options.responseHeaders ?? defaultResponseHeaders) },
    ...(behaves(options.version, "requestSettings") ? requestHygiene : {}),
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

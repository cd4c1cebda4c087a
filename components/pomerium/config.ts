import type { Secret } from "../../stack-file/secrets.ts";

export interface PomeriumConfig {
  /** Upstream tag, `v0.33.1`. */
  version: string;
  /** Commit that the tag must be; required for a tag that the project does not know. */
  commit?: string;
  /** Directory (relative to the project) or git URL in place of upstream's repository. */
  source?: string;
  loadBalancerIP: string;
  /** Public HTTPS port of Pomerium while ingress-nginx holds 443. */
  coexistPort: number;
  /** Host of the sign-in pages: `authenticate.<domain>`. */
  authenticateHost: string;
  /** How long a sign-in lasts, a Go duration. */
  session: string;
  identityProvider: {
    provider: IdentityProvider;
    clientId: string;
    clientSecret: Secret;
    /** Issuer; required by the providers that are not one fixed service. */
    url?: string;
    scopes?: string[];
  };
  storage:
    | { pebble: { hostPath: string; size: string } }
    | { postgres: { connection: Secret; replicas: number } };
  resources: { requests: ResourceList; limits: ResourceList };
}

export type IdentityProvider = (typeof identityProviders)[number];

/** Pomerium's identity providers that need a client; the last two only from v0.33. */
export const identityProviders = [
  "auth0",
  "azure",
  "github",
  "gitlab",
  "google",
  "oidc",
  "okta",
  "onelogin",
  "ping",
  "apple",
  "cognito",
] as const;

export interface ResourceList {
  cpu: string;
  memory: string;
}

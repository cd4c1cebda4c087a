import type { Secret } from "../../stack-file/secrets.ts";

export interface CertificatesConfig {
  /** Address of the ACME account. */
  email: string;
  /** ACME directory. */
  server: string;
  /** Name of the ClusterIssuer. */
  issuer: string;
  /** Namespace of cert-manager. */
  namespace: string;
  /** Each zone is proven by a certificate of its own before any host's is asked for. */
  canary: boolean;
  /** The webhook for Porkbun; what is absent is its own default. */
  webhook: {
    flavour: "talinx" | "mdonoughe";
    repository?: string;
    chart?: string;
    version?: string;
    groupName?: string;
    image?: string;
    values?: Record<string, unknown>;
    solverRbac: "chart" | "own";
  };
  /** Zone → how its challenges are solved. */
  zones: Record<string, Zone>;
}

export type Zone = {
  /** One wildcard certificate for the zone in place of one per host. */
  wildcard: boolean;
} & (
  | { solver: "porkbun"; apiKey: Secret; secretApiKey: Secret }
  | { solver: "cloudflare"; apiToken: Secret }
  | { solver: "http01" }
);

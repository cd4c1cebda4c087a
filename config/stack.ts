import type { Rule } from "../components/tunnel/ingress-rules.ts";
import type { Access } from "../policies/access.ts";
import type { Directory } from "../policies/people.ts";
import type { Route } from "../policies/route/annotations.ts";
import type { GateName } from "./gates.ts";
import type { SecretText } from "./secret-text.ts";

/** How far the cluster has come; each phase can be taken back until `retired`. */
export type Phase = "coexist" | "cutover" | "retired";

/**
 * A secret: hidden text in the program; sealed on the command line, which reads stack files without their
 * key and sees no secret.
 */
export type Secret = SecretText | Sealed;

/** A secret as it stands in a stack file, encrypted by Pulumi; empty when it has yet to be set. */
export interface Sealed {
  secure: string;
}

/**
 * One cluster, whole and checked: defaults filled in, groups resolved to people, hosts spelled out,
 * catalogue entries applied. What the program deploys and what the command line shows come from this
 * alone.
 */
export interface Stack {
  /** The Pulumi stack's name: `octavo`. */
  name: string;
  cluster: Cluster;
  phase: Phase;
  /** Domain of every app without a `host` of its own. */
  domain: string;
  pomerium: PomeriumConfig;
  certificates: CertificatesConfig;
  directory: Directory;
  /** In the order of the stack file. */
  apps: AppConfig[];
  tunnels: TunnelConfig[];
  ingressNginx?: IngressNginxConfig;
  accessTests: AccessTests;
  /** What is allowed but deserves a look, each with its key path. */
  warnings: Warning[];
}

export interface Warning {
  /** Key path in the stack file: `users.groups.readers`. */
  at: string;
  message: string;
}

export interface Cluster {
  /** Context of the kubeconfig. */
  context: string;
  /** Path of the kubeconfig file; KUBECONFIG or ~/.kube/config when absent. */
  kubeconfig?: string;
  /** UID of namespace kube-system, which tells clusters apart; absent means that it has yet to be asked for. */
  uid?: string;
  /** `direct`: a router or a public address leads to Pomerium; `tunnelOnly`: nothing but a tunnel does. */
  exposure: "direct" | "tunnelOnly";
}

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

export interface AppConfig {
  /** Key in the stack file, and the name of everything that belongs to the app. */
  name: string;
  /** `apps.<name>`. */
  at: string;
  host: string;
  /** Zone of `certificates.zones` in which the host lies. */
  zone: string;
  namespace: string;
  /** Port: the Service's own port or its name, never the pods' target port. */
  service: { name: string; port: number | string };
  access: Access;
  /** Everything else that Pomerium is told about the route, catalogue and stack file merged. */
  route: Route;
  /** Secret of the host's certificate, in the app's namespace. */
  tlsSecret: string;
  /** nginx Ingresses of the same namespace that the app takes over from. */
  replaces: string[];
  /** Protections of those that go without a replacement, by ingress-nginx' annotation without its prefix → why. */
  accept: Record<string, string>;
  /** Its tunnel rule leads to Pomerium ahead of the phase, or stays behind at ingress-nginx; absent, it follows. */
  migrated?: boolean;
  /** Catalogue entry that the app follows. */
  profile?: string;
}

export interface TunnelConfig {
  name: string;
  accountId: string;
  /** Existing tunnel; a new one when absent. */
  tunnelId?: string;
  zoneId: string;
  apiToken: Secret;
  /** Apps whose hosts the tunnel carries. */
  apps: string[];
  /** The tunnel carries the sign-in pages' host too: where nothing but a tunnel leads to Pomerium. */
  authenticate: boolean;
  extraRules: Rule[];
  /** Hosts that the tunnel carries today and no longer needs to. */
  drop: string[];
  /** cloudflared in the cluster; absent, it runs elsewhere. */
  connector?: { image?: string; replicas: number };
}

export interface IngressNginxConfig {
  namespace: string;
  /** Address of its LoadBalancer; there whenever a tunnel leads to it. */
  address?: string;
  from: { helmRelease: string } | { manifest: "baremetal" };
  /** Hosts that go with ingress-nginx although no app takes them over → why. */
  abandon: Record<string, string>;
  /** Gates that do not hold back `retired` → why. */
  override: Partial<Record<GateName, string>>;
}

export interface AccessTests {
  /** An app without a deny assertion for a stranger is an error, not a warning. */
  strict: boolean;
  tests: AccessTest[];
}

/** `alice@gmail.com`, any signed-in `stranger`, `anonymous`, or `group:readers` for each of its people. */
export type Principal = string;

export interface AccessTest {
  /** `accessTests.apps.komga[0]`. */
  at: string;
  app: string;
  paths: string[];
  method: string;
  /** Caller's address, where a policy asks for it. */
  sourceIp?: string;
  allow: Principal[];
  deny: Principal[];
}

import type { SecretKey, SolverConfigs, Webhook } from "./webhook.ts";

/** What solves a zone's challenges: a DNS provider's API, or Pomerium's own routes. */
export type SolverName = "porkbun" | "cloudflare" | "http01";

/** One entry of `spec.acme.solvers`. */
export interface Solver {
  selector: { dnsZones: string[] };
  dns01?:
    | { cloudflare: { apiTokenSecretRef: SecretKey } }
    | {
        webhook: {
          groupName: string;
          solverName: "porkbun";
          config: SolverConfigs[keyof SolverConfigs];
        };
      };
  http01?: { ingress: { ingressClassName: string } };
}

export interface IssuerSpec {
  acme: {
    server: string;
    email: string;
    privateKeySecretRef: { name: string };
    solvers: Solver[];
  };
}

export interface IssuerSpecArgs {
  /** ACME directory. */
  server: string;
  /** Address of the ACME account. */
  email: string;
  /** Secret with the account's key; cert-manager makes it when there is none. */
  accountKey: string;
  /** Zone → what solves its challenges. */
  zones: Record<string, SolverName>;
  webhook: Pick<Webhook, "flavour" | "groupName">;
  /** IngressClass of HTTP-01 challenges. */
  ingressClass: string;
}

/**
 * The whole spec of the ClusterIssuer: one solver per zone. cert-manager takes the one with the longest zone that
 * a name lies in, wherever it stands; here, zones come before those that they lie in, as one reads them.
 *
 * @see https://cert-manager.io/docs/configuration/acme/#adding-multiple-solver-types
 */
export function issuerSpec(args: IssuerSpecArgs): IssuerSpec {
  const { server, email, accountKey, zones } = args;
  const solvers = Object.entries(zones)
    .sort(([a], [b]) => depth(b) - depth(a) || (a < b ? -1 : 1))
    .map(([zone, name]) => ({ selector: { dnsZones: [zone] }, ...challenge(zone, name, args) }));
  return { acme: { server, email, privateKeySecretRef: { name: accountKey }, solvers } };
}

function depth(zone: string): number {
  return zone.split(".").length;
}

function challenge(
  zone: string,
  name: SolverName,
  { webhook, ingressClass }: IssuerSpecArgs,
): Omit<Solver, "selector"> {
  const key = (id: string): SecretKey => ({ name: credentialsName(zone, name), key: id });
  switch (name) {
    case "porkbun": {
      const { flavour, groupName } = webhook;
      const config = configs[flavour](key(credentialKeys.apiKey), key(credentialKeys.secretApiKey));
      return { dns01: { webhook: { groupName, solverName: "porkbun", config } } };
    }
    case "cloudflare":
      return { dns01: { cloudflare: { apiTokenSecretRef: key(credentialKeys.apiToken) } } };
    case "http01":
      return { http01: { ingress: { ingressClassName: ingressClass } } };
  }
}

const configs: {
  [Flavour in keyof SolverConfigs]: (apiKey: SecretKey, secretApiKey: SecretKey) => SolverConfigs[Flavour];
} = {
  talinx: (apiKey, secretApiKey) => ({ apiKey, secretApiKey }),
  mdonoughe: (apiKey, secretApiKey) => ({ apiKeySecretRef: apiKey, secretKeySecretRef: secretApiKey }),
};

/** Secret with a zone's credentials: `porkbun-example.org`. One per zone, so that each can have a key of its own. */
export function credentialsName(zone: string, solver: SolverName): string {
  return `${solver}-${zone}`;
}

/** Keys of the Secrets with credentials. */
export const credentialKeys = {
  apiKey: "api-key",
  secretApiKey: "secret-api-key",
  apiToken: "api-token",
} as const;

/** The zone whose solver cert-manager takes for a host: the longest one that the host lies in. */
export function zoneOfHost(host: string, zones: Iterable<string>): string | undefined {
  return [...zones]
    .filter((zone) => host === zone || host.endsWith(`.${zone}`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Secret, and Certificate, that prove a zone's solver. */
export function canarySecret(zone: string): string {
  return `canary-${zone}-tls`;
}

/** The host by which a zone's solver is proven. Nothing need answer there: only its name's records are asked for. */
export function canaryHost(zone: string): string {
  return `canary.${zone}`;
}

import { type SolverName, solverOf } from "./solvers/registry.ts";
import type { Challenge, ChallengeContext, LiveSolver, SecretKey } from "./solvers/solver.ts";

/** Parts of an issuer that stay when it is taken over. */
export interface KeptIssuer {
  /** Fields of `spec.acme` that the program does not write: `externalAccountBinding`, `preferredChain`. */
  fields: Record<string, unknown>;
  /** Solvers of names outside the stack's zones. */
  solvers: LiveSolver[];
  /** Value of `cnameStrategy` for each zone: whether challenges follow a CNAME to another zone. */
  cnameStrategies: Record<string, string>;
}

export const nothingKept: KeptIssuer = { fields: {}, solvers: [], cnameStrategies: {} };

export interface IssuerSpec {
  acme: {
    server: string;
    email: string;
    privateKeySecretRef: { name: string; key?: string };
    preferredChain?: string;
    externalAccountBinding?: { keyID: string; keySecretRef: SecretKey };
    solvers: LiveSolver[];
  };
}

/** How the challenges of a zone are solved. */
export interface SolvedZone {
  solver: SolverName;
  /** Its secrets, by their keys in the stack file. Only the keys matter here. Default: those that it needs. */
  secrets?: Readonly<Record<string, unknown>>;
  settings?: Record<string, unknown>;
  /** Whether challenges follow a CNAME to another zone. Default: as in the existing issuer, else they do not. */
  cnameStrategy?: CnameStrategy;
}

export const cnameStrategies = ["None", "Follow"] as const;

export type CnameStrategy = (typeof cnameStrategies)[number];

export interface IssuerSpecArgs extends ChallengeContext {
  /** Name of the ClusterIssuer. */
  issuer: string;
  /** ACME directory. */
  server: string;
  /** Address of the ACME account. */
  email: string;
  /** Secret with the key of the ACME account. cert-manager creates a missing one. */
  accountKey: string;
  zones: Record<string, SolvedZone>;
  /** Common name of the root of the wanted chain. Default: the chain that the server prefers. */
  preferredChain?: string;
  /** Account at the authority that the ACME account belongs to. Its key is in a Secret of this issuer. Default: none. */
  externalAccountBinding?: { keyId: string };
  /** Parts of the existing issuer that stay. Default: none. */
  kept?: KeptIssuer;
}

/**
 * The complete spec of the ClusterIssuer: one solver per zone, then the solvers that stay. cert-manager takes the
 * solver with the longest matching zone, independent of the order. Narrower zones come first only for the reader.
 *
 * @see https://cert-manager.io/docs/configuration/acme/#adding-multiple-solver-types
 */
export function issuerSpec({
  issuer,
  server,
  email,
  accountKey,
  zones,
  preferredChain,
  externalAccountBinding: binding,
  kept = nothingKept,
  ...context
}: IssuerSpecArgs): IssuerSpec {
  const solvers = Object.entries(zones)
    .sort(([a], [b]) => labels(b) - labels(a) || (a < b ? -1 : 1))
    .map(([zone, solved]) => ({
      selector: { dnsZones: [zone] },
      ...following(
        solverOf(solved.solver).challenge(
          { secrets: secretKeys(zone, solved), settings: solved.settings ?? {} },
          context,
        ),
        solved.cnameStrategy ?? kept.cnameStrategies[zone],
      ),
    }));
  return {
    acme: {
      privateKeySecretRef: { name: accountKey },
      ...kept.fields,
      ...(preferredChain === undefined ? {} : { preferredChain }),
      ...(binding === undefined
        ? {}
        : { externalAccountBinding: { keyID: binding.keyId, keySecretRef: bindingKey(issuer) } }),
      server,
      email,
      solvers: [...solvers, ...kept.solvers],
    },
  };
}

/** A challenge that follows CNAMEs in the same way as before. */
function following({ dns01, ...challenge }: Challenge, cnameStrategy: string | undefined): Challenge {
  if (dns01 === undefined) return challenge;
  return { ...challenge, dns01: cnameStrategy === undefined ? dns01 : { cnameStrategy, ...dns01 } };
}

function labels(zone: string): number {
  return zone.split(".").length;
}

/** Where cert-manager finds each secret of a zone, by the secret's key in the stack file. */
export function secretKeys(
  zone: string,
  { solver, secrets, settings = {} }: SolvedZone,
): Record<string, SecretKey> {
  const name = credentialsName(zone, solver);
  const { secrets: declared, divide } = solverOf(solver);
  const keys = Object.keys(secrets ?? divide(settings).secrets);
  return Object.fromEntries(keys.map((setting) => [setting, { name, key: declared[setting] ?? setting }]));
}

/** Whether the zone has credentials, and so a Secret with them. */
export function hasCredentials(zone: string, solved: SolvedZone): boolean {
  return Object.keys(secretKeys(zone, solved)).length > 0;
}

/** Name of the Secret with a zone's credentials, for example `porkbun-example.org`. Each zone has one. */
export function credentialsName(zone: string, solver: SolverName): string {
  return `${solver}-${zone}`;
}

/** Where cert-manager finds the key of the issuer's external account binding. */
export function bindingKey(issuer: string): SecretKey {
  return { name: `${issuer}-account-binding`, key: "hmac" };
}

/** Name of the Secret and of the Certificate that prove a zone's solver. */
export function canarySecret(zone: string): string {
  return `canary-${zone}-tls`;
}

/** The host that proves a zone's solver. Nothing needs to answer there: only the DNS records of its name are read. */
export function canaryHost(zone: string): string {
  return `canary.${zone}`;
}

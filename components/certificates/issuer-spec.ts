import { type SolverName, solverOf } from "./solvers/registry.ts";
import type { Challenge, ChallengeContext, LiveSolver } from "./solvers/solver.ts";

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
    solvers: LiveSolver[];
  };
}

export interface IssuerSpecArgs extends ChallengeContext {
  /** ACME directory. */
  server: string;
  /** Address of the ACME account. */
  email: string;
  /** Secret with the key of the ACME account. cert-manager creates a missing one. */
  accountKey: string;
  /** Solver of each zone. */
  zones: Record<string, { solver: SolverName; settings?: Record<string, unknown> }>;
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
  server,
  email,
  accountKey,
  zones,
  kept = nothingKept,
  ...context
}: IssuerSpecArgs): IssuerSpec {
  const solvers = Object.entries(zones)
    .sort(([a], [b]) => labels(b) - labels(a) || (a < b ? -1 : 1))
    .map(([zone, { solver, settings = {} }]) => ({
      selector: { dnsZones: [zone] },
      ...following(
        solverOf(solver).challenge({ secrets: secretKeys(zone, solver), settings }, context),
        kept.cnameStrategies[zone],
      ),
    }));
  return {
    acme: {
      privateKeySecretRef: { name: accountKey },
      ...kept.fields,
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

function secretKeys(zone: string, solver: SolverName): Record<string, { name: string; key: string }> {
  const name = credentialsName(zone, solver);
  return Object.fromEntries(
    Object.entries(solverOf(solver).secrets).map(([setting, key]) => [setting, { name, key }]),
  );
}

/** Name of the Secret with a zone's credentials, for example `porkbun-example.org`. Each zone has one. */
export function credentialsName(zone: string, solver: SolverName): string {
  return `${solver}-${zone}`;
}

/** Name of the Secret and of the Certificate that prove a zone's solver. */
export function canarySecret(zone: string): string {
  return `canary-${zone}-tls`;
}

/** The host that proves a zone's solver. Nothing needs to answer there: only the DNS records of its name are read. */
export function canaryHost(zone: string): string {
  return `canary.${zone}`;
}

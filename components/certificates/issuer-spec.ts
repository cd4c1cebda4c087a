import { type SolverName, solverOf } from "./solvers/registry.ts";
import type { Challenge, ChallengeContext, LiveSolver } from "./solvers/solver.ts";

/** What stays of an issuer that is taken over. */
export interface KeptIssuer {
  /** Fields of `spec.acme` that the program does not write: `externalAccountBinding`, `preferredChain`. */
  fields: Record<string, unknown>;
  /** Solvers of names outside the stack's zones. */
  solvers: LiveSolver[];
  /** Zone → whether challenges follow a CNAME to another zone. */
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
  /** Secret with the account's key; cert-manager makes it when there is none. */
  accountKey: string;
  /** Zone → how its challenges are solved. */
  zones: Record<string, { solver: SolverName; settings?: Record<string, unknown> }>;
  /** What stays of the issuer that the cluster has. Default: nothing. */
  kept?: KeptIssuer;
}

/**
 * The whole spec of the ClusterIssuer: one solver per zone, then the solvers that stay. cert-manager takes the solver
 * with the longest zone of a name, whatever the order. Narrower zones come first, for the reader.
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

/** A challenge by DNS-01 that follows the CNAMEs that it followed before. */
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

/** Secret with a zone's credentials: `porkbun-example.org`. Each zone has a Secret of its own. */
export function credentialsName(zone: string, solver: SolverName): string {
  return `${solver}-${zone}`;
}

/** Secret, and Certificate, that prove a zone's solver. */
export function canarySecret(zone: string): string {
  return `canary-${zone}-tls`;
}

/** The host that proves a zone's solver. Nothing needs to answer there: only the DNS records of its name are read. */
export function canaryHost(zone: string): string {
  return `canary.${zone}`;
}

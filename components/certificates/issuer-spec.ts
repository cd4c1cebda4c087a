import { type SolverName, solverOf } from "./solvers/registry.ts";
import type { Challenge, ChallengeContext } from "./solvers/solver.ts";

/** One entry of `spec.acme.solvers`. */
export interface IssuerSolver extends Challenge {
  selector: { dnsZones: string[] };
}

export interface IssuerSpec {
  acme: {
    server: string;
    email: string;
    privateKeySecretRef: { name: string };
    solvers: IssuerSolver[];
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
}

/**
 * The whole spec of the ClusterIssuer: one solver per zone. cert-manager takes the solver with the longest zone
 * that a name lies in, whatever the order. Here a zone stands before the zones that it lies in, for the reader.
 *
 * @see https://cert-manager.io/docs/configuration/acme/#adding-multiple-solver-types
 */
export function issuerSpec({ server, email, accountKey, zones, ...context }: IssuerSpecArgs): IssuerSpec {
  const solvers = Object.entries(zones)
    .sort(([a], [b]) => labels(b) - labels(a) || (a < b ? -1 : 1))
    .map(([zone, { solver, settings = {} }]) => ({
      selector: { dnsZones: [zone] },
      ...solverOf(solver).challenge({ secrets: secretKeys(zone, solver), settings }, context),
    }));
  return { acme: { server, email, privateKeySecretRef: { name: accountKey }, solvers } };
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

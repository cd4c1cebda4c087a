import { isDeepStrictEqual } from "node:util";
import { liesIn, withoutWildcard, zoneOf } from "../../stack-file/hosts.ts";
import { pomeriumIngressClass } from "../cluster/names.ts";
import type { Phase } from "../cluster/phase.ts";
import type { CertificatesConfig } from "./config.ts";
import { bindingKey, credentialsName, type KeptIssuer, nothingKept } from "./issuer-spec.ts";
import { type LeavingIngresses, leaves } from "./leaving.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import { mayAnswer, zoneLength } from "./solver-selection.ts";
import { solverNames, solverOf } from "./solvers/registry.ts";
import type { LiveSolver, SecretKey } from "./solvers/solver.ts";

/** The part of a stack that decides which parts of its issuer stay. */
export interface IssuerStack {
  phase: Phase;
  certificates: CertificatesConfig;
}

/**
 * The parts of the existing issuer that stay. Solvers for other names stay, so that certificates of other zones are
 * still renewed. From the cutover on, solvers through ingress-nginx do not stay: it does not answer challenges any
 * more.
 */
export function keptIssuer(
  { phase, certificates }: IssuerStack,
  live: LiveIssuer | undefined,
  leaving: LeavingIngresses,
): KeptIssuer {
  const acme = live?.acme;
  if (live === undefined || acme === undefined) return nothingKept;
  const zones = Object.keys(certificates.zones);
  const solvers = acme.solvers
    .filter((solver) => !isOwn(solver))
    .filter(({ http01 }) => phase === "coexist" || !leaves(leaving, http01?.ingress))
    .flatMap((solver) => withoutZones(solver, zones) ?? []);
  const strategies = zones.flatMap((zone): [string, string][] => {
    const strategy = strategyOf(zone, acme.solvers);
    return strategy === undefined ? [] : [[zone, strategy]];
  });
  const key = acme.accountKeyKey;
  return {
    fields: {
      ...(acme.server === certificates.server ? fieldsOfOthers(live, certificates.issuer) : {}),
      ...(key === undefined ? {} : { privateKeySecretRef: { name: acme.accountKey, key } }),
    },
    solvers,
    cnameStrategies: Object.fromEntries(strategies),
  };
}

/** Fields of the issuer that the stack file does not decide. Those that it decides end with their key in the file. */
function fieldsOfOthers({ foreign, acme }: LiveIssuer, issuer: string): Record<string, unknown> {
  const { preferredChain, externalAccountBinding, ...others } = acme?.others ?? {};
  const binding = externalAccountBinding as { keySecretRef?: { name?: string } } | undefined;
  const isOwnBinding = !foreign || binding?.keySecretRef?.name === bindingKey(issuer).name;
  return {
    ...others,
    ...(preferredChain === undefined || !foreign ? {} : { preferredChain }),
    ...(binding === undefined || isOwnBinding ? {} : { externalAccountBinding: binding }),
  };
}

/** Fields that do not stay, because they belong to the former ACME server. */
export function fieldsOfFormerServer({ server }: CertificatesConfig, live: LiveIssuer | undefined): string[] {
  return live?.acme === undefined || live.acme.server === server ? [] : Object.keys(live.acme.others ?? {});
}

/**
 * The `cnameStrategy` of a zone. One solver replaces all solvers of the zone, also those that were for some names or for
 * some Certificates only. If one of them follows CNAMEs, the new one does: without a CNAME, that changes nothing.
 */
function strategyOf(zone: string, solvers: readonly LiveSolver[]): string | undefined {
  const byDns = solvers.filter(({ dns01 }) => dns01 !== undefined);
  const [general] = byDns
    .filter((solver) => !hasLabels(solver) && !solver.selector?.dnsNames?.length && mayAnswer(solver, zone))
    .sort((a, b) => zoneLength(b, zone) - zoneLength(a, zone));
  const least = general === undefined ? 0 : zoneLength(general, zone);
  const used = byDns.filter((solver) => solver === general || isPreferredIn(zone, solver, least));
  const strategies = used.flatMap(({ dns01 }) => {
    const strategy = dns01?.cnameStrategy;
    return typeof strategy === "string" && strategy !== "" ? [strategy] : [];
  });
  return strategies.includes("Follow") ? "Follow" : strategies[0];
}

/**
 * Whether cert-manager prefers a solver for some names of a zone, or for some Certificates in it. It compares names
 * first, then zones, then labels.
 *
 * @param least Length of the zone of the solver that answers all other names.
 */
function isPreferredIn(zone: string, solver: LiveSolver, least: number): boolean {
  const { dnsNames = [], dnsZones = [] } = solver.selector ?? {};
  const isFor = (name: string): boolean => liesIn(withoutWildcard(name), zone) && mayAnswer(solver, name);
  if (dnsNames.length > 0) return dnsNames.some(isFor);
  if (dnsZones.some((each) => each !== zone && liesIn(each, zone))) return true;
  return hasLabels(solver) && mayAnswer(solver, zone) && zoneLength(solver, zone) >= least;
}

function hasLabels({ selector }: LiveSolver): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length > 0;
}

/**
 * Whether the program has written a solver, for a present or a former zone. Its credentials are then in the zone's own
 * Secret.
 */
function isOwn({ selector, dns01, http01 }: LiveSolver): boolean {
  const [zone, ...others] = selector?.dnsZones ?? [];
  if (zone === undefined || others.length > 0) return false;
  if (dns01 === undefined) return isDeepStrictEqual({ http01 }, ownHttp01);
  const text = JSON.stringify(dns01);
  return solverNames.some((name) => {
    const secret = credentialsName(zone, name);
    const keys = Object.values(solverOf(name).secrets);
    return keys.length > 0
      ? keys.some((key) => isReferred(dns01, { name: secret, key }))
      : text.includes(JSON.stringify(secret));
  });
}

const ownHttp01 = { http01: { ingress: { ingressClassName: pomeriumIngressClass } } };

/** Whether a value refers to a key of a Secret, at any depth. */
function isReferred(value: unknown, secretKey: SecretKey): boolean {
  if (typeof value !== "object" || value === null) return false;
  return (
    isDeepStrictEqual(value, secretKey) || Object.values(value).some((each) => isReferred(each, secretKey))
  );
}

/** The solver without the names in these zones; undefined if no name is left. */
function withoutZones(solver: LiveSolver, zones: readonly string[]): LiveSolver | undefined {
  const { dnsNames = [], dnsZones = [], ...rest } = solver.selector ?? {};
  const lies = (name: string): boolean => zoneOf(withoutWildcard(name), zones) !== undefined;
  const [names, others] = [dnsNames, dnsZones].map((list) => list.filter((name) => !lies(name)));
  if (dnsNames.length > 0 && names!.length === 0) return undefined;
  if (dnsZones.length > 0 && others!.length === 0) return undefined;
  if (names!.length === dnsNames.length && others!.length === dnsZones.length) return solver;
  return {
    ...solver,
    selector: {
      ...rest,
      ...(names!.length > 0 ? { dnsNames: names! } : {}),
      ...(others!.length > 0 ? { dnsZones: others! } : {}),
    },
  };
}

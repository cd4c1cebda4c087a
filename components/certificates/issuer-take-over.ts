import { isDeepStrictEqual } from "node:util";
import { zoneOf } from "../../stack-file/hosts.ts";
import { pomeriumIngressClass } from "../cluster/names.ts";
import type { Phase } from "../cluster/phase.ts";
import type { CertificatesConfig } from "./config.ts";
import { issuerSpec, type KeptIssuer, nothingKept } from "./issuer-spec.ts";
import { type LeavingIngresses, leaves } from "./leaving.ts";
import type { LiveIssuer } from "./live.ts";
import { mayAnswer, zoneLength } from "./solver-selection.ts";
import { solverNames } from "./solvers/registry.ts";
import type { LiveSolver } from "./solvers/solver.ts";

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
  if (acme === undefined) return nothingKept;
  const zones = Object.keys(certificates.zones);
  const solvers = acme.solvers
    .filter((solver) => !isOwn(solver, certificates))
    .filter(({ http01 }) => phase === "coexist" || !leaves(leaving, http01?.ingress))
    .flatMap((solver) => withoutZones(solver, zones) ?? []);
  const strategies = zones.flatMap((zone): [string, string][] => {
    const [best] = acme.solvers
      .filter((solver) => solver.dns01 !== undefined && mayAnswer(solver, zone))
      .sort((a, b) => zoneLength(b, zone) - zoneLength(a, zone));
    const strategy = best?.dns01?.cnameStrategy;
    return typeof strategy === "string" && strategy !== "" ? [[zone, strategy]] : [];
  });
  const key = acme.accountKeyKey;
  return {
    fields: {
      ...(acme.server === certificates.server ? acme.others : {}),
      ...(key === undefined ? {} : { privateKeySecretRef: { name: acme.accountKey, key } }),
    },
    solvers,
    cnameStrategies: Object.fromEntries(strategies),
  };
}

/** Fields that do not stay, because they belong to the former ACME server. */
export function fieldsOfFormerServer({ server }: CertificatesConfig, live: LiveIssuer | undefined): string[] {
  return live?.acme === undefined || live.acme.server === server ? [] : Object.keys(live.acme.others ?? {});
}

/** Whether the program has written a solver, for a present or a former zone. */
function isOwn(solver: LiveSolver, config: CertificatesConfig): boolean {
  const [zone, ...others] = solver.selector?.dnsZones ?? [];
  if (zone === undefined || others.length > 0) return false;
  const { dns01, ...rest } = solver;
  const { cnameStrategy: _, ...provider } = dns01 ?? {};
  const bare = dns01 === undefined ? rest : { ...rest, dns01: provider };
  return solverNames.some((name) => {
    const args = { ...config, accountKey: "", zones: { [zone]: { solver: name } } };
    const [written] = issuerSpec({ ...args, ingressClass: pomeriumIngressClass }).acme.solvers;
    return isDeepStrictEqual(written, bare);
  });
}

/** The solver without the names in these zones; undefined if no name is left. */
function withoutZones(solver: LiveSolver, zones: readonly string[]): LiveSolver | undefined {
  const { dnsNames = [], dnsZones = [], ...rest } = solver.selector ?? {};
  const lies = (name: string): boolean => zoneOf(name.replace(/^\*\./, ""), zones) !== undefined;
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

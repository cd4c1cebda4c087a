import type { Problem } from "../../stack-file/problems.ts";
import { kubectl } from "../cluster/commands.ts";
import type { Phase } from "../cluster/phase.ts";
import type { CertificatesConfig } from "./config.ts";
import { type LeavingIngresses, leaves } from "./leaving.ts";
import type { LiveIssuance } from "./live.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import { mayAnswer } from "./solver-selection.ts";
import { type CertificateNeeds, wantedCertificates } from "./wanted.ts";

/** The part of a stack that an existing issuer must satisfy. */
export interface ExistingIssuerStack extends CertificateNeeds {
  cluster: { context: string };
  phase: Phase;
  certificates: CertificatesConfig;
}

/**
 * Whether the cluster's own issuer can issue the stack's certificates. Empty if the stack has its own issuer, or if the
 * cluster has no cert-manager.
 *
 * @param leaving What is removed with ingress-nginx. From the cutover on, no challenge may go through it.
 */
export function existingIssuerProblems(
  stack: ExistingIssuerStack,
  live: LiveIssuance,
  leaving: LeavingIngresses,
): Problem[] {
  const { certificates, cluster } = stack;
  if (!certificates.isExisting || !live.certManager) return [];
  const name = certificates.issuer;
  const at = "certificates.issuer.existing";
  const { issuer } = live;
  if (issuer === undefined) {
    const others = live.issuers.flatMap((each) => (each.namespace === undefined ? [each.name] : []));
    const known = others.length === 0 ? "there is none" : `there are ${others.join(", ")}`;
    return [
      {
        at,
        message: `the cluster has no ClusterIssuer ${name}; ${known}`,
        fix: kubectl(cluster, "get clusterissuer"),
      },
    ];
  }
  if (!issuer.foreign)
    return [
      {
        at,
        message: `ClusterIssuer ${name} was made by this program, which would delete it now; write \`issuer: ${name}\``,
      },
    ];
  const fix = kubectl(cluster, `describe clusterissuer ${name}`);
  if (!issuer.ready) return [{ at, message: `ClusterIssuer ${name} is not READY`, fix }];
  const unsolved = unsolvedNames(stack, issuer, leaving);
  if (unsolved.length === 0) return [];
  const through = stack.phase === "coexist" ? "" : " that does not go through ingress-nginx";
  return [
    {
      at,
      message: `ClusterIssuer ${name} has no solver${through} for ${unsolved.join(", ")}; add one, or let this program solve the zone`,
      fix,
    },
  ];
}

/** Names that no solver of the issuer answers. An issuer of another kind than ACME has no solvers and needs none. */
function unsolvedNames(
  stack: ExistingIssuerStack,
  { acme }: LiveIssuer,
  leaving: LeavingIngresses,
): string[] {
  if (acme === undefined) return [];
  const solvers = acme.solvers
    // The program's Certificates do not have such labels.
    .filter(({ selector }) => Object.keys(selector?.matchLabels ?? {}).length === 0)
    .filter(({ http01 }) => stack.phase === "coexist" || !leaves(leaving, http01?.ingress));
  const names = wantedCertificates(stack).flatMap(({ dnsNames }) => dnsNames);
  return [...new Set(names)].filter((name) => !solvers.some((solver) => mayAnswer(solver, name)));
}

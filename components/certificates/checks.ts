import { zoneOf } from "../../stack-file/hosts.ts";
import type { Problem } from "../../stack-file/problems.ts";
import { kubectl } from "../cluster/commands.ts";
import { canarySecret } from "./issuer-spec.ts";
import type { LiveCertificate, LiveIssuance } from "./live.ts";
import { type SolverName, solverOf } from "./solvers/registry.ts";
import { type CertificateNeeds, wantedCertificates } from "./wanted.ts";

/** What keeps the stack from having its certificates on this cluster. */
export function certificateProblems(
  stack: CertificateNeeds & { cluster: { context: string } },
  live: LiveIssuance,
): Problem[] {
  if (!live.certManager)
    return [
      {
        at: "certificates",
        message: "cert-manager is not installed in this cluster",
        mend: kubectl(stack.cluster, "api-resources --api-group cert-manager.io"),
      },
    ];
  return wantedCertificates(stack).flatMap((wanted) => {
    const message = certificateConflict(live, wanted);
    return message === undefined ? [] : [{ at: wanted.at, message }];
  });
}

/** Certificates of this issuer with a name in no zone: once the issuer solves by zone, nobody renews them. */
export function withoutSolver(
  { certificates }: Pick<LiveIssuance, "certificates">,
  issuer: string,
  zones: readonly string[],
): LiveCertificate[] {
  return certificates.filter(
    ({ clusterIssuer, dnsNames }) =>
      clusterIssuer === issuer &&
      dnsNames.some((name) => zoneOf(name.replace(/^\*\./, ""), zones) === undefined),
  );
}

interface SecretName {
  namespace: string;
  secretName: string;
}

/** Certificates that write to a Secret. */
function writers(
  { certificates }: Pick<LiveIssuance, "certificates">,
  { namespace, secretName }: SecretName,
): LiveCertificate[] {
  return certificates.filter((each) => each.namespace === namespace && each.secretName === secretName);
}

/** The Certificate to take over for a Secret: it writes to the Secret already, under whatever name, and has no owner. */
export function certificateOf(
  live: Pick<LiveIssuance, "certificates">,
  secret: SecretName,
): LiveCertificate | undefined {
  const free = writers(live, secret).filter(({ owner }) => owner === undefined);
  return free.find(({ name }) => name === secret.secretName) ?? free[0];
}

/** The same as `HostCertificate` takes it. */
export function takenOver(
  live: Pick<LiveIssuance, "certificates">,
  namespace: string,
  secretName: string,
): { existing?: string; certificateName?: string } {
  const found = certificateOf(live, { namespace, secretName });
  if (found === undefined) return {};
  const { name } = found;
  return { existing: `${namespace}/${name}`, ...(name === secretName ? {} : { certificateName: name }) };
}

/**
 * Why the stack cannot have a certificate in this Secret: another Certificate writes to it. Two would take turns for
 * ever, and a Certificate that belongs to an Ingress is deleted with that Ingress.
 */
export function certificateConflict(
  live: Pick<LiveIssuance, "certificates">,
  secret: SecretName,
): string | undefined {
  const own = certificateOf(live, secret);
  const writer = writers(live, secret).find((each) => each !== own);
  if (writer === undefined) return undefined;
  const whose = writer.owner === undefined ? "" : `, which belongs to ${writer.owner} and goes with it`;
  return `Secret ${secret.namespace}/${secret.secretName} is written by Certificate ${writer.name}${whose}; choose another name`;
}

/** Zones with DNS-01 whose solver has not been proven by its canary, each with the reason. */
export function unproven(
  { certificates }: Pick<LiveIssuance, "certificates">,
  { namespace, zones }: { namespace: string; zones: Record<string, { solver: SolverName }> },
): { zone: string; message: string }[] {
  return Object.entries(zones).flatMap(([zone, { solver }]) => {
    if (solverOf(solver).type !== "DNS-01") return [];
    const canary = certificates.find(
      (each) => each.namespace === namespace && each.name === canarySecret(zone),
    );
    if (canary?.ready) return [];
    const reason = canary === undefined ? "there is none" : (canary.message ?? "it is not READY yet");
    return [{ zone, message: `Certificate ${namespace}/${canarySecret(zone)}: ${reason}` }];
  });
}

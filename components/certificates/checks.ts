import { quoted } from "../../stack-file/commands.ts";
import { isWildcard, withoutWildcard, zoneOf } from "../../stack-file/hosts.ts";
import type { Problem } from "../../stack-file/problems.ts";
import { kubectl } from "../cluster/commands.ts";
import { objectId } from "../cluster/objects.ts";
import { notByAcme } from "./by-acme.ts";
import type { CertificatesConfig } from "./config.ts";
import { existingSecretProblems } from "./existing-secrets.ts";
import { wantedIssuance } from "./issuer-objects.ts";
import { canarySecret } from "./issuer-spec.ts";
import type { LiveIssuance } from "./live.ts";
import type { ForeignCertificate, LiveCertificate } from "./live-certificate.ts";
import { type SolverName, solverOf } from "./solvers/registry.ts";
import { type CertificateNeeds, type WantedCertificate, wantedCertificates } from "./wanted.ts";

/** Finds the problems that prevent the stack's certificates on this cluster. */
export function certificateProblems(
  stack: CertificateNeeds & { cluster: { context: string }; certificates: CertificatesConfig },
  live: LiveIssuance,
): Problem[] {
  if (!live.certManager)
    return [
      {
        at: "certificates",
        message: "cert-manager is not installed in this cluster",
        fix: kubectl(stack.cluster, "api-resources --api-group cert-manager.io"),
      },
    ];
  return [
    ...wantedCertificates(stack).flatMap((wanted) => {
      const conflict = certificateConflict(live, wanted);
      const messages =
        conflict === undefined ? takeOverProblems(stack.certificates, live, wanted) : [conflict];
      return messages.map((message) => ({ at: wanted.at, message }));
    }),
    ...existingSecretProblems(stack, live),
    ...webhookProblems(stack, live),
  ];
}

/** Finds names and fields of somebody else's Certificate that the issuer could never renew. */
function takeOverProblems(
  { zones, server }: CertificatesConfig,
  live: Pick<LiveIssuance, "certificates">,
  wanted: WantedCertificate,
): string[] {
  const found = certificateOf(live, wanted);
  if (found?.foreign === undefined) return [];
  const { dnsNames } = found.foreign;
  const refused = notByAcme(found.foreign, [...dnsNames, ...wanted.dnsNames], server);
  const names = dnsNames.filter((name) => {
    const zone = zones[zoneOf(withoutWildcard(name), Object.keys(zones)) ?? ""];
    return zone === undefined || (isWildcard(name) && solverOf(zone.solver).type === "HTTP-01");
  });
  const own = `give ${wanted.by} a Secret of its own`;
  return [
    ...refused.map((what) => `Certificate ${objectId(found)} has ${what}; ${own}`),
    ...(names.length === 0
      ? []
      : [
          `Certificate ${objectId(found)} is also for ${names.join(", ")}, which no zone of \`certificates.zones\` could renew; add the zone, or ${own}`,
        ]),
  ];
}

/**
 * Finds webhooks that cannot be installed or are not there. Another release may serve the same API group: Helm would
 * refuse to share it, in the middle of an `up`.
 */
function webhookProblems(
  { certificates, cluster }: { certificates: CertificatesConfig; cluster: { context: string } },
  { apiServices }: LiveIssuance,
): Problem[] {
  return wantedIssuance(certificates).webhooks.flatMap(({ at, apiGroup, release: name }): Problem[] => {
    const object = `APIService v1alpha1.${apiGroup}`;
    const found = apiServices.find(({ group }) => group === apiGroup);
    if (name === undefined)
      return found !== undefined
        ? []
        : [
            {
              at,
              message: `there is no ${object}, so no webhook serves this API group; correct the group, or let this program install the webhook with \`install\``,
              fix: kubectl(cluster, "get apiservice"),
            },
          ];
    const wanted = `${certificates.namespace}/${name}`;
    if (found === undefined || found.release === wanted) return [];
    const [namespace, release] = found.release?.split("/") ?? [];
    const whose = release === undefined ? "of no Helm release" : `of the Helm release ${found.release}`;
    return [
      {
        at,
        message: `${object} is ${whose}, not of ${wanted}, so Helm would refuse to install the webhook; remove the other one first, or name another group`,
        fix:
          release === undefined
            ? kubectl(cluster, `delete apiservice v1alpha1.${apiGroup}`)
            : `helm --kube-context ${quoted(cluster.context)} uninstall --namespace ${namespace} ${release}`,
      },
    ];
  });
}

/** Certificates of this issuer with a name outside all zones. Nobody renews them when the issuer solves by zone. */
export function withoutSolver(
  { certificates }: Pick<LiveIssuance, "certificates">,
  issuer: string,
  zones: readonly string[],
): LiveCertificate[] {
  return certificates.filter(
    ({ clusterIssuer, dnsNames }) =>
      clusterIssuer === issuer && dnsNames.some((name) => zoneOf(withoutWildcard(name), zones) === undefined),
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

/** The Certificate to take over for a Secret. It writes to this Secret, has any name, and has no owner. */
export function certificateOf(
  live: Pick<LiveIssuance, "certificates">,
  secret: SecretName,
): LiveCertificate | undefined {
  const free = writers(live, secret).filter(({ owner }) => owner === undefined);
  return free.find(({ name }) => name === secret.secretName) ?? free[0];
}

/** The Certificate to take over, in the form that `HostCertificate` takes. */
export function takenOver(
  live: Pick<LiveIssuance, "certificates">,
  namespace: string,
  secretName: string,
): { live?: { id: string; name: string; foreign?: ForeignCertificate } } {
  const found = certificateOf(live, { namespace, secretName });
  if (found === undefined) return {};
  const { name, foreign } = found;
  return { live: { id: objectId(found), name, ...(foreign === undefined ? {} : { foreign }) } };
}

/**
 * Why the stack cannot have a certificate in this Secret: another Certificate writes to it. Two Certificates would
 * overwrite each other again and again. A Certificate that belongs to an Ingress is deleted with that Ingress.
 */
function certificateConflict(
  live: Pick<LiveIssuance, "certificates">,
  secret: SecretName,
): string | undefined {
  const own = certificateOf(live, secret);
  const writer = writers(live, secret).find((each) => each !== own);
  if (writer === undefined) return undefined;
  const whose = writer.owner === undefined ? "" : `, which belongs to ${writer.owner} and is deleted with it`;
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

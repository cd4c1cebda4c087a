import type { LiveIssuance } from "../../components/certificates/live.ts";
import type { LiveCertificate } from "../../components/certificates/live-certificate.ts";
import type { LiveIngress } from "../../components/cluster/live.ts";
import { objectId } from "../../components/cluster/objects.ts";
import type { LiveIngressNginx } from "../../components/ingress-nginx/live.ts";

/** An issuer of the cluster, and its parts that need ingress-nginx. */
export interface AuditedIssuer {
  /** `ClusterIssuer letsencrypt`, `Issuer media/own`. */
  issuer: string;
  /** It answers challenges through ingress-nginx, so it issues nothing once that is gone. */
  needsNginx: boolean;
  /** Its Certificates. */
  certificates: number;
  /** Certificates that belong to an Ingress of ingress-nginx, and are deleted with it: `namespace/name`. */
  deletedWithIngress: string[];
}

/** The issuers, and which of their certificates depend on ingress-nginx. */
export function auditedIssuers(
  { issuers, certificates }: LiveIssuance,
  { classes }: Pick<LiveIngressNginx, "classes">,
  ingresses: readonly LiveIngress[],
): AuditedIssuer[] {
  const owners = new Set(ingresses.map(({ namespace, name }) => `${namespace} Ingress ${name}`));
  const names = new Set(ingresses.map(({ name }) => name));
  const isNginx = (name: string | undefined): boolean =>
    name !== undefined && (classes.includes(name) || name === "nginx");
  return issuers.map(({ name, namespace, acme }) => {
    const own = certificates.filter((each) => isOf(each, { name, namespace }));
    const solvers = acme?.solvers ?? [];
    const http01 = solvers.flatMap((solver) => solver.http01?.ingress ?? []);
    return {
      issuer: namespace === undefined ? `ClusterIssuer ${name}` : `Issuer ${namespace}/${name}`,
      needsNginx:
        http01.some(
          (ingress) =>
            isNginx(ingress.ingressClassName ?? ingress.class) ||
            (ingress.name !== undefined && names.has(ingress.name)) ||
            // Without a class, the cluster's only controller answers.
            (ingress.ingressClassName === undefined &&
              ingress.class === undefined &&
              ingress.name === undefined),
        ) || own.some(({ http01: overrides = [] }) => overrides.some((each) => isNginx(each.class))),
      certificates: own.length,
      deletedWithIngress: own
        .filter(({ namespace: place, owner }) => owner !== undefined && owners.has(`${place} ${owner}`))
        .map(objectId)
        .sort(),
    };
  });
}

function isOf(
  { namespace: place, clusterIssuer, issuer }: LiveCertificate,
  { name, namespace }: { name: string; namespace: string | undefined },
): boolean {
  return namespace === undefined ? clusterIssuer === name : issuer === name && place === namespace;
}

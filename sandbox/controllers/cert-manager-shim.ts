/**
 * Stand-in for cert-manager's ingress-shim, which makes Certificates for Ingresses.
 *
 * Imitates: one Certificate for each TLS secret of an Ingress that names a ClusterIssuer, and its updates. Does not
 * imitate: namespaced issuers, the other annotations, or the deletion of Certificates that an Ingress no longer
 * needs.
 */
import type { Api } from "../cluster/api.ts";
import { type Certificate, type Ingress, isGoing } from "./objects.ts";

const ISSUER = "cert-manager.io/cluster-issuer";

/**
 * The Certificates that cert-manager makes for an Ingress that names an issuer: one for each TLS secret, with the
 * secret's name. The Ingress is their controller, so the garbage collector deletes them with the Ingress.
 *
 * @see https://cert-manager.io/docs/usage/ingress/
 */
export function certificatesOf({ metadata, spec }: Ingress): Certificate[] {
  const { name, namespace, uid = "", labels, annotations } = metadata;
  const issuer = annotations?.[ISSUER];
  if (issuer === undefined) return [];
  // Written out, because list items have no kind.
  const kind = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" };
  const owner = { ...kind, name, uid, controller: true, blockOwnerDeletion: true };
  return (spec.tls ?? []).flatMap(({ hosts = [], secretName }) =>
    secretName === undefined || hosts.length === 0
      ? []
      : {
          apiVersion: "cert-manager.io/v1",
          kind: "Certificate",
          metadata: {
            name: secretName,
            ...(namespace === undefined ? {} : { namespace }),
            ...(labels === undefined ? {} : { labels }),
            ownerReferences: [owner],
          },
          spec: {
            secretName,
            dnsNames: hosts,
            issuerRef: { name: issuer, kind: "ClusterIssuer", group: "cert-manager.io" },
            usages: ["digital signature", "key encipherment"],
          },
        },
  );
}

/**
 * Makes and changes an Ingress's Certificates. A Certificate with another owner stays unchanged, even if the owner is
 * another Ingress. The hosts of this Ingress then never get into the certificate.
 *
 * @param live All Certificates of the cluster.
 */
export async function syncCertificates(api: Api, ingress: Ingress, live: Certificate[]): Promise<void> {
  if (isGoing(ingress)) return;
  const collection = `/apis/cert-manager.io/v1/namespaces/${ingress.metadata.namespace}/certificates`;
  for (const wanted of certificatesOf(ingress)) {
    const found = live.find(
      ({ metadata }) =>
        metadata.namespace === wanted.metadata.namespace && metadata.name === wanted.metadata.name,
    );
    // Created, not applied: a Certificate that appeared a moment ago belongs to somebody else.
    if (found === undefined) await api.request("POST", collection, wanted);
    else if (isOwn(found, ingress) && !asksTheSame(found, wanted)) {
      await api.mergePatch(`${collection}/${found.metadata.name}`, { spec: wanted.spec });
    }
  }
}

function isOwn({ metadata }: Certificate, ingress: Ingress): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ controller, uid }) => controller === true && uid === ingress.metadata.uid,
  );
}

function asksTheSame({ spec: a }: Certificate, { spec: b }: Certificate): boolean {
  return (
    a.dnsNames?.join() === b.dnsNames?.join() &&
    a.issuerRef.name === b.issuerRef.name &&
    a.issuerRef.kind === b.issuerRef.kind
  );
}

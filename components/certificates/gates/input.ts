import type { LiveIngress } from "../../cluster/live.ts";
import type { ObjectName } from "../../cluster/objects.ts";
import type { CertificatesConfig } from "../config.ts";
import type { LiveCertificate, LiveIssuance } from "../live.ts";
import type { CertificateNeeds } from "../wanted.ts";

/** What the gates of certificates know. */
export interface CertificateGateInput {
  stack: { name: string; cluster: { context: string } } & Pick<CertificateNeeds, "pomerium" | "apps"> & {
      certificates: CertificatesConfig;
    };
  issuance: LiveIssuance;
  leaving: LeavingIngresses;
  /** Ingresses that stay when ingress-nginx is removed, of whatever class, without those of challenges. */
  staying: readonly LiveIngress[];
}

/** What is removed with ingress-nginx. */
export interface LeavingIngresses {
  /** IngressClasses. */
  classes: readonly string[];
  ingresses: readonly ObjectName[];
}

/** The Ingress that a Certificate belongs to and is deleted with. */
export function goesWith(
  { ingresses }: Pick<LeavingIngresses, "ingresses">,
  { namespace, owner }: Pick<LiveCertificate, "namespace" | "owner">,
): ObjectName | undefined {
  return ingresses.find((each) => each.namespace === namespace && owner === `Ingress ${each.name}`);
}

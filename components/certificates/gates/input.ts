import type { LiveIngress } from "../../cluster/live.ts";
import type { CertificatesConfig } from "../config.ts";
import type { LeavingIngresses } from "../leaving.ts";
import type { LiveIssuance } from "../live.ts";
import type { CertificateNeeds } from "../wanted.ts";

/** Input of the gates about certificates. */
export interface CertificateGateInput {
  stack: { name: string; cluster: { context: string } } & Pick<CertificateNeeds, "pomerium" | "apps"> & {
      certificates: CertificatesConfig;
    };
  issuance: LiveIssuance;
  leaving: LeavingIngresses;
  /** Ingresses that stay when ingress-nginx is removed, of whatever class, without those of challenges. */
  staying: readonly LiveIngress[];
}

/** Arguments of this subject's components, built from the stack and the live cluster. */

import type { Input } from "@pulumi/pulumi";
import { withoutWildcard } from "../../stack-file/hosts.ts";
import { pomeriumNamespace } from "../cluster/names.ts";
import { secretOutputs } from "../cluster/secret.ts";
import { takenOver } from "./checks.ts";
import type { DnsIssuerArgs } from "./DnsIssuer.ts";
import type { HostCertificateArgs } from "./HostCertificate.ts";
import { type IssuerStack, keptIssuer } from "./issuer-take-over.ts";
import type { LeavingIngresses } from "./leaving.ts";
import type { LiveIssuance } from "./live.ts";
import type { WantedCertificate } from "./wanted.ts";

/** Arguments of the component `DnsIssuer`. */
export function issuerArgs(stack: IssuerStack, live: LiveIssuance, leaving: LeavingIngresses): DnsIssuerArgs {
  const { isExisting: _, ...config } = stack.certificates;
  return { ...secretOutputs(config), live, kept: keptIssuer(stack, live.issuer, leaving) };
}

/**
 * Arguments of the component `HostCertificate`.
 *
 * @param issuer Returns the ClusterIssuer's name. It resolves when the solver of the host's zone is proven.
 * @param namespaceOfPomerium Pomerium's namespace. Resolves when it exists.
 */
export function certificateArgs(
  { namespace, secretName, dnsNames }: Pick<WantedCertificate, "namespace" | "secretName" | "dnsNames">,
  issuer: { issuerFor(host: string): Input<string> },
  namespaceOfPomerium: Input<string>,
  live: Pick<LiveIssuance, "certificates">,
): HostCertificateArgs {
  return {
    namespace: namespace === pomeriumNamespace ? namespaceOfPomerium : namespace,
    secretName,
    dnsNames,
    issuer: issuer.issuerFor(withoutWildcard(dnsNames[0]!)),
    ...takenOver(live, namespace, secretName),
  };
}

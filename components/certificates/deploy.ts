import * as pulumi from "@pulumi/pulumi";
import { sent } from "../cluster/sent.ts";
import { certificateArgs, issuerArgs } from "./args.ts";
import { DnsIssuer } from "./DnsIssuer.ts";
import { HostCertificate } from "./HostCertificate.ts";
import type { IssuerStack } from "./issuer-take-over.ts";
import type { LeavingIngresses } from "./leaving.ts";
import type { LiveIssuance } from "./live.ts";
import { withExistingSecret } from "./live-secrets.ts";
import { type CertificateNeeds, certificateFor, secretId, wantedCertificates } from "./wanted.ts";

/** The parts of a run that certificates need. */
export interface CertificateRun {
  issuer: { issuerFor(host: string): pulumi.Input<string> };
  pomerium: {
    /** Pomerium's namespace. Resolves when it exists. */
    namespace: pulumi.Input<string>;
  };
  live: { certificates: Pick<LiveIssuance, "certificates"> };
}

/** The certificates of a stack, once they are registered. */
export interface Certificates {
  resources: HostCertificate[];
  /** `namespace/name` of each certificate's Secret → its name. Resolves when the certificate is issued. Those that
   * somebody else renews are among them. */
  secretNames: ReadonlyMap<string, pulumi.Output<string>>;
  /** Secret of the certificate that serves a host of the stack. Resolves when the certificate is issued. */
  issued(host: string): pulumi.Output<string>;
}

/** The issuer of a stack, once it is registered. */
export interface StackIssuer {
  /** The ClusterIssuer's name for a certificate of `host`. Resolves when the solver of the host's zone is proven. */
  issuerFor(host: string): pulumi.Input<string>;
  /** Zone → the host whose certificate proves the zone's solver. Resolved when that certificate is issued. */
  canaries: Record<string, pulumi.Output<string>>;
  resources: pulumi.Resource[];
}

/** Registers the issuer of the stack. Nothing is registered for an issuer that the stack only uses. */
export function deployIssuer(
  stack: IssuerStack,
  live: { certificates: LiveIssuance; ingressNginx: LeavingIngresses },
  opts: pulumi.ComponentResourceOptions,
): StackIssuer {
  const { issuer, isExisting } = stack.certificates;
  if (isExisting) return { issuerFor: () => issuer, canaries: {}, resources: [] };
  const component = new DnsIssuer("issuer", issuerArgs(stack, live.certificates, live.ingressNginx), opts);
  return {
    issuerFor: (host) => component.issuerFor(host),
    canaries: component.canaries,
    resources: [component],
  };
}

/** Registers every certificate of the stack. */
export async function deployCertificates(
  stack: CertificateNeeds,
  { issuer, pomerium, live }: CertificateRun,
  opts: pulumi.ComponentResourceOptions,
): Promise<Certificates> {
  const wanted = wantedCertificates(stack);
  const resources: HostCertificate[] = [];
  const secretNames = new Map<string, pulumi.Output<string>>();
  for (const each of wanted) {
    const args = certificateArgs(each, issuer, pomerium.namespace, live.certificates);
    const id = secretId(each);
    const certificate = await sent(new HostCertificate(id, args, opts));
    resources.push(certificate);
    secretNames.set(id, certificate.secretName);
  }
  const existing = withExistingSecret(stack.apps).map(({ host, namespace, tlsSecret }) => ({
    host,
    id: secretId({ namespace, secretName: tlsSecret }),
    name: pulumi.output(tlsSecret),
  }));
  for (const { id, name } of existing) secretNames.set(id, name);
  return {
    resources,
    secretNames,
    issued: (host) =>
      existing.find((each) => each.host === host)?.name ??
      secretNames.get(secretId(certificateFor(wanted, host)))!,
  };
}

import type { Input, InputPropertyErrorDetails } from "@pulumi/pulumi";

export interface HostCertificateArgs {
  /** Namespace of the certificate and its Secret: that of the Ingress, or Pomerium's own. */
  namespace: Input<string>;
  /** Secret that cert-manager writes the certificate to. No two hosts of a namespace may share one. */
  secretName: string;
  /** Names in the certificate: the host, or `*.<zone>`. At least one. */
  dnsNames: readonly string[];
  /** ClusterIssuer that issues it; handed on by what makes the issuer ready. */
  issuer: Input<string>;
  /** Name of the Certificate. Default: that of its Secret. */
  certificateName?: string;
  /** `<namespace>/<name>` when the cluster has this Certificate: it is taken over, with what it has issued. */
  existing?: string;
}

/** A name in the DNS, in lower case, of at least two labels. */
export const hostName =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

const objectName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Everything that is wrong with a certificate's arguments, by property. */
export function certificateProblems({
  secretName,
  certificateName,
  dnsNames,
}: Pick<HostCertificateArgs, "secretName" | "certificateName" | "dnsNames">): InputPropertyErrorDetails[] {
  const problems: InputPropertyErrorDetails[] = [];
  for (const [propertyPath, value] of Object.entries({ secretName, certificateName }))
    if (value !== undefined && !objectName.test(value))
      problems.push({ propertyPath, reason: `"${value}" is no name of a Kubernetes object` });
  if (dnsNames.length === 0) problems.push({ propertyPath: "dnsNames", reason: "names no host" });
  for (const [i, value] of dnsNames.entries())
    if (!hostName.test(value.replace(/^\*\./, "")))
      problems.push({ propertyPath: `dnsNames[${i}]`, reason: `"${value}" is no host name in lower case` });
  return problems;
}

/** Whether a certificate of these names is one for the host; `*.example.org` stands for one label. */
export function covers(dnsNames: readonly string[], host: string): boolean {
  return dnsNames.includes(host) || dnsNames.includes(host.replace(/^[^.]+/, "*"));
}

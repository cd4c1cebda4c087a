import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { importAs } from "../cluster/import.ts";
import { onceReady } from "../cluster/once-ready.ts";

export interface HostCertificateArgs {
  /** Namespace of the certificate and its Secret: that of the Ingress, or Pomerium's own. */
  namespace: pulumi.Input<string>;
  /** Secret that cert-manager writes the certificate to. No two hosts of a namespace may share one. */
  secretName: string;
  /** Names in the certificate: the host, or `*.<zone>`. At least one. */
  dnsNames: readonly string[];
  /** ClusterIssuer that issues it; handed on by what makes the issuer ready. */
  issuer: pulumi.Input<string>;
  /** Name of the Certificate. Default: that of its Secret. */
  certificateName?: string;
  /** `<namespace>/<name>` when the cluster has this Certificate: it is taken over, with what it has issued. */
  existing?: string;
}

/**
 * A Certificate without an owner. One that cert-manager makes for an annotated Ingress belongs to that Ingress, and
 * is deleted with it in the middle of a migration.
 *
 * @see https://cert-manager.io/docs/usage/certificate/
 */
export class HostCertificate extends pulumi.ComponentResource {
  /** The Secret's name. Known at once, but resolved only when the certificate has been issued. */
  readonly secretName: pulumi.Output<string>;

  constructor(name: string, args: HostCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    const { existing, ...recorded } = args;
    super("pomerium-migration:certificates:HostCertificate", name, recorded, opts);
    const certificate = new k8s.apiextensions.CustomResource(
      `${name}-certificate`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: {
          name: args.certificateName ?? args.secretName,
          namespace: args.namespace,
          // Pulumi takes a custom resource for done once it is written. This one is done when it can be served.
          annotations: { "pulumi.com/waitFor": "condition=Ready" },
        },
        spec: {
          secretName: args.secretName,
          dnsNames: [...args.dnsNames],
          issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: args.issuer },
        },
      },
      // A DNS-01 challenge waits until every name server of the zone shows its record.
      {
        parent: this,
        customTimeouts: { create: "20m", update: "20m" },
        ...importAs(existing),
      },
    );
    this.secretName = onceReady(certificate, args.secretName);
    this.registerOutputs({ secretName: this.secretName });
  }
}

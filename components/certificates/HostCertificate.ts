import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { importAs } from "../cluster/import.ts";
import { certificateProblems, type HostCertificateArgs } from "./certificate-args.ts";

export type { HostCertificateArgs } from "./certificate-args.ts";

/**
 * A certificate in its own right. One that cert-manager makes for an annotated Ingress belongs to that
 * Ingress and goes with it, without a word, in the midst of a migration.
 *
 * @see https://cert-manager.io/docs/usage/certificate/
 */
export class HostCertificate extends pulumi.ComponentResource {
  /** The Secret's name. Known at once, but resolved only when the certificate has been issued. */
  readonly secretName: pulumi.Output<string>;

  /** @throws pulumi.InputPropertiesError with every wrong argument. */
  constructor(name: string, args: HostCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    const errors = certificateProblems(args);
    if (errors.length > 0)
      throw new pulumi.InputPropertiesError({
        message: `The arguments of certificate ${name} are wrong`,
        errors,
      });
    const { existing, ...recorded } = args;
    super("pomerium-migration:certificates:HostCertificate", name, recorded, opts);
    const certificateName = args.certificateName ?? args.secretName;
    const certificate = new k8s.apiextensions.CustomResource(
      `${name}-certificate`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: {
          name: certificateName,
          namespace: args.namespace,
          // A custom resource counts as done once it is written; this one only when it can be served.
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
    // Through its URN, which is known in a preview too, and resolves when the wait is over.
    this.secretName = certificate.urn.apply(() => args.secretName);
    this.registerOutputs({ secretName: this.secretName });
  }
}

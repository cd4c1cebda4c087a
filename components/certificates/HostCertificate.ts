import * as pulumi from "@pulumi/pulumi";
import { managedBy } from "../cluster/foreign.ts";
import { formerlyIn } from "../cluster/former-parent.ts";
import { importAs } from "../cluster/import.ts";
import * as k8s from "../cluster/kubernetes.ts";
import { onceReady } from "../cluster/once-ready.ts";
import { waitFor } from "../cluster/wait-for.ts";
import { type ForeignCertificate, takenOverMark } from "./live-certificate.ts";

export interface HostCertificateArgs {
  /** Namespace of the certificate and its Secret: that of the Ingress, or Pomerium's own. */
  namespace: pulumi.Input<string>;
  /** Secret that cert-manager writes the certificate to. No two hosts of a namespace may share one. */
  secretName: string;
  /** Names in the certificate: the host, or `*.<zone>`. At least one. */
  dnsNames: readonly string[];
  /** ClusterIssuer that issues it. Resolves when the issuer is ready. */
  issuer: pulumi.Input<string>;
  /** The existing Certificate for this Secret. It is taken over, and its issued certificate stays. Default: none. */
  live?: {
    /** `<namespace>/<name>`. */
    id: string;
    name: string;
    /** Its fields, if somebody else made it. They stay, and the Certificate stays when the stack is destroyed. */
    foreign?: ForeignCertificate;
  };
}

/** The API server does not keep an empty map: every preview would show it as a change. */
function withLabels(labels: Readonly<Record<string, string>>): { labels?: Record<string, string> } {
  return Object.keys(labels).length > 0 ? { labels: { ...labels } } : {};
}

/**
 * A Certificate without an owner. One that cert-manager makes for an annotated Ingress belongs to that Ingress, and
 * is deleted with it in the middle of a migration.
 *
 * @see https://cert-manager.io/docs/usage/certificate/
 */
export class HostCertificate extends k8s.CustomResource {
  /** The Secret's name. Known at once, but resolved only when the certificate has been issued. */
  readonly secretName: pulumi.Output<string>;

  constructor(name: string, args: HostCertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const { live } = args;
    const { foreign } = live ?? {};
    super(
      `${name}-certificate`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: {
          name: live?.name ?? args.secretName,
          namespace: args.namespace,
          ...withLabels(foreign?.labels ?? { [managedBy.label]: managedBy.value }),
          // Done when the certificate is issued.
          annotations: {
            ...(foreign && { ...foreign.annotations, ...takenOverMark }),
            ...waitFor("condition=Ready"),
          },
        },
        spec: {
          ...(foreign && keptSpec(foreign)),
          secretName: args.secretName,
          // Other users of the Secret may need the names that the Certificate has already.
          dnsNames: [...new Set([...(foreign?.dnsNames ?? []), ...args.dnsNames])],
          issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: args.issuer },
        },
      },
      {
        ...opts,
        aliases: [formerlyIn("pomerium-migration:certificates:HostCertificate", name, opts?.parent)],
        // A DNS-01 challenge waits until every name server of the zone shows its record.
        customTimeouts: { create: "20m", update: "20m" },
        retainOnDelete: foreign !== undefined,
        ...importAs(live?.id),
      },
    );
    this.secretName = onceReady(this, args.secretName);
  }
}

/** The kept fields of the spec. Keystores become a secret, because they may contain passwords. */
function keptSpec({ spec: { keystores, ...spec } }: ForeignCertificate): Record<string, unknown> {
  return { ...spec, ...(keystores === undefined ? {} : { keystores: pulumi.secret(keystores) }) };
}

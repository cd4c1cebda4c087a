import * as pulumi from "@pulumi/pulumi";
import { zoneOf } from "../../stack-file/hosts.ts";
import { managedBy } from "../cluster/foreign.ts";
import { importOf } from "../cluster/import.ts";
import * as k8s from "../cluster/kubernetes.ts";
import { type ObjectOfKind, objectLabel } from "../cluster/objects.ts";
import { onceReady } from "../cluster/once-ready.ts";
import { plaintextOutputs, secretData } from "../cluster/secret.ts";
import { waitFor } from "../cluster/wait-for.ts";
import { takenOver } from "./checks.ts";
import { HostCertificate } from "./HostCertificate.ts";
import { install } from "./install.ts";
import { installations } from "./issuer-objects.ts";
import {
  bindingKey,
  type CnameStrategy,
  canaryHost,
  canarySecret,
  credentialsName,
  hasCredentials,
  issuerSpec,
  type KeptIssuer,
  nothingKept,
  secretKeys,
} from "./issuer-spec.ts";
import type { LiveCertificate } from "./live-certificate.ts";
import type { Webhook } from "./solvers/porkbun-webhook.ts";
import { type SolverName, solverOf } from "./solvers/registry.ts";

export interface DnsIssuerArgs {
  /** Name of the ClusterIssuer: `letsencrypt-prod`. */
  issuer: string;
  /** ACME directory. */
  server: string;
  /** E-mail address of the ACME account. With another address, the account is registered again. */
  email: string;
  /** Common name of the root of the wanted chain. Default: the chain that the server prefers. */
  preferredChain?: string;
  /** The authority's account that the ACME account belongs to. Default: none. */
  externalAccountBinding?: { keyId: string; key: pulumi.Input<string> };
  /** Solver of each DNS zone. At least one zone. */
  zones: Record<string, ZoneArgs>;
  /** Namespace of cert-manager, where it looks for a ClusterIssuer's Secrets. */
  namespace: string;
  /** The webhook for Porkbun. It is installed only if a zone uses it. */
  webhook: Webhook;
  /** IngressClass that answers HTTP-01 challenges. Default: pomerium. */
  ingressClass?: pulumi.Input<string>;
  /** Whether a certificate for `canary.<zone>` proves each zone's DNS-01 solver. Default: true. */
  canary?: boolean;
  /** Parts of the existing issuer that stay. Default: none. */
  kept?: KeptIssuer;
  /** Existing objects, which are taken over. Default: none. */
  live?: {
    /** The existing ClusterIssuer of this name. */
    issuer?: {
      /** Whether somebody else made it. Then a destroy keeps it, with its webhook and credentials. */
      foreign: boolean;
      acme?: {
        /** Secret with the key of the ACME account. It stays in use. */
        accountKey: string;
      };
    };
    /** Names of the Helm releases. */
    releases?: readonly string[];
    /** Labels (`objectLabel`) of other objects that the issuer needs. */
    existing?: readonly string[];
    /** Certificates. They may include canaries of a stack that has lost its state. */
    certificates?: readonly LiveCertificate[];
  };
}

/** How the challenges of a zone are solved. */
export interface ZoneArgs {
  solver: SolverName;
  /** The solver's credentials, by their keys in the stack file. Default: none. */
  secrets?: Record<string, pulumi.Input<string>>;
  /** The solver's further settings. Default: none. */
  settings?: Record<string, unknown>;
  /** Whether challenges follow a CNAME to another zone. Default: as in the existing issuer, else they do not. */
  cnameStrategy?: CnameStrategy;
}

/**
 * The ClusterIssuer of all certificates, with one solver per DNS zone, and what the solvers need: credentials and
 * webhooks. A canary certificate proves each zone before anything relies on it.
 *
 * An issuer that the cluster has already is taken over with its ACME account. It also renews the certificates of
 * ingress-nginx, so it stays with everything that it needs when the stack is destroyed.
 *
 * @see https://cert-manager.io/docs/configuration/acme/dns01/
 */
export class DnsIssuer extends pulumi.ComponentResource {
  /** The ClusterIssuer's name. Known at once, but resolved only when its ACME account is registered. */
  readonly issuer: pulumi.Output<string>;
  /** Zone → the host whose certificate proves the zone's solver. Resolved when that certificate is issued. */
  readonly canaries: Record<string, pulumi.Output<string>>;
  readonly #zones: string[];
  readonly #name: string;

  constructor(name: string, args: DnsIssuerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { zones } = args;
    const { live = {}, namespace, webhook } = args;
    super("pomerium-migration:certificates:DnsIssuer", name, {}, opts);

    this.#zones = Object.keys(zones);
    this.#name = args.issuer;
    const isForeign = live.issuer?.foreign ?? false;
    const existing = [
      ...(live.existing ?? []),
      ...(live.releases ?? []).map((release) => objectLabel({ kind: "Release", name: release, namespace })),
      ...(live.issuer ? [objectLabel({ kind: "ClusterIssuer", name: args.issuer })] : []),
    ];
    const optionsOf = (object: ObjectOfKind): pulumi.CustomResourceOptions => ({
      parent: this,
      retainOnDelete: isForeign,
      ...importOf(existing, object),
    });

    const credentials = credentialSecrets(name, args, optionsOf);
    const installed = installations({ namespace, webhook, zones }).flatMap((installation) =>
      install(name, installation, namespace, optionsOf),
    );

    const clusterIssuer = new k8s.CustomResource(
      // A new name means a new issuer. All certificates change to it before the former issuer is deleted.
      `${name}-${args.issuer}`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: {
          name: args.issuer,
          ...(isForeign ? {} : { labels: { [managedBy.label]: managedBy.value } }),
          annotations: registered(args.email),
        },
        spec: specOf(args),
      },
      {
        ...optionsOf({ kind: "ClusterIssuer", name: args.issuer }),
        dependsOn: [...credentials, ...installed],
        customTimeouts: { create: "5m", update: "5m" },
      },
    );
    this.issuer = onceReady(clusterIssuer, args.issuer);

    const proven =
      args.canary === false
        ? []
        : this.#zones.filter((zone) => solverOf(args.zones[zone]!.solver).type === "DNS-01");
    this.canaries = Object.fromEntries(proven.map((zone) => [zone, this.#canary(name, args, zone)]));
    this.registerOutputs({ issuer: this.issuer, canaries: this.canaries });
  }

  /** Makes the certificate that proves a zone's solver. Its host is resolved when the certificate is issued. */
  #canary(
    name: string,
    { namespace, live = {} }: Pick<DnsIssuerArgs, "namespace" | "live">,
    zone: string,
  ): pulumi.Output<string> {
    const canary = new HostCertificate(
      `${name}-canary-${zone}`,
      {
        namespace,
        secretName: canarySecret(zone),
        dnsNames: [canaryHost(zone)],
        issuer: this.issuer,
        ...takenOver({ certificates: [...(live.certificates ?? [])] }, namespace, canarySecret(zone)),
      },
      { parent: this },
    );
    return onceReady(canary.secretName, canaryHost(zone));
  }

  /**
   * The ClusterIssuer's name for a certificate of `host`. Known at once, but resolved only when the solver of the
   * host's zone is proven. A mistake in a zone's credentials would fail all of its hosts, and Let's Encrypt blocks a
   * host for an hour after five failures.
   *
   * @throws RangeError for a host outside all zones.
   */
  issuerFor(host: string): pulumi.Output<string> {
    const zone = zoneOf(host, this.#zones);
    if (zone === undefined) throw new RangeError(`${host} is in no zone of the issuer`);
    const canary = this.canaries[zone];
    return canary === undefined ? this.issuer : onceReady(canary, this.#name);
  }
}

/** The Secrets with the credentials of the solvers, and with the key that binds the ACME account. */
function credentialSecrets(
  name: string,
  { issuer, namespace, zones, externalAccountBinding: binding }: DnsIssuerArgs,
  optionsOf: (object: ObjectOfKind) => pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const secret = (
    resource: string,
    secretName: string,
    values: Record<string, pulumi.Input<string>>,
  ): pulumi.Resource =>
    new k8s.Secret(
      resource,
      { metadata: { name: secretName, namespace }, type: "Opaque", data: secretData(values) },
      {
        ...optionsOf({ kind: "Secret", name: secretName, namespace }),
        additionalSecretOutputs: plaintextOutputs,
      },
    );
  const credentials = Object.entries(zones)
    .filter(([zone, args]) => hasCredentials(zone, args))
    .map(([zone, args]) =>
      secret(`${name}-credentials-${zone}`, credentialsName(zone, args.solver), credentialsOf(zone, args)),
    );
  if (binding === undefined) return credentials;
  const { name: secretName, key } = bindingKey(issuer);
  return [...credentials, secret(`${name}-account-binding`, secretName, { [key]: binding.key })];
}

function specOf({
  ingressClass = "pomerium",
  externalAccountBinding: binding,
  ...args
}: DnsIssuerArgs): pulumi.Output<object> {
  return pulumi.output(ingressClass).apply((className) =>
    issuerSpec({
      issuer: args.issuer,
      server: args.server,
      email: args.email,
      accountKey: args.live?.issuer?.acme?.accountKey ?? args.issuer,
      zones: args.zones,
      ...(args.preferredChain === undefined ? {} : { preferredChain: args.preferredChain }),
      ...(binding === undefined ? {} : { externalAccountBinding: { keyId: binding.keyId } }),
      webhook: args.webhook,
      ingressClass: className,
      kept: args.kept ?? nothingKept,
    }),
  );
}

/** Waits until the ACME account has this address, and the issuer is ready with its present spec. */
function registered(email: string): Record<string, string> {
  return waitFor(`jsonpath=${registeredAs(email)}`, "condition=Ready");
}

/** The provider refuses a value with `=`. Such an address is compared inside the path, where `=` and braces are escaped. */
function registeredAs(email: string): string {
  if (!email.includes("=")) return `{.status.acme.lastRegisteredEmail}=${email}`;
  const escaped = email.replace(/[={}]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  return `{.status.acme[?(@=="${escaped}")]}`;
}

/** A zone's credentials, by their keys in the Secret. */
function credentialsOf(zone: string, zoneArgs: ZoneArgs): Record<string, pulumi.Input<string>> {
  return Object.fromEntries(
    Object.entries(secretKeys(zone, zoneArgs)).flatMap(([setting, { key }]) => {
      const value = zoneArgs.secrets?.[setting];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

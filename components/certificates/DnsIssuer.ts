import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { importOf } from "../cluster/import.ts";
import { managedBy } from "../cluster/live.ts";
import { type ObjectOfKind, objectLabel } from "../cluster/objects.ts";
import { secretData, secretOutputs } from "../cluster/secret.ts";
import { type DnsIssuerArgs, issuerProblems, type ZoneArgs } from "./dns-issuer-args.ts";
import { HostCertificate } from "./HostCertificate.ts";
import {
  canaryHost,
  canarySecret,
  credentialKeys,
  credentialsName,
  issuerSpec,
  zoneOfHost,
} from "./issuer-spec.ts";
import { resolveWebhook } from "./webhook.ts";
import { installWebhook } from "./webhook-release.ts";

export type { DnsIssuerArgs, ZoneArgs } from "./dns-issuer-args.ts";

/**
 * The ClusterIssuer of all certificates, with one solver per DNS zone, and what the solvers need: credentials and,
 * for Porkbun, a webhook. Each zone is proven by a certificate of its own before anything relies on it.
 *
 * An issuer that the cluster had before is taken over, its ACME account kept. The certificates of ingress-nginx
 * are renewed by it too, so a stack that is destroyed leaves it there, with everything that it needs.
 *
 * @see https://cert-manager.io/docs/configuration/acme/dns01/
 */
export class DnsIssuer extends pulumi.ComponentResource {
  /** The ClusterIssuer's name. Known at once, but resolved only when its ACME account is registered. */
  readonly issuer: pulumi.Output<string>;
  /** Zone → the host whose certificate proves the zone's solver, resolved when that has been issued. */
  readonly canaries: Record<string, pulumi.Output<string>>;
  readonly #zones: string[];

  /** @throws pulumi.InputPropertiesError with every wrong argument. */
  constructor(name: string, args: DnsIssuerArgs, opts?: pulumi.ComponentResourceOptions) {
    const errors = issuerProblems(args);
    if (errors.length > 0)
      throw new pulumi.InputPropertiesError({ message: `The arguments of issuer ${name} are wrong`, errors });
    const solvers = Object.fromEntries(
      Object.entries(args.zones).map(([zone, { solver }]) => [zone, solver]),
    );
    const { live = {}, namespace = "cert-manager", ingressClass = "pomerium", ...recorded } = args;
    // What the component records as its inputs is there for all to read: no credentials.
    super("pomerium-migration:certificates:DnsIssuer", name, { ...recorded, zones: solvers }, opts);

    this.#zones = Object.keys(solvers);
    const webhook = resolveWebhook(args.webhook);
    const takenOver = live.issuer?.foreign ?? false;
    const existing = [
      ...(live.existing ?? []),
      ...(live.release ? [objectLabel({ kind: "Release", name: webhook.release, namespace })] : []),
      ...(live.issuer ? [objectLabel({ kind: "ClusterIssuer", name: args.issuer })] : []),
    ];
    const optionsOf = (object: ObjectOfKind): pulumi.CustomResourceOptions => ({
      parent: this,
      retainOnDelete: takenOver,
      ...importOf(existing, object),
    });

    const credentials = Object.entries(args.zones).flatMap(([zone, zoneArgs]) => {
      const texts = credentialsOf(zoneArgs);
      if (texts === undefined) return [];
      const object = { kind: "Secret", name: credentialsName(zone, zoneArgs.solver), namespace } as const;
      return new k8s.core.v1.Secret(
        `${name}-credentials-${zone}`,
        {
          metadata: { name: object.name, namespace },
          type: "Opaque",
          data: secretData(texts),
        },
        { ...optionsOf(object), additionalSecretOutputs: secretOutputs },
      );
    });

    const porkbun = Object.keys(solvers).filter((zone) => solvers[zone] === "porkbun");
    const installed =
      porkbun.length === 0
        ? []
        : installWebhook(`${name}-webhook`, {
            webhook,
            namespace,
            credentials: porkbun.map((zone) => credentialsName(zone, "porkbun")),
            optionsOf,
          });

    const clusterIssuer = new k8s.apiextensions.CustomResource(
      // Another name is another issuer: certificates change over before the former goes.
      `${name}-${args.issuer}`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: {
          name: args.issuer,
          ...(takenOver ? {} : { labels: { [managedBy.label]: managedBy.value } }),
          annotations: { "pulumi.com/waitFor": registered(args.email) },
        },
        spec: pulumi.output(ingressClass).apply((className) =>
          issuerSpec({
            server: args.server,
            email: args.email,
            accountKey: live.issuer?.acme?.accountKey ?? args.issuer,
            zones: solvers,
            webhook,
            ingressClass: className,
          }),
        ),
      },
      {
        ...optionsOf({ kind: "ClusterIssuer", name: args.issuer }),
        dependsOn: [...credentials, ...installed],
        customTimeouts: { create: "5m", update: "5m" },
      },
    );
    // Through its URN, which is known in a preview too, and resolves when the wait is over.
    this.issuer = clusterIssuer.urn.apply(() => args.issuer);

    const proven =
      args.canary === false ? [] : Object.keys(solvers).filter((zone) => solvers[zone] !== "http01");
    this.canaries = Object.fromEntries(
      proven.map((zone) => {
        const canary = new HostCertificate(
          `${name}-canary-${zone}`,
          {
            namespace,
            secretName: canarySecret(zone),
            dnsNames: [canaryHost(zone)],
            issuer: this.issuer,
          },
          { parent: this },
        );
        return [zone, canary.secretName.apply(() => canaryHost(zone))];
      }),
    );
    this.registerOutputs({ issuer: this.issuer, canaries: this.canaries });
  }

  /**
   * The ClusterIssuer's name for a certificate of `host`. Known at once, but resolved only when the solver of the
   * host's zone is proven: Let's Encrypt blocks a host for an hour after five failures, and a mistake in a zone's
   * credentials would fail all of its hosts.
   *
   * @throws RangeError for a host that lies in no zone.
   */
  issuerFor(host: string): pulumi.Output<string> {
    const zone = zoneOfHost(host, this.#zones);
    if (zone === undefined) throw new RangeError(`${host} lies in no zone of the issuer`);
    const canary = this.canaries[zone];
    return canary === undefined ? this.issuer : pulumi.all([this.issuer, canary]).apply(([name]) => name);
  }
}

/**
 * Ready, with this address. That the condition is about this generation of the spec is not asked for
 * (`condition=Ready` would): newer releases of cert-manager leave the condition as it was when nothing but solvers has
 * changed, and the wait would not end.
 */
function registered(email: string): string {
  return JSON.stringify([
    `jsonpath={.status.acme.lastRegisteredEmail}=${email}`,
    `jsonpath={.status.conditions[?(@.type=="Ready")].status}=True`,
  ]);
}

function credentialsOf(zone: ZoneArgs): Record<string, pulumi.Input<string>> | undefined {
  switch (zone.solver) {
    case "porkbun":
      return {
        [credentialKeys.apiKey]: zone.apiKey,
        [credentialKeys.secretApiKey]: zone.secretApiKey,
      };
    case "cloudflare":
      return { [credentialKeys.apiToken]: zone.apiToken };
    case "http01":
      return undefined;
  }
}

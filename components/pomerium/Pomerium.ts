import * as pulumi from "@pulumi/pulumi";
import { forceTakenOver } from "../cluster/force-taken-over.ts";
import { importOf } from "../cluster/import.ts";
import * as k8s from "../cluster/kubernetes.ts";
import { onceReady } from "../cluster/once-ready.ts";
import { skipAwait } from "../cluster/wait-for.ts";
import { bootstrapSecret } from "./bootstrap-secret.ts";
import type { IdentityProvider } from "./identity-providers.ts";
import type { LiveObjects } from "./live-objects.ts";
import * as names from "./names.ts";
import { overlayFolders } from "./overlay.ts";
import { opaqueSecret, ownNamespace } from "./own-objects.ts";
import { hasPrevious, scaledToZero } from "./previous-workload.ts";
import { settings } from "./settings.ts";
import { settingsInForce, settingsKind } from "./settings-in-force.ts";
import type { SettingsInput } from "./settings-schema.ts";
import { isStateful } from "./storage.ts";
import { takeOver } from "./take-over.ts";

export interface IdentityProviderArgs {
  provider: IdentityProvider;
  /** Id of the OAuth client. It is registered with the provider for `<authenticateUrl>/oauth2/callback`. */
  clientId: pulumi.Input<string>;
  /** Secret of the OAuth client. It is secret in Pulumi's state, whether it is given as a secret or not. */
  clientSecret: pulumi.Input<string>;
  /** URL of the issuer. Default: the one address that the provider has. */
  url?: pulumi.Input<string>;
  /** OAuth scopes. Default: those that Pomerium asks the provider for. */
  scopes?: pulumi.Input<pulumi.Input<string>[]>;
  /** Further parameters of the sign-in request. Default: none. */
  requestParams?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Further parameters that must not be readable. They are secret in Pulumi's state. Default: none. */
  secretRequestParams?: Record<string, pulumi.Input<string>>;
  /** Certificates of the private authority that signed the provider's certificate, as PEM text. Default: none. */
  ca?: pulumi.Input<string>;
}

export interface PomeriumArgs {
  /** Release tag of the manifests: `v0.33.1`. */
  version: string;
  /** Folder that `prepareManifests` returned for the same version and storage. */
  overlayDirectory: string;
  /** Public address of the sign-in pages, with the port if that is not 443: `https://authenticate.example.org:8443`. */
  authenticateUrl: pulumi.Input<string>;
  identityProvider: IdentityProviderArgs;
  /**
   * Where sessions are kept. With one replica: in a Pebble store on the overlay's volume, or in memory. With several
   * replicas: in a copy in every pod, or in PostgreSQL. `connection` is `postgresql://user:password@host/database`.
   * The Secrets are `namespace/name`.
   */
  storage:
    | { pebble: object }
    | { memory: object }
    | { cluster: object }
    | { postgres: { connection: pulumi.Input<string>; caSecret?: string; tlsSecret?: string } };
  /** How long a sign-in lasts, as a Go duration: `720h`. */
  session: pulumi.Input<string>;
  /** TLS Secrets that Pomerium serves besides those of the Ingresses, `namespace/name`. Default: none. */
  certificates?: pulumi.Input<string>[];
  /** Further fields of the settings object, those of `settingsSchema`. Default: none. */
  settings?: SettingsInput;
  live: LiveObjects;
}

/**
 * Pomerium with its settings, secrets and store, in namespace `pomerium`.
 *
 * No part waits for a later part. The order is: the foundation of upstream's manifests (CRDs, RBAC, volume), the
 * secrets, the settings, and then the workload. The workload is ready when it has read all of them.
 */
export class Pomerium extends pulumi.ComponentResource {
  /** Release tag. */
  readonly version: string;
  /** Namespace of all parts. Known at once, but resolved only when it exists. */
  readonly namespace: pulumi.Output<string>;
  /** Service of the proxy. `address` is its name inside the cluster; its ports are 443 and 80. */
  readonly service: pulumi.Output<{ name: string; address: string }>;
  /** Class for the Ingresses of apps. Known at once, but resolved only when the settings are in force. */
  readonly ingressClass: pulumi.Output<string>;
  /** True as soon as the running Pomerium reports that these settings are in force. */
  readonly settingsInForce: pulumi.Output<boolean>;
  readonly authenticateUrl: pulumi.Output<string>;

  constructor(name: string, args: PomeriumArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pomerium-migration:pomerium:Pomerium", name, {}, opts);

    const { existing, forced = [] } = args.live;
    // Pulumi calls the program for each transform of each object.
    const transforms = [takeOver(existing), ...(forced.length > 0 ? [forceTakenOver(forced)] : [])];
    const namespace = ownNamespace(`${name}-namespace`, args.live, { parent: this });
    const foundation = new k8s.Directory(
      `${name}-foundation`,
      { directory: `${args.overlayDirectory}/${overlayFolders.foundation}` },
      { parent: this, dependsOn: [namespace], transforms },
    );
    // The namespace explicitly, too: to Pulumi, a Directory is one resource, and the objects inside do not count.
    const inNamespace = { parent: this, dependsOn: [namespace, foundation] };

    const secrets = [
      bootstrapSecret(`${name}-bootstrap`, args.live, inNamespace),
      ...secretsOf(args).map(({ resource, object, data }) =>
        opaqueSecret(`${name}-${resource}`, object, data, existing, inNamespace),
      ),
    ];

    const settingsObject = settingsOf(`${name}-settings`, args, { parent: this, dependsOn: secrets });

    const beforeWorkload: pulumi.Resource[] = [settingsObject];
    if (isStateful(args.storage) && hasPrevious(args.live)) {
      beforeWorkload.push(scaledToZero(`${name}-previous`, { parent: this, dependsOn: [settingsObject] }));
    }
    const workload = new k8s.Directory(
      `${name}-workload`,
      { directory: `${args.overlayDirectory}/${overlayFolders.workload}` },
      { parent: this, dependsOn: beforeWorkload, transforms },
    );

    const inForce = settingsInForce(`${name}-ready`, settingsObject, { parent: this, dependsOn: [workload] });
    this.version = args.version;
    this.settingsInForce = onceReady(inForce, true);
    this.ingressClass = onceReady(inForce, names.ingressClass);
    this.namespace = onceReady(foundation, names.namespace);
    this.service = pulumi.output({
      name: names.proxyService,
      address: `${names.proxyService}.${names.namespace}.svc.cluster.local`,
    });
    this.authenticateUrl = pulumi.output(args.authenticateUrl);
    this.registerOutputs({
      namespace: this.namespace,
      service: this.service,
      ingressClass: this.ingressClass,
      settingsInForce: this.settingsInForce,
      authenticateUrl: this.authenticateUrl,
    });
  }
}

/** The object with Pomerium's settings. */
function settingsOf(
  name: string,
  args: PomeriumArgs,
  options: pulumi.CustomResourceOptions,
): k8s.CustomResource {
  const metadata = {
    name: names.settingsObject,
    // `settingsInForce` left a condition on the live object, and it names the generation before this one.
    annotations: skipAwait,
  };
  return new k8s.CustomResource(
    name,
    { ...settingsKind, metadata, spec: spec(args) },
    {
      ...options,
      ...importOf(args.live.existing, { kind: settingsKind.kind, name: names.settingsObject }),
    },
  );
}

/** The Secrets that the settings name. */
function secretsOf({ identityProvider, storage }: Pick<PomeriumArgs, "identityProvider" | "storage">) {
  const { clientId, clientSecret, secretRequestParams = {}, ca } = identityProvider;
  return [
    {
      resource: "identity-provider",
      object: names.identityProviderSecret,
      data: { client_id: clientId, client_secret: clientSecret },
    },
    ...(Object.keys(secretRequestParams).length === 0
      ? []
      : [{ resource: "request-params", object: names.requestParamsSecret, data: secretRequestParams }]),
    ...(ca === undefined
      ? []
      : [{ resource: "authority", object: names.authoritySecret, data: { "ca.crt": ca } }]),
    ...("postgres" in storage
      ? [
          {
            resource: "storage",
            object: names.storageSecret,
            data: { connection: storage.postgres.connection },
          },
        ]
      : []),
  ];
}

function spec(args: PomeriumArgs): pulumi.Output<object> {
  const { provider, url, scopes, requestParams, secretRequestParams, ca } = args.identityProvider;
  const { version, settings: given = {}, storage } = args;
  return pulumi
    .output({
      authenticateUrl: args.authenticateUrl,
      client: { url, scopes, requestParams },
      certificates: args.certificates ?? [],
      session: args.session,
    })
    .apply(({ client, ...resolved }) =>
      settings({
        ...resolved,
        version,
        given,
        identityProvider: {
          provider,
          ...(JSON.parse(JSON.stringify(client)) as typeof client),
          hasSecretParams: Object.keys(secretRequestParams ?? {}).length > 0,
          hasAuthority: ca !== undefined,
        },
        storage,
      }),
    );
}

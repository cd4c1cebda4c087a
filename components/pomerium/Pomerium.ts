import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { isReleaseTag, newestRelease } from "../../policies/language/releases.ts";
import { durationMilliseconds } from "../../stack-file/duration.ts";
import { importOf } from "../cluster/import.ts";
import { managedBy } from "../cluster/live.ts";
import { secretData, secretOutputs } from "../cluster/secret.ts";
import { bootstrapSecret } from "./bootstrap-secret.ts";
import * as names from "./names.ts";
import { overlayFolders } from "./overlay.ts";
import { type ProviderName, providerProblems, settings } from "./settings.ts";
import { takeOver } from "./take-over.ts";

export interface IdentityProviderArgs {
  provider: ProviderName;
  /** OAuth client that is registered with the provider for `<authenticateUrl>/oauth2/callback`. */
  clientId: pulumi.Input<string>;
  /** Its secret; kept secret in state whether given as one or not. */
  clientSecret: pulumi.Input<string>;
  /** Issuer's URL; needed for auth0, cognito, oidc, okta and ping. */
  url?: pulumi.Input<string>;
  /** OAuth scopes. Default: what Pomerium asks the provider for. */
  scopes?: pulumi.Input<pulumi.Input<string>[]>;
}

export interface PomeriumArgs {
  /** Release tag of the overlay's base: `v0.33.1`. */
  version: string;
  /** Folder that `writeOverlay` returned, made with the same version and storage. */
  overlayDirectory: string;
  /** Public address of the sign-in pages, with port where that is not 443: `https://authenticate.example.org:8443`. */
  authenticateUrl: pulumi.Input<string>;
  identityProvider: IdentityProviderArgs;
  /**
   * Where sessions are kept: in a Pebble store on the overlay's volume, by one Pomerium, or in PostgreSQL
   * (`connection`: `postgresql://user:password@host/database`), by any number.
   */
  storage: { pebble: object } | { postgres: { connection: pulumi.Input<string> } };
  /** How long a sign-in lasts, as a Go duration: `720h`. */
  session: pulumi.Input<string>;
  /** TLS Secrets that Pomerium serves beside those of the Ingresses, `namespace/name`. Default: none. */
  certificates?: pulumi.Input<string>[];
  /** Headers set on every response, instead of `defaultResponseHeaders` of settings.ts. */
  responseHeaders?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** What the cluster has already. */
  live: {
    /** A Deployment `pomerium/pomerium`: it may have the Pebble store open, so it is stopped before ours starts. */
    deployment: boolean;
    /** A namespace `pomerium` that this program did not make: it is adopted as it is. */
    namespace: boolean;
    /**
     * A Secret `pomerium/bootstrap` that this program did not make: everybody's session depends on its contents, so
     * it is adopted as it is.
     */
    bootstrapSecret: boolean;
    /**
     * Labels (`objectLabel`) of all else that is there, whoever made it: it is taken over in place, and the volume as it
     * is. Default: nothing.
     */
    existing?: readonly string[];
  };
}

const settingsKind = { apiVersion: "ingress.pomerium.io/v1", kind: "Pomerium" };

/**
 * Pomerium with its settings, secrets and store, in namespace `pomerium`.
 *
 * Its parts come up in the one order in which nothing waits for what comes later: what upstream's manifests found
 * (CRDs, RBAC, volume), secrets, settings, and only then the workload, which is not ready before it has read them.
 */
export class Pomerium extends pulumi.ComponentResource {
  /** Namespace of everything here. Known at once, but resolved only when it exists. */
  readonly namespace: pulumi.Output<string>;
  /** The proxy's Service; `address` is its name within the cluster, ports 443 and 80. */
  readonly service: pulumi.Output<{ name: string; address: string }>;
  /** Class for the Ingresses of apps. Known at once, but resolved only when the settings are in force. */
  readonly ingressClass: pulumi.Output<string>;
  /** True, as soon as the running Pomerium has reported that the settings of this deployment are in force. */
  readonly ready: pulumi.Output<boolean>;
  readonly authenticateUrl: pulumi.Output<string>;

  /**
   * @throws pulumi.InputPropertiesError with every wrong argument.
   */
  constructor(name: string, args: PomeriumArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pomerium-migration:pomerium:Pomerium", name, recorded(args), opts);
    checkArgs(args);

    const { existing } = args.live;
    const transforms = [takeOver(existing)];
    const namespace = ownNamespace(`${name}-namespace`, { existing: args.live.namespace }, { parent: this });
    const foundation = new k8s.kustomize.v2.Directory(
      `${name}-foundation`,
      { directory: `${args.overlayDirectory}/${overlayFolders.foundation}` },
      { parent: this, dependsOn: [namespace], transforms },
    );
    // The namespace by itself, too: Pulumi takes a Directory for one thing and knows nothing of what is in it.
    const inNamespace = { parent: this, dependsOn: [namespace, foundation] };

    const secrets = [
      bootstrapSecret(`${name}-bootstrap`, { existing: args.live.bootstrapSecret }, inNamespace),
      opaqueSecret(
        `${name}-identity-provider`,
        names.identityProviderSecret,
        { client_id: args.identityProvider.clientId, client_secret: args.identityProvider.clientSecret },
        existing,
        inNamespace,
      ),
    ];
    if ("postgres" in args.storage) {
      const { connection } = args.storage.postgres;
      secrets.push(
        opaqueSecret(`${name}-storage`, names.storageSecret, { connection }, existing, inNamespace),
      );
    }

    const settingsObject = new k8s.apiextensions.CustomResource(
      `${name}-settings`,
      {
        ...settingsKind,
        metadata: {
          name: names.settingsObject,
          // The condition that `settingsInForce` leaves on the live object is of the generation before this one.
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: spec(args),
      },
      {
        parent: this,
        dependsOn: secrets,
        ...importOf(existing, { kind: settingsKind.kind, name: names.settingsObject }),
      },
    );

    const beforeWorkload: pulumi.Resource[] = [settingsObject];
    if (args.live.deployment && "pebble" in args.storage) {
      beforeWorkload.push(scaledToZero(`${name}-previous`, { parent: this, dependsOn: [settingsObject] }));
    }
    const workload = new k8s.kustomize.v2.Directory(
      `${name}-workload`,
      { directory: `${args.overlayDirectory}/${overlayFolders.workload}` },
      { parent: this, dependsOn: beforeWorkload, transforms },
    );

    const inForce = settingsInForce(`${name}-ready`, settingsObject, { parent: this, dependsOn: [workload] });
    // Through its URN, which is known in a preview too, and resolves when the wait is over.
    this.ready = inForce.urn.apply(() => true);
    this.ingressClass = inForce.urn.apply(() => names.ingressClass);
    this.namespace = foundation.urn.apply(() => names.namespace);
    this.service = pulumi.output({
      name: names.proxyService,
      address: `${names.proxyService}.${names.namespace}.svc.cluster.local`,
    });
    this.authenticateUrl = pulumi.output(args.authenticateUrl);
    this.registerOutputs({
      namespace: this.namespace,
      service: this.service,
      ingressClass: this.ingressClass,
      ready: this.ready,
      authenticateUrl: this.authenticateUrl,
    });
  }
}

/**
 * What is recorded as the component's own inputs: the arguments, with what must not be read marked as secret, and
 * without what is true of one machine or one run only and would read as a change on the next.
 */
function recorded(args: PomeriumArgs): pulumi.Inputs {
  const { identityProvider, storage, overlayDirectory: _, live: __, ...lasting } = args;
  return {
    ...lasting,
    identityProvider: { ...identityProvider, clientSecret: pulumi.secret(identityProvider.clientSecret) },
    storage:
      "postgres" in storage
        ? { postgres: { connection: pulumi.secret(storage.postgres.connection) } }
        : storage,
  };
}

function checkArgs(args: PomeriumArgs): void {
  if (!isReleaseTag(args.version)) {
    const reason = `"${args.version}" is no release tag like ${newestRelease}`;
    throw new pulumi.InputPropertyError({ propertyPath: "version", reason });
  }
  const errors = providerProblems(args.version, args.identityProvider).map(({ property, reason }) => ({
    propertyPath: `identityProvider.${property}`,
    reason,
  }));
  if (typeof args.authenticateUrl === "string" && !/^https:\/\/[^/]+$/.test(args.authenticateUrl)) {
    const reason = `"${args.authenticateUrl}" must be https://<host> or https://<host>:<port>, without a path`;
    errors.push({ propertyPath: "authenticateUrl", reason });
  }
  if (typeof args.session === "string" && durationMilliseconds(args.session) === undefined) {
    const reason = `"${args.session}" is no duration; write it with units: 720h, 1h30m`;
    errors.push({ propertyPath: "session", reason });
  }
  for (const [index, certificate] of (args.certificates ?? []).entries()) {
    if (typeof certificate === "string" && !/^[^/]+\/[^/]+$/.test(certificate)) {
      const reason = `"${certificate}" must be <namespace>/<name> of a TLS Secret`;
      errors.push({ propertyPath: `certificates[${index}]`, reason });
    }
  }
  if (errors.length > 0) {
    throw new pulumi.InputPropertiesError({ message: "Pomerium's arguments are wrong", errors });
  }
}

function spec(args: PomeriumArgs): pulumi.Output<object> {
  const { provider, url, scopes } = args.identityProvider;
  return pulumi
    .output({
      authenticateUrl: args.authenticateUrl,
      providerUrl: url,
      scopes,
      certificates: args.certificates ?? [],
      session: args.session,
      responseHeaders: args.responseHeaders,
    })
    .apply((resolved) =>
      settings({
        ...resolved,
        version: args.version,
        provider,
        store: "pebble" in args.storage ? "pebble" : "postgres",
      }),
    );
}

/**
 * The namespace, protected: a destroy that took it would take the protected Secret in it along, and with that
 * everybody's session.
 */
function ownNamespace(
  name: string,
  { existing }: { existing: boolean },
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Namespace {
  if (existing)
    return new k8s.core.v1.Namespace(
      name,
      {},
      { ...opts, protect: true, import: names.namespace, ignoreChanges: ["*"] },
    );
  const labels = { "app.kubernetes.io/name": "pomerium", [managedBy.label]: managedBy.value };
  return new k8s.core.v1.Namespace(
    name,
    { metadata: { name: names.namespace, labels } },
    { ...opts, protect: true },
  );
}

function opaqueSecret(
  name: string,
  secretName: string,
  texts: Record<string, pulumi.Input<string>>,
  existing: readonly string[] | undefined,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret {
  const object = { name: secretName, namespace: names.namespace };
  return new k8s.core.v1.Secret(
    name,
    {
      metadata: object,
      type: "Opaque",
      data: secretData(texts),
    },
    {
      ...opts,
      additionalSecretOutputs: secretOutputs,
      ...importOf(existing, { kind: "Secret", ...object }),
    },
  );
}

/**
 * Stops a Deployment that somebody else made, and leaves it there with no pods.
 *
 * That its pods are gone before ours starts is not waited for here but by the scheduler (`onlyOpener` in overlay.ts):
 * a Deployment's status stops counting a pod when it begins to stop, and Pulumi's own wait would not end for a
 * Deployment that never was healthy.
 */
function scaledToZero(name: string, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  return new k8s.apps.v1.DeploymentPatch(
    name,
    {
      metadata: {
        name: names.workload,
        namespace: names.namespace,
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: { replicas: 0 },
    },
    // Given back, the count would become 1 again.
    { ...opts, retainOnDelete: true },
  );
}

/**
 * Waits until the running Pomerium reports on exactly this generation of the settings that it is in force.
 *
 * A report on an earlier generation says nothing: after a change it stays in the status until the controller has come
 * round. With the generation in its condition, every change of the settings is an update here, and so a new wait.
 */
function settingsInForce(
  name: string,
  settingsObject: k8s.apiextensions.CustomResource,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  // In a preview, an object that does not exist yet has no generation; its first one is 1.
  const condition = settingsObject.metadata.apply(({ generation = 1 }) =>
    JSON.stringify([
      `jsonpath={.status.settingsStatus.observedGeneration}=${generation}`,
      "jsonpath={.status.settingsStatus.reconciled}=true",
    ]),
  );
  return new k8s.apiextensions.CustomResourcePatch(
    name,
    {
      ...settingsKind,
      metadata: {
        name: names.settingsObject,
        annotations: { "pulumi.com/waitFor": condition },
      },
    },
    {
      ...opts,
      // The workload is up by now; what takes longer than this is a refusal, which the object's events explain.
      customTimeouts: { create: "3m", update: "3m" },
      // Goes with the object; taking the annotation off one that is gone would create it anew, without a spec.
      retainOnDelete: true,
    },
  );
}

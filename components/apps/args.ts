/** Arguments of this subject's components, built from the stack and the current run. */

import * as pulumi from "@pulumi/pulumi";
import { type Access, accessRoutes, pathAuthorization } from "../../policies/access/routes.ts";
import type { LiveCluster } from "../cluster/live.ts";
import { pomeriumNamespace, verifyService } from "../cluster/names.ts";
import { idsOf, objectId, objectLabel } from "../cluster/objects.ts";
import type { AppArgs, PathArgs } from "./App.ts";
import { existingIngresses } from "./checks.ts";
import type { AppConfig } from "./config.ts";
import type { ToolMetadata } from "./metadata.ts";
import type { PathConfig } from "./paths.ts";
import { isVerify } from "./service-checks.ts";
import type { VerifyArgs } from "./Verify.ts";

/** Values of the current run that an app needs. */
export interface AppEnvironment {
  pomerium: {
    /** Release tag. */
    version: string;
    /** Pomerium's namespace. Resolves when it exists. */
    namespace: pulumi.Input<string>;
    /** Pomerium's IngressClass. Resolves when Pomerium serves it. */
    ingressClass: pulumi.Input<string>;
  };
  certificates: {
    /**
     * Names of the certificates' Secrets by `namespace/name`. Each resolves when its certificate is issued. For an app
     * whose Secret is not in this map, Pomerium uses the certificate of the whole zone.
     */
    secretNames: ReadonlyMap<string, pulumi.Input<string>>;
    /** Resolves when the certificate that serves a host is issued, also one for its whole zone. */
    issued(host: string): pulumi.Input<string>;
  };
  /** Public address of a host in the current phase. */
  origin(host: string): string;
  live: {
    cluster: Pick<LiveCluster, "ingresses">;
    /** Labels of the existing objects, and the labels by which the verify page's Deployment selects its pods. */
    pomerium: { existing: readonly string[]; verifySelector?: Readonly<Record<string, string>> };
  };
}

/**
 * Arguments of the component `App`.
 *
 * @param existing All Ingresses of the cluster, `namespace/name`. For many apps, the set is built once.
 */
export function appArgs(
  app: Pick<
    AppConfig,
    "name" | "host" | "namespace" | "service" | "access" | "paths" | "metadata" | "route" | "tlsSecret"
  >,
  { pomerium: { version, namespace, ingressClass }, certificates, origin, live }: AppEnvironment,
  existing: ReadonlySet<string> = idsOf(live.cluster.ingresses),
): AppArgs {
  const secretName = certificates.secretNames.get(
    objectId({ namespace: app.namespace, name: app.tlsSecret }),
  );
  return {
    pomeriumVersion: version,
    // An Ingress without a Secret must also wait for the certificate with which Pomerium serves its host.
    ingressClass:
      secretName === undefined
        ? pulumi.all([ingressClass, certificates.issued(app.host)]).apply(([className]) => className)
        : ingressClass,
    host: app.host,
    origin: origin(app.host),
    // An app in Pomerium's own namespace comes after that namespace.
    namespace: app.namespace === pomeriumNamespace ? namespace : app.namespace,
    service: app.service,
    access: accessRoutes(app.access),
    route: app.route,
    ...(app.paths.length > 0 ? { paths: app.paths.map((path) => pathArgs(path, app.access)) } : {}),
    ...(isEmpty(app.metadata) ? {} : { metadata: app.metadata }),
    existing: existingIngresses(existing, app),
    ...(secretName === undefined ? {} : { secretName }),
  };
}

function pathArgs({ path, exact, service, route, access }: PathConfig, app: Access): PathArgs {
  return {
    path,
    ...(exact ? { exact } : {}),
    service,
    route,
    authorization: pathAuthorization(access === undefined ? {} : { access }, app),
  };
}

function isEmpty({ annotations, labels }: ToolMetadata): boolean {
  return Object.keys(annotations).length + Object.keys(labels).length === 0;
}

/** Arguments of the component `Verify`; undefined if no app is the verify page. */
export function verifyArgs(
  apps: readonly Pick<AppConfig, "host" | "namespace" | "service">[],
  { pomerium: { namespace }, origin, live: { pomerium: live } }: AppEnvironment,
): VerifyArgs | undefined {
  const app = apps.find(isVerify);
  if (app === undefined) return undefined;
  const object = { namespace: pomeriumNamespace, name: verifyService.name };
  const id = (kind: string): string | undefined =>
    live.existing.includes(objectLabel({ kind, ...object }))
      ? `${object.namespace}/${object.name}`
      : undefined;
  const [deployment, service] = [id("Deployment"), id("Service")];
  return {
    namespace,
    jwksEndpoint: `${origin(app.host)}/.well-known/pomerium/jwks.json`,
    live: {
      ...(deployment === undefined ? {} : { deployment }),
      ...(service === undefined ? {} : { service }),
      ...(live.verifySelector ? { selector: live.verifySelector } : {}),
    },
  };
}

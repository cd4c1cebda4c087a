import type { CertificatesConfig } from "./config.ts";
import { bindingKey, credentialsName, hasCredentials, type SolvedZone } from "./issuer-spec.ts";
import type { SolverInstallation } from "./solvers/installation.ts";
import { solverNames, solverOf } from "./solvers/registry.ts";

/** An object that an issuer needs, in addition to its Helm releases. */
export interface IssuerObject {
  kind: keyof typeof collections;
  name: string;
  /** Absent for a cluster-wide object. */
  namespace?: string;
}

const rbac = "/apis/rbac.authorization.k8s.io/v1";
const collections = {
  Secret: { base: "/api/v1", plural: "secrets" },
  ClusterRole: { base: rbac, plural: "clusterroles" },
  ClusterRoleBinding: { base: rbac, plural: "clusterrolebindings" },
  Role: { base: rbac, plural: "roles" },
  RoleBinding: { base: rbac, plural: "rolebindings" },
};

/** The part of the configuration that decides which objects an issuer has. */
export type IssuerArgs = Pick<CertificatesConfig, "issuer" | "namespace" | "webhook"> & {
  externalAccountBinding?: object;
  zones: Record<string, SolvedZone>;
};

/** A webhook that a solver needs. */
export interface WantedWebhook extends Pick<SolverInstallation, "at" | "apiGroup"> {
  /** Name of its Helm release. Absent if it is installed already. */
  release?: string;
}

/** Everything to read from a cluster for an issuer. */
export interface WantedIssuance {
  /** Name of the ClusterIssuer. */
  issuer: string;
  /** Namespace of cert-manager. */
  namespace: string;
  /** The webhooks that the solvers need. */
  webhooks: WantedWebhook[];
  objects: IssuerObject[];
}

/** The objects and releases of an issuer, without its canaries. */
export function wantedIssuance(args: IssuerArgs): WantedIssuance {
  const { issuer, namespace, zones } = args;
  const needed = installations(args);
  const secrets = Object.entries(zones)
    .filter(([zone, each]) => hasCredentials(zone, each))
    .map(
      ([zone, { solver }]) => ({ kind: "Secret", name: credentialsName(zone, solver), namespace }) as const,
    );
  return {
    issuer,
    namespace,
    webhooks: needed.map(({ at, apiGroup, release }) => ({
      at,
      apiGroup,
      ...(release === undefined ? {} : { release: release.name }),
    })),
    objects: [
      ...secrets,
      ...(args.externalAccountBinding === undefined
        ? []
        : [{ kind: "Secret", name: bindingKey(issuer).name, namespace } as const]),
      ...needed.flatMap(({ rights }) =>
        rights.flatMap(({ name, namespace: place }): IssuerObject[] =>
          place === undefined
            ? [
                { kind: "ClusterRole", name },
                { kind: "ClusterRoleBinding", name },
              ]
            : [
                { kind: "Role", name, namespace: place },
                { kind: "RoleBinding", name, namespace: place },
              ],
        ),
      ),
    ],
  };
}

/** The installations that the solvers of these zones need. */
export function installations({
  namespace,
  webhook,
  zones,
}: Pick<IssuerArgs, "namespace" | "webhook" | "zones">): SolverInstallation[] {
  return solverNames.flatMap((name) => {
    const own = Object.entries(zones)
      .filter(([, { solver }]) => solver === name)
      .map(([zone, each]) => ({
        zone,
        ...(hasCredentials(zone, each) ? { credentials: credentialsName(zone, name) } : {}),
        settings: each.settings ?? {},
      }));
    return own.length === 0 ? [] : (solverOf(name).installation?.(own, { webhook, namespace }) ?? []);
  });
}

/** Path of the object on the API server. */
export function objectPath({ kind, name, namespace }: IssuerObject): string {
  const { base, plural } = collections[kind];
  return `${base}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}/${name}`;
}

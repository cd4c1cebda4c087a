import type { CertificatesConfig, Zone } from "./config.ts";
import { credentialsName } from "./issuer-spec.ts";
import type { Installation } from "./solvers/installation.ts";
import { type SolverName, solverNames, solverOf } from "./solvers/registry.ts";

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
  zones: Record<string, Pick<Zone, "solver">>;
};

/** Everything to read from a cluster for an issuer. */
export interface WantedIssuance {
  /** Name of the ClusterIssuer. */
  issuer: string;
  /** Namespace of cert-manager. */
  namespace: string;
  /** The Helm releases that the solvers need. */
  releases: { name: string; apiGroup: string }[];
  objects: IssuerObject[];
}

/** The objects and releases of an issuer, without its canaries. */
export function wantedIssuance(args: IssuerArgs): WantedIssuance {
  const { issuer, namespace, zones } = args;
  const needed = installations(args);
  const secrets = Object.entries(zones)
    .filter(([, { solver }]) => hasCredentials(solver))
    .map(
      ([zone, { solver }]) => ({ kind: "Secret", name: credentialsName(zone, solver), namespace }) as const,
    );
  return {
    issuer,
    namespace,
    releases: needed.map(({ release: { name, apiGroup } }) => ({ name, apiGroup })),
    objects: [
      ...secrets,
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

/** Whether the solver reads credentials from a Secret. */
export function hasCredentials(solver: SolverName): boolean {
  return Object.keys(solverOf(solver).secrets).length > 0;
}

/** The installations that the solvers of these zones need. */
export function installations({
  namespace,
  webhook,
  zones,
}: Pick<IssuerArgs, "namespace" | "webhook" | "zones">): Installation[] {
  return solverNames.flatMap((name) => {
    const own = Object.keys(zones).filter((zone) => zones[zone]?.solver === name);
    const credentials = own.map((zone) => credentialsName(zone, name));
    return own.length === 0 ? [] : (solverOf(name).installation?.(webhook, { namespace, credentials }) ?? []);
  });
}

/** Path of the object on the API server. */
export function objectPath({ kind, name, namespace }: IssuerObject): string {
  const { base, plural } = collections[kind];
  return `${base}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}/${name}`;
}

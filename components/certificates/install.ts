import type * as pulumi from "@pulumi/pulumi";
import * as k8s from "../cluster/kubernetes.ts";
import type { ObjectOfKind } from "../cluster/objects.ts";
import type { HelmRelease, Right, SolverInstallation } from "./solvers/installation.ts";

/** Options of a resource, by its object. An object that the cluster has already is taken over. */
type OptionsOf = (object: ObjectOfKind) => pulumi.CustomResourceOptions;

/**
 * Installs the Helm release and the rights that a solver needs.
 *
 * @returns Everything that must be there before a challenge can be solved.
 */
export function install(
  name: string,
  { release, rights }: SolverInstallation,
  namespace: string,
  optionsOf: OptionsOf,
): pulumi.Resource[] {
  const installed =
    release === undefined ? [] : [chartOf(`${name}-${release.part}`, release, namespace, optionsOf)];
  return [...installed, ...rights.flatMap((right) => grant(`${name}-${right.part}`, right, optionsOf))];
}

function chartOf(
  name: string,
  { name: release, chart, version, repository, values }: HelmRelease,
  namespace: string,
  optionsOf: OptionsOf,
): pulumi.Resource {
  return new k8s.Release(
    name,
    {
      name: release,
      namespace,
      chart,
      ...(version === undefined ? {} : { version }),
      ...(repository === undefined ? {} : { repositoryOpts: { repo: repository } }),
      values,
    },
    optionsOf({ kind: "Release", name: release, namespace }),
  );
}

function grant(
  name: string,
  { name: objectName, namespace, rules, serviceAccount }: Right,
  optionsOf: OptionsOf,
): pulumi.Resource[] {
  const apiGroup = "rbac.authorization.k8s.io";
  const subjects = [{ kind: "ServiceAccount", ...serviceAccount }];
  if (namespace === undefined) {
    const object = { name: objectName };
    const role = new k8s.ClusterRole(
      name,
      { metadata: object, rules },
      optionsOf({ kind: "ClusterRole", ...object }),
    );
    const roleRef = { apiGroup, kind: "ClusterRole", name: role.metadata.name };
    const binding = new k8s.ClusterRoleBinding(
      name,
      { metadata: object, roleRef, subjects },
      optionsOf({ kind: "ClusterRoleBinding", ...object }),
    );
    return [role, binding];
  }
  const object = { name: objectName, namespace };
  const role = new k8s.Role(name, { metadata: object, rules }, optionsOf({ kind: "Role", ...object }));
  const roleRef = { apiGroup, kind: "Role", name: role.metadata.name };
  const binding = new k8s.RoleBinding(
    name,
    { metadata: object, roleRef, subjects },
    optionsOf({ kind: "RoleBinding", ...object }),
  );
  return [role, binding];
}
